"""The metrics against closed forms, on runs in which the answer is known beforehand."""

import functools
import importlib.util
import json
import sys
from pathlib import Path

import pytest

from moot.cli.main import main
from moot.country.reading import load_country
from moot.declaring.source import source_of_text
from moot.errors import DeclarationError, RunError, UserError
from moot.findings.kinds import Event
from moot.findings.metric_parts import Asked, Found, share
from moot.findings.metric_words import load_metrics, metrics_from
from moot.findings.metrics import as_dict, known_metric, lines_of, metric, metrics
from moot.findings.metrics_lives import charges_behind, penalties, short_of, spearman, spells
from moot.findings.metrics_totals import burdens
from moot.regime.aims import permitted_acts
from moot.regime.reading import load_regime
from moot.society.expected import acts_a_year
from tests.findings.a_run import folder, in_memory, one_arm, three
from tests.findings.measured import DAYS, PEOPLE, run

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = importlib.util.spec_from_file_location("metrics_page", ROOT / "scripts" / "metrics.py")
assert SCRIPT is not None and SCRIPT.loader is not None
page = importlib.util.module_from_spec(SCRIPT)
sys.modules["metrics_page"] = page
SCRIPT.loader.exec_module(page)
RML = "rank-my-life-2028"
COMPUTED = [row.id for row in load_metrics().rows if row.computed]


def of(name, arm, what="", *, source=None):
    """The first number of a metric in an arm whose words begin with `what`."""
    return next(one for one in all_of(source or run(), name)[arm] if one.what.startswith(what))


@functools.cache
def all_of(source, name):
    return metric(source, name)


# What they are.


def test_there_are_26_and_what_no_number_is_asked_of():
    ids = list(load_metrics().by_id)
    assert len(ids) == 27 and ids[-1] == "QUAL"
    assert {row.id for row in load_metrics().rows if not row.computed} == {"M_UNC", "QUAL"}
    assert load_metrics().by_id["M_TWIN"].name == "the mirror test"


def test_the_page_is_what_the_script_writes():
    assert page.page() == page.PAGE.read_text("utf-8"), "run python scripts/metrics.py"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("computed: true", "computed: false"), "reason"),
        (("needs: [totals]", "needs: []"), "needs nothing"),
        (("needs: [totals]", "needs: [guesses]"), "histories"),
        (("id: M_EFF", "id: eff"), "is the text"),
    ],
)
def test_a_file_that_is_wrong_says_where(change, reason):
    text = (
        "metrics: mine\nrows:\n  - {id: M_EFF, name: a, formula: b, unit: c, is_not: d, needs: [totals], "
        "groups: false, computed: true}\n"
    )
    assert metrics_from(source_of_text(text, "m.yaml")).by_id["M_EFF"].computed
    with pytest.raises(DeclarationError, match=reason):
        metrics_from(source_of_text(text.replace(*change), "m.yaml"))


def test_two_metrics_have_two_names():
    row = (
        "{id: M_EFF, name: a, formula: b, unit: c, is_not: d, needs: [totals], groups: false, computed: true}"
    )
    with pytest.raises(DeclarationError, match='two metrics are called "M_EFF"'):
        metrics_from(source_of_text(f"metrics: mine\nrows:\n  - {row}\n  - {row}\n", "m.yaml"))


def test_a_metric_is_asked_for_by_its_id():
    assert known_metric("ctx").id == known_metric("M_CTX").id == "M_CTX"
    with pytest.raises(UserError, match='did you mean "M_CTX"'):
        known_metric("M_CTXX")
    for name in ("M_UNC", "QUAL"):
        with pytest.raises(UserError, match="is not computed"):
            all_of(run(), name)


@pytest.mark.parametrize("name", COMPUTED)
def test_each_metric_is_told_of_each_arm_with_a_regime(name):
    for source, arms in ((run(), {"strict", "mends", "mistaken", "merits"}), (in_memory(), {RML})):
        found = all_of(source, name)
        assert set(found) == arms
        for parts in found.values():
            for one in parts:
                assert (one.value is None) == bool(one.why)
                assert one.told and one.unit


