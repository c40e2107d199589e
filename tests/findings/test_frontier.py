"""The frontier of alternatives: a society whose effects and burdens are known, and the real one."""

import functools
import json
from types import SimpleNamespace

import numpy as np
import pytest

from moot.errors import DeclarationError
from moot.experiment.plan import plan_of
from moot.experiment.questions import BURDENS
from moot.findings import experimenting, jobs
from moot.findings.alternatives_file import (
    alternatives_of,
    lines_of,
    open_alternatives,
    write_alternatives,
)
from moot.findings.frontier import WORDS, jobs_at_most, questions_of
from moot.findings.outcomes import Outcome
from moot.regime.reading import load_regime
from moot.regime.writing import content_of, text_of
from moot.store.experiments import InMemory
from tests.boundary.test_outputs import BANNED
from tests.experiment.texts import EXPERIMENT, declared

HEAD = EXPERIMENT.partition("arms:")[0].replace("replicates: 3", "replicates: 10")
HEAD = HEAD.replace("rank-my-life-2028", "short.yaml")
TEXT = HEAD + "arms: alternatives\nfrontier: {aim: red-light, margin: 2, burdens: [refusals], rounds: 3}\n"
START = "rank-my-life-2028"
SCENARIO = """\
scenario: short
title: Fewer words of the same scheme, in an invented country
country: halmerra
start: 2028-01-01
days: 6
people: 1000
burn_in_years: 0
arms:
  status-quo: {}
  rank-my-life-2028: {regime: regime.yaml}
"""
LISTS = {"no-plane": 30, "train-ban": 10, "no-fast-train": 5}
"""What each list refuses, in the society that is made up."""


@functools.cache
def short():
    """The text of a regime with a few of its acts, its lists and two sensors."""
    content = content_of(load_regime(START))
    acts = ("red-light", "jaywalking", "protest", "volunteering")
    content["sensors"] = [one for one in content["sensors"] if one["sensor"] in ("city-cameras", "phone-app")]
    for key in ("retroactive", "campaigns", "repression_told"):
        content.pop(key, None)
    for sensor in content["sensors"]:
        sensor["sees"] = {name: how for name, how in sensor["sees"].items() if name in acts}
    (scheme,) = content["schemes"]
    for key in (
        "weights",
        "association",
        "shunning",
        "hiring",
        "dismissal",
        "decisions",
        "offers",
        "gaming",
        "bought_repair",
    ):
        scheme.pop(key, None)
    for rule in scheme["lists"]:
        if "act" in rule["entry"]:
            rule["entry"]["act"] = "red-light"
    scheme["catalogue"] = {name: {"points": 10} for name in acts[:3]} | {"volunteering": {"merit": 1}}
    return text_of(content)


def written(folder, text=TEXT):
    (folder / "regime.yaml").write_text(short(), "utf-8")
    (folder / "short.yaml").write_text(SCENARIO, "utf-8")
    return declared(folder, text)


def lists_of(regime):
    return {rule.list for scheme in regime.schemes for rule in scheme.lists} if regime else set()


def watches(regime):
    return regime is not None and any(one.sensor == "phone-app" for one in regime.sensors)


def effective(regime, seed):
    """Acts that a regime prevents: by the telephone and the ban on fast trains together."""
    return 20 if watches(regime) and "no-fast-train" in lists_of(regime) else 0


@pytest.fixture
def made_up(monkeypatch):
    """A made-up society: acts fall as `world.fall` says, each list refuses so many trips."""
    world = SimpleNamespace(fall=effective, done=[])

    def simulate(scenario, *, seed, chance, arms, **_):
        world.done.append((seed, tuple(arms)))
        return SimpleNamespace(regimes={arm: scenario.arm_regimes[arm] for arm in arms}, seed=chance)

    def outcome_of(result):
        def part(arm, regime):
            row = {"arm": arm, "period": "run", "attribute": "all", "level": "all", "people": 1000}
            acts = 100 + result.seed % 3 - world.fall(regime, result.seed)
            row |= {"act:red-light:acts": acts, "trip:air:refused": sum(LISTS[x] for x in lists_of(regime))}
            return {key: np.array([one]) for key, one in row.items()}

        parts = {arm: part(arm, regime) for arm, regime in result.regimes.items()}
        return Outcome(dict.fromkeys(parts, "0"), parts)

    monkeypatch.setattr(jobs, "simulate", simulate)
    monkeypatch.setattr(jobs, "outcome_of", outcome_of)
    return world


