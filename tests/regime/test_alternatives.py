"""R0 to R9: pure transformations that are never harder than their start."""

import copy
import functools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from moot.declaring.files import data_folder, shipped_names
from moot.declaring.source import source_of_text
from moot.declaring.values import Quantity
from moot.errors import ExistsError, UserError
from moot.regime.aims import GUARDED
from moot.regime.alternatives import Budget, alternatives, main_domain, write_all
from moot.regime.battery import IDS, load_battery
from moot.regime.harder import harder, sharpest
from moot.regime.reading import load_regime, regime_from
from moot.regime.writing import content_of, text_of
from moot.vocabulary import load_vocabulary
from tests.regime.texts import REGIME

REGIMES = shipped_names("regime")
RML = "rank-my-life-2028"
NEVER = 10**9


@functools.cache
def of(name):
    return alternatives(name)


def regime_of(content):
    return regime_from(source_of_text(text_of(content), "made.yaml"))


# A second, plain account of what is hard on people: numbers by name, each the harder the larger.


def largest(quantity, without=0.0):
    if quantity is None:
        return without
    return quantity.value if quantity.value is not None else max(x.value for x in quantity.values)


def hardships(regime):
    found = {"sensors": len(regime.sensors), "untold": int(not regime.notice)}
    found["past"] = regime.retroactive.months if regime.retroactive else 0
    if regime.ratings is not None:
        found |= {"rated": 1, "window": regime.ratings.window, "line": regime.ratings.line}
    for scheme in regime.schemes:
        at = scheme.scheme
        table = scheme.table.catalogue
        costs = {f"{at} costs {act}": e.points for act, e in table.items() if e.points}
        found |= costs | {f"{at} secret": int(not scheme.disclosed)}
        if costs:
            found[f"{at} memory"] = scheme.score.memory_months or NEVER
        redress = scheme.redress
        found[f"{at} uncontested"] = 1 - (largest(redress.appealed) if redress else 0.0)
        found[f"{at} unheard"] = 1 - (largest(redress.upheld_wrong) if redress else 0.0)
        found[f"{at} meanwhile"] = int(not (redress and redress.suspensive))
        found[f"{at} unexplained"] = int(not (redress and redress.reasons))
        found |= {f"{at} dismisses {tier}": largest(q) for tier, q in scheme.dismissal.items()}
        found |= {f"{at} hires {tier}": 1 - largest(q) for tier, q in scheme.hiring.items()}
        found[f"{at} ties"] = scheme.association.points if scheme.association else 0
        found[f"{at} cuts"] = largest(scheme.shunning.cut) if scheme.shunning else 0
        for context, how in scheme.decisions.items():
            w, b = largest(how.weight), largest(how.without_score)
            found |= {f"{at} {context} {t}": w * (largest(r) - b) for t, r in how.refused.items()}
        for rule in scheme.lists:
            found[f"list {rule.list}"] = 1
            if rule.refuses or rule.prevents:
                found[f"list {rule.list} days"] = rule.exit.after_days or NEVER
            found |= {f"list {rule.list} {c}": largest(q) for c, q in rule.refuses.items()}
    return found


def looked_at(regime):
    """The acts that a regime looks at, and how sharply at its sharpest."""
    acts = {act for one in regime.sensors for act in (*one.sees, *one.reads)}
    return acts, sharpest(regime)


def assert_milder(start, other):
    before, now = hardships(start), hardships(other)
    for what, how in now.items():
        limit = before.get(what, 0 if not what.endswith(("secret", "memory")) else how)
        assert how <= limit + 1e-9, f"{other.regime}: {what} is {how}, was {before.get(what)}"
    assert looked_at(other)[0] <= looked_at(start)[0] | set(start.acts)
    assert looked_at(other)[1] <= looked_at(start)[1] + 1e-12
    faces = [one.sensor for one in start.sensors if one.identification and one.identification.mode != "none"]
    for one in other.sensors:
        if one.identification and one.identification.mode != "none":
            assert one.sensor in faces


# Shipped regimes.


@pytest.mark.parametrize("name", REGIMES)
def test_every_rule_applies_or_says_why(name):
    found = of(name)
    assert tuple(found) == IDS
    assert found["R0"].applies and found["R0"].regime is None
    for one in found.values():
        assert one.applies != bool(one.refused)
        assert one.changed or not one.applies
        assert one.id == "R0" or (one.regime is not None) == one.applies