def test_without_the_comparator_there_is_nothing_to_stand_beside():
    with pytest.raises(RunError, match="no arm under today's law"):
        metric(one_arm("rank"), "M_NET")


# Closed forms.


def test_effect_is_true_acts_less_the_twins():
    found, totals = all_of(in_memory(), "M_EFF")[RML], in_memory().totals
    name = "act:fare-evasion:acts"
    by_year = 1000 / in_memory().people * 365.25 / in_memory().days
    wanted = (totals(RML)[name] - totals("status-quo")[name]) * by_year
    assert next(one.value for one in found if one.what == "fare-evasion") == pytest.approx(wanted)
    assert sum(one.value for one in found[1:-1]) == pytest.approx(found[0].value)
    assert "no offence" in of("M_EFF", "strict", "offences that it counts").why


def test_a_scheme_of_merits_changes_no_other_act_and_charges_nobody():
    assert of("M_EFF", "merits", "offences that it does not").value == 0
    assert "charged nobody" in of("M_FPR", "merits", "charges for what").why
    assert of("M_CHILL", "merits", "never sanctioned: lawful acts done").value == 0
    assert of("M_CHILL", "merits", "never sanctioned: lawful acts done").of == 200
    assert all(one.value == 0 for one in all_of(run(), "M_DET")["merits"])


def test_what_is_not_done_is_forgone_or_prevented():
    """Potential acts are shared: what an arm lacks beside the twin was given up, or made impossible."""
    for who in ("never sanctioned", "everybody"):
        parts = [one for one in all_of(in_memory(), "M_CHILL")[RML] if one.what.startswith(who)]
        done, forgone, prevented = (one.value for one in parts[:3])
        assert done < 0 < forgone
        assert done + forgone + prevented == pytest.approx(0, abs=1e-9)


def test_the_never_sanctioned_are_those_on_whom_nothing_fell():
    """Counted a second time, from the rows of the table of lives."""
    rows, merits = in_memory().events, {"volunteering"}
    hit, done = set(), {RML: {}, "status-quo": {}}
    lawful = set(in_memory().rules.acts_of("lawful"))
    for number, arm, kind, what, scheme in zip(
        *(rows[key].tolist() for key in ("number", "arm", "event", "what", "scheme")), strict=True
    ):
        if arm == RML and (
            (kind == "charged-by-regime" and what not in merits)
            or kind in ("borne", "alleged", "false-alarm", "denied", "refused", "dismissed", "hire-refused")
            or (kind == "fall" and scheme == "rank")
        ):
            hit.add(number)
        if kind == "act" and what in lawful:
            done[arm][number] = done[arm].get(number, 0) + 1
    left = {one["number"] for one in in_memory().manifest["panel"]} - hit
    found = of("M_CHILL", RML, "never sanctioned: lawful acts done", source=in_memory())
    assert hit and found.of == len(left)
    more = sum(done[RML].get(x, 0) - done["status-quo"].get(x, 0) for x in left)
    assert found.value == pytest.approx(1000 * more / len(left) * 365.25 / in_memory().days)


def test_a_refusal_is_across_contexts_where_the_act_belongs_elsewhere():
    """A late payment belongs to a loan and not to a place at school."""
    loan, school = of("M_CTX", "strict", "a loan"), of("M_CTX", "strict", "a place at school")
    assert loan.value == 0 and school.value == 1000
    assert loan.of > 0 and school.of > 0
    whole = of("M_CTX", "strict", "all contexts")
    assert whole.value == pytest.approx(1000 * school.of / (school.of + loan.of))


def test_a_score_that_alone_decides_changes_every_decision_about_those_it_is_about():
    assert of("M_WEIGHT", "strict", "refused only for the score: a loan").value == 1000
    assert of("M_WEIGHT", "strict", "decisions that hiding").value == 1000
    assert "decides nothing" in of("M_WEIGHT", "mends", "decisions of others").why


def test_when_every_charge_falls_on_somebody_else_all_are_wrong_and_none_is_explained():
    assert of("M_FPR", "mistaken", "charges for what").value == 1000
    assert of("M_ACC", "mistaken", "records on the wrong person").value == 1000
    assert of("M_EXPL", "mistaken", "charges whose true reason").value == 0
    assert of("M_ACC", "mistaken", "a charge for another's act").value == 40
    assert of("M_FPR", "strict", "charges for what").value == 0
    assert of("M_ACC", "strict", "records on the wrong person").value == 0