def found_in(folder, text=TEXT):
    (found,) = alternatives_of(plan_of(written(folder, text)), InMemory())["scenarios"]
    return found, {one["arm"]: one for one in found["schemes"]}


def test_the_search_takes_away_what_the_aim_does_not_need(tmp_path, made_up):
    """Two lists of three are gone after two rounds; the third round finds nothing milder that reaches."""
    found, schemes = found_in(tmp_path)
    assert [one["chosen"] for one in found["search"]] == [
        "m1-without-list-no-plane", "m2-without-list-train-ban", None,
    ]  # fmt: skip
    assert found["least"] == found["picked_least"] == "m2-without-list-train-ban"
    least = schemes[found["least"]]
    excess = {one["name"]: one["excess_of_regime"] for one in least["burdens"]}
    assert next(iter(excess)) == "refusals" and set(excess) == set(BURDENS)
    assert (excess["refusals"]["low"], excess["refusals"]["mean"]) == (40, 40)
    assert {mean for name in BURDENS if name != "refusals" for mean in [excess[name]["mean"]]} == {0}
    assert (least["fresh"]["fall"]["mean"], least["fresh"]["apart"]["mean"]) == (20, 0)
    assert schemes["r7"]["fresh"]["reaches"] is False and schemes["status-quo"]["fresh"]["fall"]["mean"] == 0
    assert schemes[START]["dominated_by"] and found["frontier"] == [found["least"]]
    assert found["why_no_frontier"] == ""
    assert (found["seeds"]["chosen"], found["seeds"]["fresh"]) == ([1, 10], [11, 20])
    said = "\n".join(lines_of({"experiment": {"title": "x"}, "says": [], "scenarios": [found]}))
    assert "The least burdensome of those simulated: m2-without-list-train-ban" in said
    assert "refusals: +40 [+40, +40]; assumptions not varied" in said
    for one in found["schemes"]:
        if one["kind"] == "searched":
            assert one["file"].startswith("regime: ")
    assert len(made_up.done) == found["jobs"] <= jobs_at_most(plan_of(written(tmp_path, TEXT)))


def test_a_margin_as_wide_as_the_effect_is_reached_by_doing_nothing(tmp_path, made_up):
    found, _ = found_in(tmp_path, TEXT.replace("margin: 2", "margin: 21"))
    assert found["least"] == "status-quo" and found["search"] == []


def test_what_was_chosen_by_luck_is_not_named(tmp_path, made_up):
    """On the seeds that choose, a scheme without lists seems to do as much; on fresh seeds it does not."""
    made_up.fall = lambda regime, seed: 20 if watches(regime) and (lists_of(regime) or seed <= 10) else 0
    found, schemes = found_in(tmp_path)
    assert schemes["r7"]["chosen"]["reaches"] and not schemes["r7"]["fresh"]["reaches"]
    assert "r7" in found["picked"] and "r7" not in found["frontier"]
    said = "\n".join(lines_of({"experiment": {"title": "x"}, "says": [], "scenarios": [found]}))
    assert "fresh seeds do not say so" in said