@pytest.mark.parametrize("name", REGIMES)
def test_no_alternative_is_harder_than_its_start(name):
    start = load_regime(name)
    for one in of(name).values():
        if one.regime is not None:
            assert_milder(start, one.regime)
            assert harder(start, one.regime) == []
            assert one.regime.content_hash != start.content_hash


@pytest.mark.parametrize("name", REGIMES)
def test_what_is_written_reads_back_as_the_same_regime(name):
    start = load_regime(name)
    assert regime_of(content_of(start)).content_hash == start.content_hash
    for one in of(name).values():
        if one.regime is not None:
            assert regime_from(source_of_text(one.text, "x.yaml")).content_hash == one.regime.content_hash
            assert one.text.startswith(f"# Derived from {name} ")
            assert one.regime.kind == "invented" and one.regime.warnings == ()


@pytest.mark.parametrize("name", REGIMES)
def test_sources_stay_with_their_numbers(name):
    """A source line that is left has the words that it had."""
    had = set(sources(content_of(load_regime(name))))
    for one in of(name).values():
        if one.regime is not None:
            assert set(sources(content_of(one.regime))) <= had


def sources(value):
    if isinstance(value, dict):
        if "source" in value:
            yield value["source"]
        for inner in value.values():
            yield from sources(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from sources(inner)


@pytest.mark.parametrize("name", REGIMES)
def test_enforcement_warnings_and_audits_never_touch_what_counts_as_burden(name):
    acts = load_vocabulary().acts
    for rule in ("R1", "R2", "R8"):
        regime = of(name)[rule].regime
        if regime is not None:
            looked = {*regime.acts, *(act for one in regime.sensors for act in (*one.sees, *one.reads))}
            assert {acts[act].domain for act in looked}.isdisjoint(GUARDED)
            assert {acts[act].class_ for act in looked} <= {"offence", "incivility"}


# Each rule, by what it is for.


def test_r1_and_r8_have_no_score_no_face_and_nothing_behind_a_charge():
    for name in ("R1", "R8"):
        regime = of(RML)[name].regime
        (scheme,), (sensor,) = regime.schemes, regime.sensors
        assert {entry.points for entry in scheme.catalogue.values()} == {0}
        assert len(scheme.tier_names) == 1 and not (scheme.lists or scheme.decisions or scheme.hiring)
        assert sensor.identification.mode == "none" and regime.campaigns == ()


def test_r1_goes_for_offences_and_r8_for_all_that_is_no_right():
    r1, r8 = of(RML)["R1"].regime, of(RML)["R8"].regime
    lawful = {"protest", "petition", "critical-post", "night-out"}
    assert "drink-driving" in r1.acts and "jaywalking" not in r1.acts
    assert set(r1.acts) < set(r8.acts) and "jaywalking" in r8.acts
    assert not lawful & {*r8.acts, *(act for one in r8.sensors for act in one.sees)}


def test_r1_and_r8_spend_the_budget_and_never_look_closer_than_the_start():
    acts = {"red-light": 0.5, "drink-driving": 0.1, "littering": 2.0, "jaywalking": 3.0}
    start = regime_from(source_of_text(REGIME, "small.yaml"))
    most = sharpest(start)
    assert most == pytest.approx(0.5 * 0.8)
    found = alternatives(start, budget=Budget(0.2, 0.1, acts))
    assert found["R1"].regime.sensors[0].coverage.value == pytest.approx(0.3 / (2 * 0.5))
    assert found["R8"].regime.sensors[0].coverage.value == pytest.approx(0.3 / (2 * 5.5))
    rich = alternatives(start, budget=Budget(4.0, 0.0, acts))["R1"]
    assert rich.regime.sensors[0].coverage.value == pytest.approx(most)
    assert "0.1 of its budget is spent" in " ".join(rich.changed)
    assert "no budget" in alternatives(start, budget=Budget(0.0, 0.0, acts))["R8"].refused


def test_an_aim_narrows_r1_and_r2_and_is_refused_where_it_is_none():
    found = alternatives(RML, aim="drink-driving")
    assert found["R1"].regime.acts == found["R2"].regime.acts == ("drink-driving",)
    for text in ("protest", "fear", "adoption"):
        with pytest.raises(UserError, match="no aim"):
            alternatives(RML, aim=text)
    with pytest.raises(UserError, match="does not count it"):
        alternatives("opt-in-city-card", aim="red-light")


def test_r2_warns_and_takes_nothing():
    regime = of(RML)["R2"].regime
    assert regime.notice and [one.sensor for one in regime.sensors] == ["fines-register"]
    assert {entry.points for entry in regime.schemes[0].catalogue.values()} == {0}


def test_r3_only_gives():
    regime = of("rongcheng-2014")["R3"].regime
    assert regime.acts == ("volunteering",) and [one.sensor for one in regime.sensors] == ["good-deeds"]
    assert regime.schemes[0].decisions == {}
    kept = of(RML)["R3"].regime.schemes[0]
    assert (
        kept.catalogue["volunteering"].merit
        == load_regime(RML).schemes[0].table.catalogue["volunteering"].merit
    )
    assert all(set(how.refused) == {"A"} for how in kept.decisions.values())


def test_r4_keeps_to_one_domain_in_what_it_counts_and_in_what_it_closes():
    regime = of(RML)["R4"].regime
    assert main_domain(load_regime(RML)) == "transport"
    assert set(regime.acts) == {"fare-evasion", "smoking-on-a-train"}
    scheme = regime.schemes[0]
    assert not (scheme.hiring or scheme.dismissal or scheme.decisions)
    assert {context for rule in scheme.lists for context in rule.refuses} == {"air", "fast-rail"}
    money = alternatives(RML, domain="money")["R4"].regime.schemes[0]
    assert set(money.decisions) == {"housing", "credit"} and money.lists == ()


@pytest.mark.parametrize(
    ("domain", "reason"), [("assembly", "burden"), ("work", "counts nothing"), ("online", "burden")]
)
def test_r4_refuses_a_domain_that_is_none_or_a_right(domain, reason):
    with pytest.raises(UserError, match=reason):
        alternatives(RML, domain=domain)


def test_r5_halves_what_is_remembered_and_sets_an_end_to_what_was_not_forgotten():
    assert of("welfare-risk-score")["R5"].regime.schemes[0].score.memory_months == 12
    regime = of(RML)["R5"].regime
    assert regime.schemes[0].score.memory_months == load_battery().memory_months.value == 12
    assert {r.list: r.exit.after_days for r in regime.schemes[0].lists}["train-ban"] == 90
    assert of("platform-rating")["R5"].regime.ratings.window == 50


def test_r6_lets_nothing_follow_unseen():
    regime = of(RML)["R6"].regime
    searching = [
        one.identification.review
        for one in regime.sensors
        if one.identification and one.identification.mode != "none"
    ]
    assert searching and all(one.beyond == "no-action" for one in searching)
    redress = regime.schemes[0].redress
    assert redress.appealed == Quantity(value=1.0) and redress.suspensive and redress.reasons
    assert redress.upheld_wrong == load_regime(RML).schemes[0].redress.upheld_wrong


def test_r7_takes_nothing_from_those_who_stay_out():
    scheme = of(RML)["R7"].regime.schemes[0]
    assert not (scheme.lists or scheme.hiring or scheme.dismissal or scheme.association or scheme.shunning)
    for how in scheme.decisions.values():
        assert all(chance.value <= how.without_score.value for chance in how.refused.values())


def test_r9_tells_what_was_secret():
    regime = of("welfare-risk-score")["R9"].regime
    assert regime.notice and regime.schemes[0].disclosed
    assert of(RML)["R9"].regime.schemes[0].redress.reasons
    assert "told already" in of("merits-only")["R9"].refused


@pytest.mark.parametrize(
    ("name", "rule", "reason"),
    [
        ("judgment-defaulters-2013-2019", "R1", "counts no offence"),
        ("rank-my-life-2024", "R2", "counts no offence"),
        ("permis-a-points", "R1", "no budget"),
        ("permis-a-points", "R2", "nobody would be warned"),
        ("permis-a-points", "R4", "already keeps to road"),
        ("essay-2018", "R3", "rewards no act"),
        ("merits-only", "R3", "takes points for nothing"),
        ("merits-only", "R5", "the regime itself"),
        ("live-face-recognition", "R8", "nothing to audit"),
        ("opt-in-city-card", "R7", "stays out loses"),
        ("opt-in-city-card", "R8", "no budget"),
        ("platform-rating", "R7", "does nothing"),
    ],
)
def test_a_rule_that_does_not_apply_gives_its_reason(name, rule, reason):
    assert reason in of(name)[rule].refused and of(name)[rule].regime is None


def test_files_are_written_and_never_over_others(tmp_path):
    paths = write_all(of("merits-only") | {"R5": of(RML)["R5"]}, tmp_path / "new")
    assert [path.name for path in paths] == [f"{RML}-r5.yaml"]
    assert load_regime(paths[0]).content_hash == of(RML)["R5"].regime.content_hash
    with pytest.raises(ExistsError):
        write_all({"R5": of(RML)["R5"]}, tmp_path / "new")
    write_all({"R5": of(RML)["R5"]}, tmp_path / "new", force=True)


# Varied regimes.


@functools.cache
def base(name):
    content = YAML(typ="safe").load((data_folder() / "regimes" / f"{name}.yaml").read_text("utf-8"))
    return {key: value for key, value in content.items() if key not in ("documented", "assumed", "myth")}


def varied(draw, content):
    """A regime with some of its sections gone, others added, and other numbers in it."""
    content = copy.deepcopy(content)
    for key in ("campaigns", "notice", "announced"):
        if key in content and draw(st.booleans()):
            del content[key]
    content["notice"] = draw(st.booleans())
    registers = [s["sensor"] for s in content["sensors"] if s["kind"] in ("register", "phone", "platform")]
    if registers and draw(st.booleans()):
        months = draw(st.integers(1, 60))
        content["retroactive"] = {
            "months": months,
            "sensors": draw(st.lists(st.sampled_from(registers), min_size=1, unique=True)),
        }
    for sensor in content["sensors"]:
        if "share_analysed" in sensor and draw(st.booleans()):
            sensor["share_analysed"] = draw(st.floats(0.01, 1))
        search = sensor.get("identification", {})
        if search.get("mode") in ("identify", "presence"):
            search.pop("review", None)
            if draw(st.booleans()):
                how = draw(st.sampled_from(["no-review", "no-action"]))
                search["review"] = {"right_passes": 0.9, "wrong_passes": 0.2, "per_day": 50, "beyond": how}
    for scheme in content["schemes"]:
        for key in (
            "lists",
            "decisions",
            "hiring",
            "dismissal",
            "association",
            "shunning",
            "redress",
            "bought_repair",
        ):
            if key in scheme and draw(st.booleans()):
                del scheme[key]
        if draw(st.booleans()):
            scheme["score"]["memory_months"] = draw(st.integers(1, 120))
        if "redress" not in scheme and draw(st.booleans()):
            share = st.floats(0, 1)
            scheme["redress"] = {
                "appealed": draw(share),
                "delay_days": draw(st.floats(0, 500)),
                "upheld_wrong": draw(share),
                "upheld_right": draw(share),
                "suspensive": draw(st.booleans()),
                "reasons": draw(st.booleans()),
            }
        if "shunning" not in scheme:
            scheme["disclosed"] = draw(st.booleans())
        for how in scheme.get("decisions", {}).values():
            how["weight"] = draw(st.floats(0, 1))
        for entry in scheme["catalogue"].values():
            if "points" in entry:
                entry["points"] = draw(st.integers(0, 300))
                entry.pop("cap_per_day", None)
    return content


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    data=st.data(),
    name=st.sampled_from([RML, "essay-2018", "rongcheng-2014", "suining-2010", "welfare-risk-score"]),
)
def test_no_alternative_of_a_varied_regime_is_harder_than_it(data, name):
    start = regime_of(varied(data.draw, base(name)))
    budget = data.draw(st.one_of(st.none(), st.floats(0, 3)))
    acts = dict.fromkeys(start.acts, 0.3)
    spent = Budget(budget, 0.0, acts) if budget is not None else None
    for one in alternatives(start, budget=spent).values():
        assert one.applies != bool(one.refused)
        if one.regime is not None:
            assert_milder(start, one.regime)
            again = alternatives(one.regime)[one.id]  # a second time there is at most less
            if again.regime is not None:
                assert_milder(one.regime, again.regime)