def test_redress_that_hears_everybody_at_once_puts_everything_right():
    assert of("M_APP", "mistaken", "charges contested").value == 1000
    assert of("M_APP", "mistaken", "rulings for the person").value == 1000
    assert of("M_APP", "mistaken", "wrong charges put right").value == 1000
    assert of("M_APP", "mistaken", "days wronged").value == 0
    assert "can be contested" in of("M_APP", "strict", "charges contested").why
    assert of("M_APP", "strict", "charges executed").value == 1000
    # nothing was taken, and so nothing was refused
    assert "no point was lost" in of("M_NET", "mistaken").why
    assert "nothing was refused" in of("M_CTX", "mistaken", "all contexts").why


def test_without_ties_and_debts_nothing_cascades():
    assert of("M_CASC", "strict").value == 1
    assert of("M_NET", "strict").value == 0
    totals = in_memory().totals(RML)
    own, ties = totals["scheme:rank:points-lost"], totals["scheme:rank:points-from-ties"]
    fines = totals["money:arrears:points"]
    assert of("M_NET", RML, source=in_memory()).value == pytest.approx(1000 * ties / (own + ties))
    assert of("M_CASC", RML, source=in_memory()).value == pytest.approx((own + ties) / (own - fines))


def test_points_that_come_back_in_five_days_are_back_in_five_days():
    half = of("M_REC", "mends", "days until half")
    assert half.value == 5 and half.sample
    never = of("M_REC", "strict", "days until half")
    assert never.value is None and "half not within" in never.why
    assert of("M_REC", "strict", "not back at the end").value == 1000
    assert of("M_REC", "mends", "not back at the end").value == 0


def test_an_act_that_is_no_offence_draws_one_penalty():
    asked = Asked(run(), "strict")
    found = [
        penalties(asked, [one for one in life.arms["strict"] if one.what == "late-payment"])
        for life in asked.lives
    ]
    assert {count for counts in found for count in counts} == {1}
    # A fine and points of the licence are two, with or without the scheme.
    assert (
        of("M_BIS", "merits", "penalties by charged act").value
        == of("M_BIS", "merits", "penalties by charged act under").value
    )


def test_what_files_say_is_counted_as_they_say_it():
    assert of("M_SECRET", "strict").value == 2  # score and charges
    assert of("M_SECRET", "mends").value == 3  # and its announcement
    assert of("M_SECRET", "mistaken").value == 3  # and the reasons
    assert of("M_RETRO", "strict", "under a rule").value == 1000
    assert of("M_RETRO", "mends", "before it was announced").value == 0
    assert of("M_DATA", "strict", "sensors").value == 1
    assert of("M_DATA", RML, "of these, kinds", source=in_memory()).value == 5
    assert of("M_DRIFT", "strict", "changes of the rules").value == 0
    assert of("M_DRIFT", "strict", "changes of the rules").told == "0 changes"


def test_everybody_is_covered_by_a_score_for_everybody():
    assert of("M_COV", "strict", "people with a score").value == 1000
    seen = run().totals("strict")[
        "act:late-payment:acts"
    ]  # the one act that is watched, and all of it is seen
    wanted = seen / PEOPLE / (DAYS / 365.25)
    assert of("M_COV", "strict", "acts seen").value == pytest.approx(wanted)