def test_where_the_chosen_one_fails_the_next_that_reaches_is_told(tmp_path, made_up):
    """Without lists it seems to do as much on the seeds that choose; with fewer of them it truly does."""
    made_up.fall = lambda regime, seed: 20 if watches(regime) and (lists_of(regime) or seed <= 10) else 0
    found, schemes = found_in(tmp_path)
    least = schemes[found["least"]]
    assert found["least"] != found["picked_least"] and found["least"] in found["frontier"]
    assert least["chosen"]["reaches"] and least["fresh"]["reaches"]
    reached = [
        arm for arm, one in schemes.items()
        if one["fresh"] is not None and one["fresh"]["reaches"] and one["chosen"]["reaches"]
    ]  # fmt: skip
    weights = {arm: schemes[arm]["burdens"][0]["beyond_today"]["mean"] for arm in reached}
    assert weights[found["least"]] == min(weights.values())
    assert len(made_up.done) == found["jobs"] <= jobs_at_most(plan_of(written(tmp_path, TEXT)))


def test_at_a_size_of_its_own_no_job_is_one_of_the_experiment(tmp_path, made_up):
    text = TEXT.replace("rounds: 3", "rounds: 1, people: 1200, days: 3, replicates: 11, fresh: 10")
    found, _ = found_in(tmp_path, text)
    assert (found["people"], found["days"], found["seeds"]["chosen"]) == (1_200, 3, [1, 11])
    assert found["seeds"]["fresh"] == [12, 21] and len(made_up.done) == found["jobs"]


def test_without_an_effect_there_is_no_frontier(tmp_path, made_up):
    """Whatever the burdens: the regime does nothing about the acts, and the file says why."""
    made_up.fall = lambda regime, seed: (seed % 2) * 2 - 1 if regime else 0
    found, schemes = found_in(tmp_path)
    assert "is not clear of 0 on the seeds that choose" in found["why_no_frontier"]
    assert (found["frontier"], found["least"], found["search"]) == ([], None, [])
    assert schemes[START]["fresh"]["fall"]["mean"] == 0
    said = lines_of({"experiment": {"title": "x"}, "says": [], "scenarios": [found]})
    assert any(line.startswith("No frontier: ") for line in said)
    made_up.fall = lambda regime, seed: 20 if regime and seed <= 10 else 0
    assert "on fresh seeds" in found_in(tmp_path)[0]["why_no_frontier"]


def test_over_draws_it_is_told_in_how_many_it_holds(tmp_path, made_up):
    text = (
        TEXT.replace("rounds: 3", "rounds: 1") + "draws: {count: 4, over: [regime.sensors], replicates: 2}\n"
    )
    found, schemes = found_in(tmp_path, text)
    least = schemes[found["least"]]
    assert (least["reaches_in_draws"]["held"], least["reaches_in_draws"]["draws"]) == (4, 4)
    refusals = least["burdens"][0]["holds"]
    assert (refusals["held"], refusals["draws"], refusals["mean"]) == (4, 4, 1.0)
    assert schemes["r7"]["reaches_in_draws"]["held"] == 0
    assert schemes[START]["reaches_in_draws"] is None


def test_stopped_and_gone_on_with_is_the_same_file(tmp_path, made_up):
    experiment = written(tmp_path, TEXT.replace("rounds: 3", "rounds: 1"))
    whole = alternatives_of(plan_of(experiment), InMemory())
    many = len(made_up.done)
    made_up.done.clear()

    def stop(_, done, of):
        if done == 17:
            raise KeyboardInterrupt

    for progress in (stop, None):
        folder, plan = experimenting.begin(experiment, tmp_path / "out")
        with folder:
            if progress is not None:
                with pytest.raises(KeyboardInterrupt):
                    write_alternatives(folder, plan, progress=progress)
            else:
                assert write_alternatives(folder, plan) == whole
    assert len(made_up.done) == many
    assert open_alternatives(tmp_path / "out") == {"format": "moot-alternatives-1", **whole}


def test_burdens_are_those_of_the_metric_and_none_can_be_left_out(tmp_path):
    assert WORDS["lawful-acts-forgone"] == "lawful acts forgone" and len(WORDS) == len(BURDENS)
    assert WORDS["work-lost"] == "hires refused and jobs ended" and WORDS["ties-cut"] == "ties cut"
    (asked,) = questions_of(plan_of(written(tmp_path, TEXT)))
    assert asked.order[0] == "refusals" and set(asked.order) == set(BURDENS)