# The comparison itself.


def changed(path, value):
    content = content_of(load_regime(RML))
    at = content
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return regime_of(content)


HARDER = [
    (("schemes", 0, "score", "memory_months"), 5, False),
    (("schemes", 0, "hiring", "C"), 0.1, True),
    (("schemes", 0, "hiring", "C"), 0.9, False),
    (("schemes", 0, "dismissal", "D"), 0.5, True),
    (("schemes", 0, "association", "points"), 9, True),
    (("schemes", 0, "association", "points"), 1, False),
    (("schemes", 0, "shunning", "cut"), 0.2, True),
    (("schemes", 0, "catalogue", "petition", "severity"), 0.9, True),
    (("schemes", 0, "catalogue", "petition", "severity"), 0.1, False),
    (("schemes", 0, "decisions", "housing", "refused", "C"), 0.9, True),
    (("schemes", 0, "lists", 2, "exit", "after_days"), 400, True),
    (("schemes", 0, "lists", 2, "exit", "after_days"), 20, False),
    (("schemes", 0, "redress", "appealed"), 0.01, True),
    (("schemes", 0, "redress", "appealed"), 0.5, False),
    (("schemes", 0, "redress", "delay_days"), 300, True),
    (("schemes", 0, "redress", "reasons"), True, False),
    (("schemes", 0, "score", "repair", 0, "every_days"), 30, True),
    (("schemes", 0, "score", "repair", 0, "every_days"), 3, False),
    (("sensors", 0, "share_analysed"), 0.9, True),
    (("sensors", 0, "share_analysed"), 0.1, False),
    (("sensors", 0, "sees", "littering"), 1, True),
    (("sensors", 0, "sees", "red-light"), 1, True),
    (("sensors", 0, "density_per_km2", "rural"), 50, True),
    (("sensors", 0, "identification", "review", "beyond"), "no-action", False),
    (("sensors", 0, "identification", "target_fpir"), 0.3, True),
    (("sensors", 4, "on_alert", "points"), 5, True),
    (("notice",), False, True),
    (("believed_share",), 0.9, True),
    (("retroactive",), {"months": 3, "sensors": ["fines-register"]}, True),
]


