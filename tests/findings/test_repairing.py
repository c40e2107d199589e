"""Points that came back with time, as lives tell them, against the closed form of repair."""

import functools
from itertools import pairwise

import pytest

from moot.declaring.source import source_of_text
from moot.experiment.scenario import load_scenario
from moot.experiment.simulation import simulate
from moot.findings.kinds import CHARGES
from moot.findings.lives import moments, tell
from moot.findings.repairing import Repaired, repaired, with_time
from moot.findings.resuming import with_values
from moot.findings.rules import Rules
from moot.findings.run import Run, run_of
from moot.regime.reading import regime_from
from moot.society.arms import date_of

EVERY, POINTS, CAP = 3, 2, 100
REGIME = """\
regime: {name}
name: {name}
kind: invented
summary: A street camera that sees all, and a score that comes back with time or does not.
announced: 2028-01-01
believed_share: 0
sensors:
  - sensor: streets
    kind: camera
    places: [street, square, home]
    coverage: 1
    sees: {{jaywalking: 1, littering: 1{merit}}}
    identification: {{mode: none}}
schemes:
  - scheme: marks
    who: everyone
    reads: regime
    disclosed: true
    score:
      start: 100
      floor: -400
      ceiling: 400
      tiers: [{{tier: high, from: 80}}, {{tier: low, from: -400}}]
      repair: [{{every_days: {every}, points: {points}, to: {cap}}}]
    catalogue:
      jaywalking: {{points: 7, cap_per_day: 9}}
      littering: {{points: 10}}{earns}
{ties}"""
TIES = "    association: {points: 3, on: tier-fall, to: [household, work], breaks_clean_time: false}\n"
SCENARIO = """\
scenario: back
title: Back
country: france
start: 2028-01-01
days: 150
people: 1000
burn_in_years: 0
arms:
  status-quo: {}
  back: {regime: back.yaml}
"""


def run(folder, *, every: int, merits: bool) -> Run:
    """A run under a regime in which points come back every so many days; merits and ties where asked for."""
    text = REGIME.format(
        name="back", every=every, points=POINTS, cap=CAP, merit=", volunteering: 1" if merits else "",
        earns="\n      volunteering: {merit: 4}" if merits else "", ties=TIES if merits else "",
    )  # fmt: skip
    regime_from(source_of_text(text, "back.yaml"))
    (folder / "back.yaml").write_text(text)
    (folder / "back-year.yaml").write_text(SCENARIO)
    return run_of(simulate(load_scenario(folder / "back-year.yaml"), threads=1, panel=200))


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Run:
    return run(tmp_path_factory.mktemp("plain"), every=EVERY, merits=False)


@pytest.fixture(scope="module")
def never(tmp_path_factory) -> Run:
    """Charges with a cap, merits and falls of ties, and a repair that no day of the run reaches."""
    return run(tmp_path_factory.mktemp("never"), every=3_000, merits=True)


@functools.cache
def law(days: int, score: int) -> int:
    """Points that come back in so many days without a charge, the last of them over: the closed form."""
    return max(0, min(CAP - score, POINTS * (days // EVERY)))


def test_what_came_back_is_the_closed_form(plain):
    """A day on which a charge falls is not a clean day: its own step of repair does not come."""
    seen = 0
    for life in plain.lives.values():
        side = life.pair(plain.rules, "back")
        found = repaired(side)
        charges = [one for one in side.here if one.kind in CHARGES and one.kind != "charged-today"]
        days = list({one.day: one for one in charges}.values())  # the last charge of each day
        firsts = {one.day: one.place for one in reversed(charges)}
        for before, after in pairwise(days):
            expected = law(after.day - 1 - before.day, before.score or 0)
            told = found.get(firsts[after.day])
            if any(one.kind == "rise" and before.day < one.day < after.day for one in side.here):
                continue  # told in two parts
            assert (told.points if told else 0) == expected
            seen += expected > 0
    assert seen > 50


def test_where_nothing_can_come_back_nothing_is_told(never):
    """Caps, merits and falls of ties move the score, and none of it is taken for repair."""
    kinds = set()
    for life in never.lives.values():
        side = life.pair(never.rules, "back")
        assert repaired(side) == {}
        kinds |= {one.kind for one in side.here if one.score is not None}
        kinds |= {"merit" for one in side.here if one.what == "volunteering" and one.kind in CHARGES}
    assert {"charged-by-regime", "merit", "fall", "tie-fell"} <= kinds


def test_a_life_tells_what_came_back_and_a_rise_has_it_for_a_reason(plain):
    rises = told = 0
    for life in plain.lives.values():
        side = life.pair(plain.rules, "back")
        found = repaired(side)
        text = "\n".join(tell(plain, life.number))
        for one in moments(side):
            if one.kind == "rise":
                assert with_time(side, one.event) and "points had come back with time" in one.why
                rises += 1
            elif one.event.place in found and one.where == "here":
                assert one.text.endswith(found[one.event.place].words()) and one.text in text
                told += 1
    assert rises > 1 and told > 50


def test_after_a_change_of_law_nothing_is_told(plain):
    life = max(plain.lives.values(), key=lambda one: len(repaired(one.pair(plain.rules, "back"))))
    side = life.pair(plain.rules, "back")
    found = repaired(side)
    day = sorted(side.here[place].day for place in found)[1]
    regime = plain.scenario.arm_regimes["back"]
    scenario = plain.scenario.with_change(date_of(day), "back", with_values(regime, {"notice": False}))
    changed = life.pair(Rules(scenario, plain.arms), "back")
    assert repaired(changed) == {n: one for n, one in found.items() if side.here[n].day < day} != found


def test_one_point_and_several_in_words():
    assert Repaired("x", 1, 10_227).words() == "1 point had come back with time since 2028-01-01"
    assert Repaired("x", 12, 10_227).words().startswith("12 points had come back")
    french = Repaired("x", 1, 10_227).words("fr")
    assert french == "1 point était revenu avec le temps depuis le 1er\u00a0janvier 2028"
    assert Repaired("x", 12, 10_227).words("fr").startswith("12 points étaient revenus")
