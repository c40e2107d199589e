"""Where nothing of a regime reaches, nothing differs: what a difference from the comparator proves.

A regime acts through what it tells, refuses and prevents. Without any of these, or far from everybody whom it
charged, a person and the twin are the same, bit for bit.
"""

import importlib.resources

import numpy as np
import pytest
from ruamel.yaml import YAML

from moot.country import population
from moot.experiment.scenario import load_scenario
from moot.experiment.simulation import simulate
from moot.society.engine import Society
from moot.society.law import ACT_MEASURES, PER_ACT
from moot.society.state import FEAR, FEAR_DAY, LISTS, SCHEME, WAKE, scores_of
from tests.reference import worlds
from tests.reference.dense import Dense

DATA = importlib.resources.files("moot") / "data"
SECRET = ("charged-by-regime", "charged-to-another", "borne-for-another", "seen-unidentified")


CONSEQUENCES = (
    "association", "lists", "offers", "decisions", "redress", "hiring", "dismissal",
    "shunning", "bought_repair",
)  # fmt: skip


def shipped_regime():
    """The regime of the shipped example as a table to be changed."""
    return YAML(typ="safe").load((DATA / "regimes" / "rank-my-life-2028.yaml").read_text(encoding="utf-8"))


def beside_the_comparator(folder, regime, *, people, days, **changes):
    """A scenario of France with the comparator and this regime."""
    scenario = {
        "scenario": "twins",
        "title": "Twins",
        "country": "france",
        "start": worlds.START,
        "days": days,
        "people": people,
        "burn_in_years": 0,
        "arms": {"status-quo": {}, "other": {"regime": "regime.yaml"}},
    }
    worlds.write(folder, {"regime": regime, "scenario": scenario | changes})
    return load_scenario(folder / "scenario.yaml")


def without_consequence(regime):
    """The same regime in secret: it sees, identifies and counts, and nobody feels or learns anything."""
    for key in ("announced", "believed_share"):
        regime.pop(key, None)
    regime["notice"] = False
    for scheme in regime["schemes"]:
        scheme["disclosed"] = False
        for key in CONSEQUENCES:
            scheme.pop(key, None)
        scheme["catalogue"].pop("unpaid-fine", None)  # the circle through arrears has counts of its own
    return regime


class Last:
    """Keeps the society of a run; arrays are read after the last day."""

    def __call__(self, society, today):
        self.society, self.today = society, today


def assert_no_effect(result, society, schemes):
    """Acts, today's charges, perceived certainty and today's schemes are equal bit for bit."""
    record, columns = result.record, result.compiled.columns
    for name, column in [
        (f"{act}:{measure}", k * PER_ACT + x)
        for k, act in enumerate(result.compiled.acts)
        for x, measure in enumerate(ACT_MEASURES)
        if measure not in SECRET
    ]:
        np.testing.assert_array_equal(
            record.month[0][..., column], record.month[1][..., column], err_msg=name
        )
        np.testing.assert_array_equal(
            record.region[0][..., column], record.region[1][..., column], err_msg=name
        )
    today = slice(columns.first["scheme"], columns.first["scheme"] + 4 * schemes)
    np.testing.assert_array_equal(record.region[0][..., today], record.region[1][..., today])
    trips = slice(columns.first["trip"], columns.first["malicious"])  # what sensors do in secret comes next
    np.testing.assert_array_equal(record.region[0][..., trips], record.region[1][..., trips])
    np.testing.assert_array_equal(record.score[0, :schemes], record.score[1, :schemes])
    np.testing.assert_array_equal(record.fear[0], record.fear[1])
    hot = np.delete(common_of(society.books["hot"], schemes), WAKE, axis=2)
    np.testing.assert_array_equal(hot[:, 0], hot[:, 1])


def common_of(hot, schemes):
    """What rows say beside the schemes behind the first `schemes`."""
    return np.concatenate([hot[..., :SCHEME], *(part[..., :schemes] for part in scores_of(hot))], axis=-1)


def charged_in_secret(result):
    column = ACT_MEASURES.index("charged-by-regime")
    return int(result.record.region[1][..., column : len(result.compiled.acts) * PER_ACT : PER_ACT].sum())