def test_memory_is_the_age_of_the_charges_behind_a_refusal():
    known = of("M_MEM", "strict", "age of the charges behind a refusal or job loss, median", source=run())
    assert 0 <= known.value <= DAYS
    assert "nothing expires" in of("M_MEM", "strict", "charges older").why
    asked = Asked(run(), "strict")
    behind = [
        (event, one)
        for life in asked.lives
        for pair in [life.pair(asked.rules, "strict")]
        for event in pair.here
        if event.kind == "denied"
        for one in charges_behind(pair, event)
    ]
    assert behind and all(one.what == "late-payment" and one.day <= event.day for event, one in behind)
    # One fall out of the only tier above: the first charge of a life is behind every refusal of it.
    first = {}
    for life in asked.lives:
        charges = [one.day for one in life.arms["strict"] if one.kind == "charged-by-regime"]
        first |= {life.number: charges[0]} if charges else {}
    assert all(one.day == first[event.number] for event, one in behind)
    ages = sorted(event.day - one.day for event, one in behind)
    assert known.value == ages[(len(ages) + 1) // 2 - 1] and known.of == len(ages)


def test_an_alternative_does_as_much_with_no_larger_burden():
    found = all_of(three(), "M_ALT")
    for arm, parts in found.items():
        own = Asked(three(), arm)
        (other,) = [Asked(three(), name) for name in found if name != arm]
        acts = [
            name for name in own.acts("acts", "offence") if name.split(":")[1] in permitted_acts(own.regime)
        ]
        assert parts[0].value == (other.more(acts) <= own.more(acts))
        assert len(parts) == (2 + len(burdens(own)) if parts[0].value else 1)
        if parts[0].value:
            milder = all(burdens(other)[name] <= count for name, count in burdens(own).items())
            assert parts[1].value == milder
            assert all(one.value >= 0 for one in parts[2:])
    assert sum(parts[0].value for parts in found.values()) >= 1
    assert "no other arm" in of("M_ALT", RML, "arms", source=in_memory()).why


def test_groups_that_are_too_small_are_not_compared():
    for one in all_of(in_memory(), "M_DISP")[RML]:
        if one.what.startswith("charges for own acts, by platform-worker"):
            assert one.why == "too few to say"
    of_sex = (one for one in all_of(in_memory(), "M_DISP")[RML] if "by sex" in one.what)
    ratio = next(one for one in of_sex if "ratio" in one.what)
    low, high = sorted(group.value for group in ratio.groups)
    assert ratio.value == pytest.approx(low / high) and ratio.value <= 1
    difference = next(
        one
        for one in all_of(in_memory(), "M_DISP")[RML]
        if one.what == ratio.what.replace("ratio", "difference")
    )
    assert difference.value == pytest.approx(high - low)


def test_a_mirror_image_without_a_telephone_is_not_seen_by_telephones():
    """Rate × coverage × sensitivity of the acts that the telephone alone sees, by hand."""
    seen = {
        "late-payment": 0.6 * 0.9,
        "night-out": 0.6 * 0.5,
        "critical-post": 0.5 * 0.6,
        "petition": 0.5 * 0.8,
    }
    country, start = load_country("france"), in_memory().scenario.start
    wanted = sum(1000 * acts_a_year(country, act, start) * share for act, share in seen.items())
    found = of("M_TWIN", RML, "charges for the same acts, smartphone: yes", source=in_memory())
    assert found.value == pytest.approx(wanted, rel=1e-6)


def test_where_a_scheme_sees_alike_a_mirror_image_is_charged_alike():
    assert {one.value for one in all_of(run(), "M_TWIN")["strict"]} == {0}
    place = of("M_TWIN", RML, "charges for the same acts, stratum", source=in_memory())
    assert "metropolis in place of rural" in place.what and place.value > 0
    # Everybody contests in the one, the richer and better educated more often in the other.
    assert of("M_TWIN", "mistaken", "contests of a wrong charge").value == 0
    assert (
        "decile-10 in place of decile-1"
        in of("M_TWIN", RML, "contests of a wrong charge in rank, income", source=in_memory()).what
    )


def test_the_points_that_would_have_kept_a_tier():
    assert of("M_EXPL", "strict", "fewer lost would have kept").value == 40
    scheme = load_regime(RML).schemes[0]
    events = [
        happened(3, "fall", tier="C")._replace(score=580),
        happened(5, "fall", tier="D")._replace(score=449),
        happened(9, "rise", tier="C")._replace(score=470),
        happened(11, "fall", tier="D")._replace(score=400),
    ]
    assert short_of(events, scheme) == [600 - 580, 450 - 449, 450 - 400]


# Pieces.


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ([1, 2, 3, 4], [10, 20, 30, 40], 1.0),
        ([1, 2, 3, 4], [9, 7, 5, 3], -1.0),
        ([1, 2, 3], [1, 3, 2], 0.5),
        ([1, 1, 2, 2], [1, 2, 1, 2], 0.0),
        ([1, 1, 1], [1, 2, 3], None),
        ([1, 2], [1, 2], None),
    ],
)
def test_spearman(one, other, wanted):
    found = spearman(one, other)
    assert found is None if wanted is None else found == pytest.approx(wanted)


