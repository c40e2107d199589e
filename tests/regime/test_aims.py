"""What may be an aim, and every reason for which something may not."""

import pytest

from moot.declaring.source import source_of_text
from moot.errors import UserError
from moot.regime.aims import GUARDED, Aim, aim_of, check_aim, check_path, permitted_acts, why_no_aim
from moot.regime.reading import load_regime, regime_from
from moot.vocabulary import Act, load_vocabulary
from tests.regime.texts import REGIME

OFFENCES = {name for name, act in load_vocabulary().acts.items() if act.class_ == "offence"}


def own_act(kind, domain):
    """A regime with an act of its own."""
    one = f"{{class: {kind}, domain: {domain}, place: online, words: does it}}"
    act = f"acts_prefix: x\nnew_acts: {{'x:own': {one}}}\n"
    text = REGIME.replace("sensors:", act + "sensors:", 1).replace(
        "littering: {points: 10}", "'x:own': {points: 10}"
    )
    text = text.replace("sees: {jaywalking: 0.8, littering: 0.5}", "sees: {jaywalking: 0.8}")
    text += "    # reported\n"
    report = "  - {sensor: said, kind: report, places: [online], coverage: 0.1, sees: {'x:own': 1}}\nschemes:"
    text = text.replace("schemes:", report, 1).replace("entry: {act: littering}", "entry: {act: 'x:own'}")
    return regime_from(source_of_text(text, "own.yaml"))


@pytest.mark.parametrize("name", sorted(OFFENCES))
def test_an_offence_may_be_aimed_at_and_is_measured_on_true_acts(name):
    assert aim_of(name) == aim_of(f"act:{name}:acts") == Aim((name,))
    assert aim_of(name).measures == (f"act:{name}:acts",)


def test_offences_and_a_domain_stand_for_the_acts_in_them():
    assert set(aim_of("offences").acts) == OFFENCES
    assert set(aim_of("road").acts) == {n for n in OFFENCES if load_vocabulary().acts[n].domain == "road"}
    assert aim_of("offences", load_regime("opt-in-city-card")).acts == ("drink-driving", "fare-evasion")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("fear", "a burden that is measured"),
        ("certainty:offence:sum", "fear of a charge"),
        ("opinion", "theirs"),
        ("private:support", "theirs"),
        ("spoken support", "theirs"),
        ("support", "theirs"),
        ("silence", "a burden that is measured"),
        ("silent:against", "a burden that is measured"),
        ("uptake", "no harm"),
        ("offer:rank-course:taken", "no harm"),
        ("adoption", "nobody's aim"),
        ("speech", "burden"),
        ("association", "burden"),
        ("press", "burden"),
        ("religion", "burden"),
        ("strike", "exercise of a right|burden"),
        ("private-life", "burden"),
        ("assembly", "burden"),
        ("online", "burden"),
        ("civic", "burden"),
        ("protest", "always counts as burden"),
        ("petition", "always counts as burden"),
        ("press-contact", "always counts as burden"),
        ("critical-post", "always counts as burden"),
        ("night-out", "always counts as burden"),
        ("act:protest:acts", "always counts as burden"),
        ("jaywalking", "no sanction exists today"),
        ("volunteering", "always counts as burden"),
        ("public-space", "there is none"),
        ("act:red-light:charged-by-regime", "more watching raises records"),
        ("act:red-light:prevented", "more watching raises records"),
        ("tier:rank-D:people", "a means"),
        ("list:no-plane:people", "a means"),
        ("score", "a means"),
        ("charges", "records"),
        ("red-ligth", "red-light"),
        ("", "expected an act"),
    ],
)
def test_everything_else_is_refused_with_its_reason(text, reason):
    with pytest.raises(UserError, match=reason) as refused:
        aim_of(text)
    assert refused.value.exit_code == 2


@pytest.mark.parametrize("domain", GUARDED)
def test_a_regime_cannot_make_an_offence_of_what_always_counts_as_burden(domain):
    regime = own_act("offence", domain)
    assert "x:own" in regime.acts and "x:own" not in permitted_acts(regime)
    with pytest.raises(UserError, match=f"lies in {domain}"):
        aim_of("x:own", regime)


def test_a_regimes_own_offence_elsewhere_may_be_aimed_at():
    regime = own_act("offence", "money")
    assert "x:own" in permitted_acts(regime)
    assert aim_of("money", regime) == aim_of("x:own", regime) == Aim(("x:own",))


def test_a_domain_in_which_a_regime_counts_no_offence_is_refused():
    with pytest.raises(UserError, match="opt-in-city-card counts none"):
        aim_of("money", load_regime("opt-in-city-card"))


def test_acts_are_checked_one_by_one():
    check_aim(("red-light", "drink-driving"))
    with pytest.raises(UserError, match="protest: no aim"):
        check_aim(("red-light", "protest"))
    with pytest.raises(UserError, match='did you mean "red-light"'):
        check_aim(("red-lite",))


def test_every_class_but_one_has_a_reason():
    def act(kind):
        return Act.model_validate({"class": kind, "domain": "road", "place": "road", "words": "x"})

    assert why_no_aim(act("offence")) is None
    assert all(why_no_aim(act(kind)) for kind in ("incivility", "lawful", "merit"))


@pytest.mark.parametrize(
    "path",
    [
        "regime.schemes.0.score.start",
        "sensors.0.coverage",
        "schemes.0.catalogue",
        "campaigns.0",
        "notice",
        "",
    ],
)
def test_no_parameter_of_a_regime_is_fitted(path):
    with pytest.raises(UserError):
        check_path(path)


@pytest.mark.parametrize(
    "path", ["acts.red-light.certainty_now", "perceived_certainty.prior.lawful", "opinion"]
)
def test_parameters_of_a_country_and_of_behaviour_may_be(path):
    check_path(path)