def test_a_regime_without_consequence_has_no_effect_at_all(tmp_path):
    """Zero, not small: acts, fear and the licence are those of the twin after months of secret charges."""
    scenario = beside_the_comparator(tmp_path, without_consequence(shipped_regime()), people=2000, days=90)
    last = Last()
    result = simulate(scenario, threads=1, panel=0, on_day=last)
    assert charged_in_secret(result) > 500
    assert_no_effect(result, last.society, schemes=1)


@pytest.mark.parametrize("seed", range(4))
def test_varied_regimes_without_consequence_have_no_effect(seed, tmp_path, monkeypatch):
    """The same where rates are high, merits are watched, and faces are taken for others."""
    monkeypatch.setattr(population, "SMALLEST_BLOCK", 100)
    scenario = worlds.scenario(tmp_path, seed, people=300, days=60)
    other = YAML(typ="safe").load((tmp_path / "one.yaml").read_text(encoding="utf-8"))
    worlds.write(tmp_path, {"one": without_consequence(other)})
    scenario = load_scenario(tmp_path / "scenario.yaml")
    last = Last()
    result = simulate(scenario, threads=1, panel=0, on_day=last, arms=["status-quo", "one"])
    assert charged_in_secret(result) > 0
    assert_no_effect(result, last.society, schemes=1)


class Reach(Dense):
    """The reference, keeping on whom the regime can have acted by the end of each day.

    It reaches whom it charges. A person whom it reached passes that on, in one step a day, on days with a
    charge (which ties hear of) or a fall of tier (for which they pay), in either arm.
    """

    def __init__(self, *given, **named):
        super().__init__(*given, **named)
        self.fell, self.reached, self.by_day = set(), set(), []

    def _place(self, a, s, i):
        fell = super()._place(a, s, i)
        if fell:
            self.fell.add(i)
        return fell

    def _news(self):
        charged = [
            {i for i in range(self.n) if desk[i] and (desk[i].today or desk[i].regime)} for desk in self.desk
        ]
        by_regime = {i for i in charged[1] if self.desk[1][i].regime}
        telling = by_regime | (self.reached & (charged[0] | charged[1] | self.fell))
        layers = [*self.near, *self.far]
        self.reached |= telling | {j for i in telling for layer in layers for j in layer[i]}
        self.by_day.append(set(self.reached))
        self.fell = set()
        super()._news()


def test_people_beyond_reach_are_their_twins(tmp_path):
    """Not announced, a regime reaches a person by a charge, or through a tie that it reached before."""
    regime = shipped_regime()
    regime.pop("announced"), regime.pop("believed_share")
    scenario = beside_the_comparator(tmp_path, regime, people=3000, days=6)
    states = []
    result = simulate(
        scenario, threads=1, panel=0,
        on_day=lambda society, day: states.append(common_of(society.books["hot"], 1)),
    )  # fmt: skip
    dense = Reach(result.population, result.compiled, first=result.record.first, days=6).run()
    keep = [FEAR, FEAR + 1, FEAR_DAY, LISTS, SCHEME, SCHEME + 1, SCHEME + 2]  # of `common_of`
    for state, reached in zip(states, dense.by_day, strict=True):
        beyond = sorted(set(range(result.people)) - reached)
        assert len(beyond) > result.people / 10
        np.testing.assert_array_equal(state[beyond, 0][:, keep], state[beyond, 1][:, keep])
    assert (states[-1][:, 0][:, keep] != states[-1][:, 1][:, keep]).any()  # within reach there is an effect


def test_all_arms_begin_the_first_day_equal(tmp_path, monkeypatch):
    """Arms branch from one state: perceived certainty, lists and today's schemes are copies."""
    monkeypatch.setattr(population, "SMALLEST_BLOCK", 100)
    states = []
    run = Society.run

    def spied(society, **named):
        if society.reporting:
            states.append(society.books["hot"].copy())
        return run(society, **named)

    monkeypatch.setattr(Society, "run", spied)
    scenario = worlds.scenario(tmp_path, 7, people=300, days=5, burn_in_years=1)
    simulate(scenario, threads=1, panel=0)
    (state,) = states
    common = common_of(state, 1)
    assert common.shape[1] == 3
    for a in (1, 2):
        np.testing.assert_array_equal(common[:, a], common[:, 0])
    assert len(np.unique(common[:, 0, FEAR])) > 10  # a state with a past