@pytest.mark.parametrize(
    ("path", "value", "is_harder"),
    HARDER,
    ids=lambda x: ".".join(map(str, x)) if isinstance(x, tuple) else None,
)
def test_the_comparison_sees_what_is_harder_and_what_is_not(path, value, is_harder):
    if path[-1] == "red-light" and path[0] == "sensors":
        start = load_regime(RML)
        content = content_of(start)
        content["sensors"][0]["places"].append("road")
        content["sensors"][0]["sees"]["red-light"] = 1
        assert harder(start, regime_of(content)) != []
        return
    assert bool(harder(load_regime(RML), changed(path, value))) == is_harder


@pytest.mark.parametrize("name", REGIMES)
def test_a_regime_is_not_harder_than_itself(name):
    assert harder(load_regime(name), load_regime(name)) == []


def test_curves_and_learned_engines_have_alternatives_too():
    content = content_of(regime_from(source_of_text(REGIME, "small.yaml")))
    scheme = content["schemes"][0]
    del scheme["association"], scheme["offers"], scheme["score"]["hysteresis"]
    scheme["score"]["repair"] = [{"every_days": 30, "log_odds": 0.2}]
    acts = ("jaywalking", "littering", "red-light")
    for engine, entry in (("logistic", {"log_odds": 0.4}), ("learned", {})):
        scheme |= {"engine": engine, "catalogue": {act: dict(entry) for act in acts}}
        if engine == "learned":
            scheme["learned_from"] = "records-france-2028"
        start = regime_of(content)
        found = alternatives(start)
        assert [name for name, one in found.items() if one.refused] == ["R3", "R9"]
        for name in ("R5", "R6", "R7"):
            assert found[name].regime.schemes[0].engine == engine
            assert harder(start, found[name].regime) == []
        assert {e.points for e in found["R8"].regime.schemes[0].table.catalogue.values()} == {0}
