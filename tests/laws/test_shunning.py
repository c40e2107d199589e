"""Section 8 of the equations: ties that are cut after a fall, for both people, and mend after a rise."""

import numpy as np
import pytest

from moot.errors import DeclarationError
from moot.society.state import CUTS
from tests.laws import worlds as w

ACT, COST, DELTA = "jaywalking", 60, 25
CUT_OFF, CUTS_OFF, TAKEN_BACK, IN_TOUCH = 52, 53, 54, 55
FALL, RISE, TIE_FELL = 9, 10, 14
REACH = 3
RING = {"kind": "ring", "name": "near", "reach": REACH, "sort": {"age": 0.0}, "noise": 1.0}
TIERS = {"tiers": [{"tier": "up", "from": 50}, {"tier": "down", "from": 0}]}


def score_with(**changes):
    """A charge takes 60 of 100; the lower tier begins under 50, and 50 points lost are the whole stake."""
    return TIERS | changes


def arm(cut=None, *, points=0, repair=(), cost=COST, disclosed=True, **changes):
    made = w.scheme(
        {ACT: {"points": cost}},
        score=score_with(repair=list(repair)),
        disclosed=disclosed,
        association={"points": points, "on": "tier-fall", "to": ["near"]},
        **changes,
    )
    if cut is not None:
        made["shunning"] = {"cut": cut}
    return w.regime(made, sensors=[w.eye({ACT: 1.0})])


def society(folder, arms, *, people=20_000, days=100, chance=0.002, ties=(RING,), beliefs=None, **options):
    act = {"base_per_day": chance, "per": "person", "headroom": 3}
    of = w.country({ACT: act}, ties=list(ties), propensity={"shape": 400, "correlation": 0}, beliefs=beliefs)
    return w.run(w.scenario(folder, of, arms, people=people, days=days), **({"panel": 0} | options))


class Last:
    def __call__(self, made, today):
        self.society = made

    def cuts(self, a):
        return self.society.books.rare(CUTS)[:, a]


def neighbours(population, i, q=1):
    """(bit, neighbour) of a person's regular ties."""
    starts = population.layout.block_start
    b = int(np.searchsorted(starts, i, side="right")) - 1
    lo, n = int(starts[b]), int(starts[b + 1] - starts[b])
    at = int(population.place[q, i])
    offsets = [x for x in range(-REACH, REACH + 1) if x]
    return [(bit, lo + int(population.order[q, lo + (at + x) % n])) for bit, x in enumerate(offsets)]


def test_each_tie_of_a_fallen_person_is_cut_with_the_chance_times_the_stake(tmp_path):
    """The whole stake is lost: a share ψ of 2 × reach ties a fall; half of the stake: half of them."""
    whole = society(tmp_path / "a", {"shun": arm(0.2)})
    falls = w.total(whole, "scheme:score:falls", "shun")
    found = w.total(whole, "ties:regular:cut", "shun") / 2  # each counts for both people
    # ties already cut cannot be cut again: few falls meet
    expected = 0.2 * 2 * REACH * falls
    w.agrees(found, expected, np.sqrt(expected) + 0.03 * expected, what="cuts")
    gentle = arm(0.2, cost=40)
    gentle["schemes"][0]["score"]["tiers"] = [
        {"tier": "up", "from": 80}, {"tier": "mid", "from": 20}, {"tier": "down", "from": 0},
    ]  # fmt: skip
    half = society(tmp_path / "b", {"shun": gentle}, days=20)
    falls = w.total(half, "scheme:score:falls", "shun")
    expected = 0.2 * 2 * REACH * falls / 2  # 40 of the 80 points to the worst known consequence
    found = w.total(half, "ties:regular:cut", "shun") / 2
    w.agrees(found, expected, np.sqrt(expected) + 0.05 * expected, what="cuts at half the stake")


def test_a_cut_is_symmetric_and_the_people_with_one_are_counted(tmp_path, monkeypatch):
    last = Last()
    result = society(tmp_path, {"shun": arm(0.3)}, people=3_000, days=200, on_day=last)
    cuts, population = last.cuts(result.arms.index("shun")), result.population
    assert (last.cuts(result.arms.index("status-quo")) == 0).all()
    pairs = 0
    for i in np.flatnonzero(cuts):
        for bit, j in neighbours(population, int(i)):
            if cuts[i] >> bit & 1:
                back = [b for b, k in neighbours(population, j) if k == i]
                assert len(back) == 1 and cuts[j] >> back[0] & 1
                pairs += 1
    made, mended = (w.total(result, f"ties:regular:{x}", "shun") for x in ("cut", "mended"))
    assert pairs == made - mended > 100
    people = w.stock(result, "ties:regular:people-with-a-cut", "shun")
    assert people[-1] == np.count_nonzero(cuts)
    assert mended == 0  # nobody rises without repair