def test_a_real_society(tmp_path):
    """Nobody is let off: with six days there is an effect or there is none, and the file says which."""
    text = (
        TEXT.replace("red-light", "offences").replace("rounds: 3", "rounds: 0").replace("days: 6", "days: 4")
    )
    found = alternatives_of(plan_of(written(tmp_path, text)), InMemory(), threads=1)
    (scenario,) = json.loads(json.dumps(found))["scenarios"]
    assert set(scenario["aim"]["acts"]) == {"red-light"}
    assert scenario["jobs"] == 20 and len(scenario["schemes"] + scenario["do_not_apply"]) == 11
    clear = scenario["effect"]["chosen"]["low"] > 0 and scenario["effect"]["fresh"]["low"] > 0
    assert clear == (scenario["why_no_frontier"] == "")
    spends = {one["arm"]: sum(one["budget"].values()) for one in scenario["schemes"]}
    assert spends["status-quo"] == 0
    assert all(0 < spends[arm] <= spends[START] * (1 + 1e-9) for arm in ("r1", "r8"))
    said = "\n".join(lines_of(found))
    assert "what was not modelled is not shown not to exist" in " ".join(said.split())
    assert BANNED.findall(said) == []


# What is refused, each with its reason and its line.

AIMS = [
    ("critical-post", "lies in online (speech)"),
    ("online", "speech always count as burden"),
    ("speech", "speech always counts as burden"),
    ("protest", "lies in assembly (assembly and strike)"),
    ("assembly", "assembly"),
    ("strike", "assembly and strike"),
    ("association", "association always counts as burden"),
    ("civic", "association, petition, religion and contact with the press"),
    ("petition", "petition"),
    ("press", "contact with the press always counts as burden"),
    ("religion", "religion always counts as burden"),
    ("private-life", "private life"),
    ("night-out", "private life"),
    ("fear", "fear is a burden"),
    ("certainty", "perceived certainty is fear"),
    ("opinion", "what people think is theirs"),
    ("opinion:private:sum", "what people think is theirs"),
    ("support", "what people think, or say"),
    ("spoken", "what people say is theirs"),
    ("silence", "silence is a burden"),
    ("uptake", "how many take part is no harm"),
    ("adoption", "adoption is measured and is nobody's aim"),
    ("act:red-light:charged-by-regime", "more watching raises records; expected true acts"),
    ("act:red-light:charged-today", "expected true acts"),
    ("charges", "charges are records"),
    ("jaywalking", "is no offence"),
    ("volunteering", "association, petition, religion"),
    ("score", "a score is a means"),
    ("list:no-plane:people", "a list is a means"),
    ("tier", "a tier is a means"),
    ("no-such-act", "expected an act that is an offence"),
]


@pytest.mark.parametrize(("aim", "why"), AIMS, ids=[aim for aim, _ in AIMS])
def test_what_may_never_be_aimed_at_is_refused_in_its_line(tmp_path, aim, why):
    with pytest.raises(DeclarationError) as told:
        written(tmp_path, TEXT.replace("aim: red-light", f'aim: "{aim}"'))
    (problem,) = told.value.problems
    assert why in problem.message and (problem.line, problem.key) == (9, "frontier.aim")
    assert told.value.exit_code == 2


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("arms: alternatives\n", "", "expected `arms: alternatives`"),
        ("margin: 2", "margin: -2", "margin"),
        (", margin: 2", "", "margin"),
        ("[refusals]", "[happiness]", "burdens"),
        ("replicates: 10", "replicates: 9", "takes 10 or more"),
        (TEXT[TEXT.index("frontier:") :], "", "asks for no frontier"),
        ("short.yaml", "platform-rating", "does not count it"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_told(tmp_path, old, new, says):
    assert old in TEXT
    with pytest.raises(DeclarationError, match=r"experiment\.yaml") as told:
        questions_of(plan_of(written(tmp_path, TEXT.replace(old, new))))
    assert says in str(told.value)