def happened(day, kind, what="rank", scheme="rank", tier=""):
    return Event("SYN-0000001", RML, day, kind, what, scheme, tier, place=day)


def test_a_spell_lasts_until_the_tier_is_reached_again():
    scheme = load_regime(RML).schemes[0]
    events = [
        happened(10, "fall", tier="C"),
        happened(12, "fall", tier="D"),
        happened(20, "rise", tier="C"),
        happened(31, "rise", tier="B"),
        happened(40, "fall", tier="C"),
        happened(45, "fall", scheme="licence", tier="low"),
    ]
    assert spells(events, scheme, 0, 50) == [(21, True), (10, False)]
    assert spells([], scheme, 0, 50) == []


def test_penalties_are_counted_over_authorities_and_lists():
    asked = Asked(in_memory(), RML)
    events = [
        happened(3, "charged-today", "smoking-on-a-train", ""),
        happened(3, "charged-by-regime", "smoking-on-a-train", ""),
        happened(3, "listed", "train-ban"),
        happened(5, "charged-by-regime", "petition", ""),
        happened(6, "charged-by-regime", "volunteering", ""),
        happened(7, "borne", "jaywalking", ""),
        happened(8, "charged-today", "fare-evasion", ""),
    ]
    assert penalties(asked, events) == [3, 1, 1]


def test_a_share_of_nothing_is_no_number():
    assert share("x", 0, 0, "of 1,000", "nothing there").told == "nothing there"
    assert share("x", 1, 4, "of 1,000", "").value == 250
    assert Found("x", 12345.0, "days", 20).told == "12,000 days"
    assert Found("x", 0.5, "days", 3, 40, True).told == "0.50* days (40 in the panel)"


# What is told.


def test_text_has_two_digits_and_says_what_each_is_not():
    lines = lines_of(in_memory(), metrics(in_memory()))
    text = "\n".join(lines)
    assert "Synthetic people; mechanism, not forecast." in text
    assert text.count("  It is not ") == len(COMPUTED)
    assert "M_UNC  uncertainty: one run varies no seed" in text
    for count in in_memory().totals(RML).values():
        if count > 1_000 and count not in (PEOPLE, float(f"{count:.1e}")):
            assert f"{count:,}" not in text


def test_json_is_raw_and_complete():
    told = json.loads(json.dumps(as_dict(run(), metrics(run(), ["M_CTX", "M_FPR"]))))
    assert list(told["metrics"]) == ["M_CTX", "M_FPR"] and told["people"] == PEOPLE
    assert told["metrics"]["M_CTX"]["arms"]["strict"][-1]["what"] == "all contexts"
    assert set(told["not_computed"]) == {"M_UNC", "QUAL"}


def command(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["metrics", str(folder()), *arguments])
    written = capsys.readouterr()
    return int(ended.value.code or 0), written.out, written.err


def test_the_command_tells_metrics_of_a_folder(capsys):
    code, out, _ = command(capsys, "--id", "M_NET", "--id", "eff", "--arm", RML)
    assert code == 0 and "M_NET  contagion" in out and "M_EFF" in out and "Not computed" in out
    code, out, _ = command(capsys, "--json", "--id", "M_NET")
    assert code == 0 and json.loads(out)["metrics"]["M_NET"]["arms"][RML][0]["value"] > 0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--id", "M_UNC"), "is not computed"),
        (("--id", "M_NETT"), "M_NET"),
        (("--arm", "status-quo"), "compared with"),
        (("--arm", "nobody"), "no arm"),
    ],
)
def test_what_cannot_be_told_is_the_users_mistake(capsys, arguments, reason):
    code, out, err = command(capsys, *arguments)
    assert code == 2 and reason in err and out == ""