def test_half_of_the_cut_ties_mend_on_the_way_up(tmp_path, monkeypatch):
    w.everybody_seen(monkeypatch)
    repair = [{"every_days": 1, "points": 20}]
    result = society(
        tmp_path, {"shun": arm(0.3, repair=repair)}, people=20_000, days=60, chance=0.001, panel=None
    )
    rows = w.lives(result)
    cut, mended = (w.total(result, f"ties:regular:{x}", "shun") // 2 for x in ("cut", "mended"))
    assert len(rows[rows[:, 3] == CUT_OFF]) == len(rows[rows[:, 3] == CUTS_OFF]) == cut
    assert len(rows[rows[:, 3] == TAKEN_BACK]) == len(rows[rows[:, 3] == IN_TOUCH]) == mended
    risen = {(int(p), int(d)) for d, p in rows[rows[:, 3] == RISE][:, :2]}
    assert all((int(p), int(d)) in risen for d, p in rows[rows[:, 3] == TAKEN_BACK][:, :2])
    w.agrees(mended / cut, 0.5, w.binomial(0.5, cut) + 0.03, what="mended")


def test_a_cut_tie_hears_nothing_and_pays_nothing(tmp_path, monkeypatch):
    """After a cut no message of either passes between the two, until they are in touch again."""
    w.everybody_seen(monkeypatch)
    beliefs = {"learning": 0.05, "vicarious": 0.01}
    result = society(
        tmp_path,
        {"shun": arm(0.3, points=1, repair=[{"every_days": 1, "points": 5}])},
        people=3_000, days=120, chance=0.01, panel=None, beliefs=beliefs,
    )  # fmt: skip
    rows = w.lives(result)
    rows = rows[rows[:, 2] == result.arms.index("shun")]
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    apart: dict[tuple[int, int], int] = {}
    heard = blocked = 0
    for day in np.unique(rows[:, 0]):
        today = rows[rows[:, 0] == day]
        for row in today[np.isin(today[:, 3], (TIE_FELL, 15))]:
            pair = tuple(sorted((int(row[1]), int(row[5]))))
            assert pair not in apart, "a cut tie was told"
            heard += 1
        for row in today[today[:, 3] == TAKEN_BACK]:
            del apart[tuple(sorted((int(row[1]), int(row[5]))))]
        for row in today[today[:, 3] == CUT_OFF]:
            apart[tuple(sorted((int(row[1]), int(row[5]))))] = int(day)
            blocked += 1
    assert heard > 1_000 and blocked > 300


def test_with_cut_ties_fewer_people_fall_with_each_other(tmp_path):
    """Association alone, shunning alone, both: cutting only lowers a cascade, and alone makes none."""
    repair = [{"every_days": 2, "points": 5}]
    result = society(
        tmp_path,
        {
            "plain": arm(cost=40, repair=repair),
            "association": arm(cost=40, points=20, repair=repair),
            "shunning": arm(0.3, cost=40, repair=repair),
            "both": arm(0.3, cost=40, points=20, repair=repair),
        },
        days=300,
        chance=0.005,
    )
    falls = {
        name: w.total(result, "scheme:score:falls", name) for name in result.arms if name != "status-quo"
    }
    assert falls["shunning"] == falls["plain"]
    assert falls["plain"] < falls["both"] < falls["association"]
    assert w.total(result, "scheme:score:points-from-ties", "shunning") == 0
    assert w.total(result, "ties:regular:cut", "both") > 0


def test_shunning_that_cuts_nothing_is_no_shunning_and_off_is_nothing(tmp_path):
    arms = {"off": arm(points=DELTA), "zero": arm(0.0, points=DELTA), "on": arm(0.3, points=DELTA)}
    last = Last()
    result = society(tmp_path / "a", arms, on_day=last)
    assert last.society.books["warm"].shape[0] == result.people
    assert w.total(result, "ties:regular:cut", "zero") == 0
    names = result.compiled.columns.flow_names
    off, zero = (result.arms.index(x) for x in ("off", "zero"))
    for column, name in names[off].items():
        if not name.startswith("ties:"):
            np.testing.assert_array_equal(
                result.record.region[zero, ..., column], result.record.region[off, ..., column], err_msg=name
            )
    np.testing.assert_array_equal(result.record.score[zero], result.record.score[off])
    alone = society(tmp_path / "b", {"off": arms["off"]}, on_day=last)
    assert last.society.books["warm"].shape[0] == 1
    assert alone.digests["off"] == result.digests["off"]
    for name in ("zero", "on"):
        assert w.run(result.scenario, panel=0, arms=[name]).digests == {name: result.digests[name]}
    assert w.run(result.scenario, panel=0, threads=2).digests == result.digests


def test_an_existing_scheme_that_cuts_ties_does_so_in_the_burn_in(tmp_path):
    """Ties cut before the first day are cut in every arm."""
    folder = tmp_path
    today = arm(0.3, cost=60)
    today["kind"] = "existing"
    today["schemes"][0] |= {"scheme": "old", "reads": "today"}
    today["sensors"] = []
    act = {"base_per_day": 0.002, "per": "person", "headroom": 3, "certainty_now": 0.9}
    of = w.country({"fare-evasion": act}, ties=[RING], existing=["old.yaml"])
    today["schemes"][0]["catalogue"] = {"fare-evasion": {"points": 60}}
    w.YAML(typ="safe").dump(today, folder / "old.yaml")
    other = w.regime(w.scheme({"fare-evasion": {"points": 1}}), sensors=[w.eye({"fare-evasion": 1.0})])
    result = w.run(w.scenario(folder, of, {"x": other}, people=3_000, days=2, burn_in_years=1), panel=0)
    people = [w.stock(result, "ties:regular:people-with-a-cut", name)[0] for name in result.arms]
    assert people[0] == people[1] > 100


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"disclosed": False}, "a score that people know"),
        ({"ties": [RING | {"reach": 9}]}, "18 regular ties"),
    ],
)
def test_what_cannot_be_cut_is_an_error(tmp_path, changes, words):
    ties = changes.get("ties", [RING])
    made = {"shun": arm(0.3, disclosed=changes.get("disclosed", True))}
    with pytest.raises(DeclarationError, match=words):
        society(tmp_path, made, people=1_000, days=1, ties=ties)
