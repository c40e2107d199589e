"""Section 4 of the equations, in the engine: who is seen, for whom they are taken, who bears it."""

import math
from datetime import date

import numpy as np
import pytest

from moot.regime import recognition
from moot.society.sensing_tables import class_factors, outcome_of, seen_by
from tests.laws import worlds as w

START = date(2028, 1, 1)
CLASSES = ("class-1", "class-2", "class-3")
SHARES = (0.6, 0.3, 0.1)
FACES = {"appearance": {"shares": dict(zip(CLASSES, SHARES, strict=True))}}
MISTAKEN, FALSE = 6, 8
ACT = "jaywalking"


def searched(folder, sensor, *, people=40_000, days=30, rate=20, regions=4, attributes=FACES, **options):
    """One frequent incivility, one sensor, nobody told."""
    act = {"base": rate, "per": "person"}
    of = w.country({ACT: act}, regions={"equal": regions}, attributes=attributes)
    arm = w.regime(w.scheme({ACT: {"points": 1}}), sensors=[sensor])
    return w.run(w.scenario(folder, of, {"watch": arm}, people=people, days=days), **options)


def flow(result, what):
    return w.total(result, f"act:{ACT}:{what}", "watch")


def camera(**identification):
    return w.eye({ACT: 0.8}, coverage=0.5, identification=identification)


@pytest.mark.parametrize(("coverage", "sensitivity"), [(0.3, 0.5), (0.5, 1.0), (1.0, 0.9)])
def test_an_act_is_detected_as_often_as_coverage_times_sensitivity(tmp_path, coverage, sensitivity):
    result = searched(tmp_path, w.eye({ACT: sensitivity}, coverage=coverage), panel=0)
    acts, p = flow(result, "acts"), coverage * sensitivity
    w.agrees(flow(result, "charged-by-regime") / acts, p, w.binomial(p, acts), what="detected")


def test_street_cameras_detect_by_density_in_each_stratum(tmp_path):
    """1 − exp(−c A ρ) of the stratum, times the share analysed and the sensitivity."""
    strata = {"rural": 0.4, "city": 0.6}
    density = {"rural": 20.0, "city": 400.0}
    sensor = w.eye({ACT: 0.9}, density_per_km2=density, share_analysed=0.5)
    del sensor["coverage"]
    result = searched(tmp_path, sensor, attributes={"stratum": {"shares": strata}}, panel=0)
    acts, charged = (
        w.by_slot(result, f"act:{ACT}:{what}", "watch") for what in ("acts", "charged-by-regime")
    )
    for stratum, per_km2 in density.items():
        p = 0.9 * 0.5 * (1 - math.exp(-3 * 7e-4 * per_km2))
        n = acts["stratum", stratum]
        w.agrees(charged["stratum", stratum] / n, p, w.binomial(p, n), what=stratum)


def test_a_phone_sees_only_those_who_carry_one(tmp_path):
    phones = {"smartphone": {"by_age": [0.5] * 9}}
    sensor = w.eye({ACT: 0.8}, coverage=0.5, kind="phone")
    result = searched(tmp_path, sensor, attributes=phones, panel=0)
    acts, charged = (
        w.by_slot(result, f"act:{ACT}:{what}", "watch") for what in ("acts", "charged-by-regime")
    )
    assert charged["smartphone", "no"] == 0
    n = acts["smartphone", "yes"]
    w.agrees(charged["smartphone", "yes"] / n, 0.4, w.binomial(0.4, n), what="owners")


@pytest.mark.parametrize(
    "identification",
    [
        {"mode": "none"},
        {"mode": "declared", "wrong": {"class-1": 0.1, "class-2": 0.3, "class-3": 0.6}},
        {"mode": "identify", "gallery": {"scope": "national", "size": 68_000_000}, "fmr": 1.67e-8},
    ],
    ids=lambda given: given["mode"],
)
def test_every_search_ends_in_a_charge_or_in_nobody(tmp_path, identification):
    """Charges on the author + charges on somebody else + nobody = searches, as many as acts seen."""
    result = searched(tmp_path, camera(**identification), panel=0)
    parts = {
        what: flow(result, what) for what in ("charged-by-regime", "charged-to-another", "seen-unidentified")
    }
    searches, acts = sum(parts.values()), flow(result, "acts")
    w.agrees(searches / acts, 0.4, w.binomial(0.4, acts), what="searches")
    sensor = result.compiled.arms[1].sensors[0]
    found = outcome_of(sensor, list(SHARES), START)
    right = sum(s * p for s, (p, _) in zip(SHARES, found, strict=True))
    wrong = sum(s * p for s, (_, p) in zip(SHARES, found, strict=True))
    for what, p in (
        ("charged-by-regime", right),
        ("charged-to-another", wrong),
        ("seen-unidentified", 1 - right - wrong),
    ):
        w.agrees(parts[what] / searches, p, w.binomial(p, searches) + 1e-9, what=what)


def test_charges_given_to_another_are_borne_by_somebody(tmp_path):
    result = searched(tmp_path, camera(mode="declared", wrong=dict.fromkeys(CLASSES, 0.5)), panel=0)
    assert flow(result, "borne-for-another") == flow(result, "charged-to-another") > 0


def test_wrong_charges_by_class_are_those_of_the_operating_point(tmp_path):
    """A lax search of a large gallery, multipliers 1, 3, 10: wrong charges by the author's class."""
    sensor = camera(
        mode="identify",
        gallery={"scope": "national", "size": 1_000_000},
        fmr=1e-6,
        multipliers=dict(zip(CLASSES, (1, 3, 10), strict=True)),
        unusable_image=0.2,
        review={"right_passes": 0.95, "wrong_passes": 0.5, "per_day": 1e9, "beyond": "no-review"},
    )
    result = searched(tmp_path, sensor, panel=0)
    declared = result.compiled.arms[1].sensors[0]
    found = outcome_of(declared, list(SHARES), START)
    wrong = w.by_slot(result, f"act:{ACT}:charged-to-another", "watch")
    acts = w.by_slot(result, f"act:{ACT}:acts", "watch")
    for c, name in enumerate(CLASSES):
        p, n = 0.4 * found[c][1], acts["appearance", name]
        w.agrees(wrong["appearance", name] / n, p, w.binomial(p, n), what=name)
    assert found[0][1] < found[1][1] < found[2][1]


def test_a_multiplier_of_false_matches_does_not_make_right_matches_more_frequent(tmp_path):
    sensor = camera(
        mode="identify",
        gallery={"scope": "national", "size": 10_000},
        fmr=1.67e-8,
        multipliers=dict(zip(CLASSES, (1, 3, 10), strict=True)),
    )
    result = searched(tmp_path, sensor, people=1_000, days=1, panel=0)
    right = [r for r, _ in outcome_of(result.compiled.arms[1].sensors[0], list(SHARES), START)]
    assert right[0] >= right[1] >= right[2]


def test_multipliers_leave_the_mean_over_people_at_the_declared_rate(tmp_path):
    sensor = camera(
        mode="identify",
        gallery={"scope": "national", "size": 10_000},
        fmr=1.67e-8,
        multipliers=dict(zip(CLASSES, (1, 3, 10), strict=True)),
    )
    result = searched(tmp_path, sensor, people=1_000, days=1, panel=0)
    factors = class_factors(result.compiled.arms[1].sensors[0], list(SHARES), START)
    assert sum(s * f for s, f in zip(SHARES, factors, strict=True)) == pytest.approx(1)
    # comparisons count within the class: multiplier × share of the class
    assert factors[2] / factors[0] == pytest.approx(10 * 0.1 / 0.6)


def mistakes(result):
    """(author, victim) of every wrong charge of the run."""
    rows = w.lives(result)
    rows = rows[rows[:, 3] == MISTAKEN]
    return rows[:, 1], rows[:, 5]


def test_victims_are_spread_over_the_gallery_and_share_the_class_as_declared(tmp_path, monkeypatch):
    """Uniform over people (chi-square over 200 parts); same class with 0.9 + 0.1 × share of the class."""
    w.everybody_seen(monkeypatch)
    result = searched(
        tmp_path, camera(mode="identify", gallery={"scope": "national", "size": 10**9}, fmr=1e-6)
    )
    author, victim = mistakes(result)
    assert len(author) == flow(result, "charged-to-another") > 5_000
    assert (author != victim).all()
    classes = result.population.levels[:, 5].astype(int)
    classes -= classes.min()
    same = classes[author] == classes[victim]
    for c, share in enumerate(SHARES):
        of_class = classes[author] == c
        p = 0.9 + 0.1 * share
        w.agrees(same[of_class].mean(), p, w.binomial(p, of_class.sum()), what=f"class {c + 1}")
    weight = np.bincount(classes[author], minlength=3) / np.bincount(classes, minlength=3)
    mixed = np.bincount(classes[author], minlength=3).sum() * 0.1 / result.people
    expected = 0.9 * weight[classes] + mixed
    parts = np.arange(result.people) * 200 // result.people
    found = np.bincount(parts, weights=np.bincount(victim, minlength=result.people), minlength=200)
    wanted = np.bincount(parts, weights=expected, minlength=200)
    chi = float(((found - wanted) ** 2 / wanted).sum())
    w.agrees(chi, 199, math.sqrt(2 * 199), what="chi-square")


@pytest.mark.parametrize("regions", [4, 200])
def test_a_regional_gallery_keeps_victims_in_the_region(tmp_path, monkeypatch, regions):
    """Large regions with blocks of their own, and small ones that share a block."""
    w.everybody_seen(monkeypatch)
    local = camera(mode="identify", gallery={"scope": "region", "size": 10**9}, fmr=1e-6)
    result = searched(tmp_path, local, people=20_000, regions=regions)
    author, victim = mistakes(result)
    region = result.population.region
    assert len(author) > 2_500
    assert (region[author] == region[victim]).all()
    national = camera(mode="identify", gallery={"scope": "national", "size": 10**9}, fmr=1e-6)
    author, victim = mistakes(searched(tmp_path / "national", national, people=20_000, regions=regions))
    inside = (region[author] == region[victim]).mean()
    w.agrees(inside, 1 / regions, w.binomial(1 / regions, len(author)), what="by chance")


def test_a_small_region_and_a_rare_class_have_their_wrong_charges_too(tmp_path):
    shares = {"class-1": 0.9, "class-2": 0.05, "class-3": 0.05}
    local = camera(mode="identify", gallery={"scope": "region", "size": 10**9}, fmr=1e-3)
    result = searched(
        tmp_path, local, regions=300, attributes={"appearance": {"shares": shares}}, people=60_000, panel=0
    )
    found = outcome_of(result.compiled.arms[1].sensors[0], list(shares.values()), START)
    wrong, acts = (w.by_slot(result, f"act:{ACT}:{x}", "watch") for x in ("charged-to-another", "acts"))
    for c, name in enumerate(CLASSES):
        p, n = 0.4 * found[c][1], acts["appearance", name]
        w.agrees(wrong["appearance", name] / n, p, w.binomial(p, n), what=name)


def gates(fpir=0.02, size=10_000, passages=0.5, **changes):
    return {
        "sensor": "gates",
        "kind": "camera",
        "places": ["train"],
        "passages_per_day": passages,
        "identification": {
            "mode": "presence",
            "gallery": {"scope": "national", "size": size},
            "target_fpir": fpir,
        }
        | changes,
        "on_alert": {"points": 1},
    }


def test_false_alarms_are_passages_times_the_false_positive_rate_of_the_class(tmp_path):
    """By class: FPIR with the class's share of false matches; nobody did anything."""
    multipliers = dict(zip(CLASSES, (1, 3, 10), strict=True))
    result = searched(tmp_path, gates(multipliers=multipliers), rate=0.001, panel=0)
    sensor = result.compiled.arms[1].sensors[0]
    fmr = recognition.fmr_for(0.02, 10_000)
    alarms = w.by_slot(result, "sensor:gates:false-alarms", "watch")
    faces = np.bincount(result.population.levels[:, 5])
    first = result.compiled.slots.index(("appearance", "class-1"))
    for c, (name, factor) in enumerate(zip(CLASSES, class_factors(sensor, list(SHARES), START), strict=True)):
        p = 0.5 * (1 - math.exp(-fmr * factor * 10_000))
        days = faces[first + c] * result.days
        w.agrees(alarms["appearance", name] / days, p, w.binomial(p, days), what=name)


@pytest.mark.parametrize("people", [4_000, 40_000])
def test_the_false_positive_rate_is_that_of_the_declared_gallery(tmp_path, people):
    """A million listed faces at a rate of one comparison: the people simulated do not enter."""
    fmr = 2e-8
    sensor = gates(size=1_000_000, fmr=fmr)
    del sensor["identification"]["target_fpir"]
    result = searched(tmp_path, sensor, people=people, rate=0.001, panel=0)
    p, days = 0.5 * (1 - math.exp(-fmr * 1_000_000)), people * result.days
    alarms = w.total(result, "sensor:gates:false-alarms", "watch")
    w.agrees(alarms / days, p, w.binomial(p, days), what=f"{people} people")


def test_a_register_reads_what_is_charged_today_but_for_lost_and_false_links(tmp_path):
    of = w.country({"fare-evasion": {"base": 20, "per": "person", "certainty_now": 0.2}})
    register = {
        "sensor": "fines",
        "kind": "register",
        "reads": ["fare-evasion"],
        "missed_links": 0.3,
        "false_links": 0.1,
    }
    arm = w.regime(w.scheme({"fare-evasion": {"points": 1}}), sensors=[register])
    result = w.run(w.scenario(tmp_path, of, {"watch": arm}, people=40_000, days=30), panel=0)
    today = w.total(result, "act:fare-evasion:charged-today", "watch")
    for what, p in (
        ("charged-by-regime", 0.7 * 0.9),
        ("charged-to-another", 0.7 * 0.1),
        ("seen-unidentified", 0.0),
    ):
        found = w.total(result, f"act:fare-evasion:{what}", "watch")
        w.agrees(found / today, p, w.binomial(p, today), what=what)
    acts = w.total(result, "act:fare-evasion:acts", "watch")
    w.agrees(today / acts, 0.2, w.binomial(0.2, acts), what="charged today")


def test_doubling_a_small_density_doubles_what_is_seen(tmp_path):
    sensor = w.eye({ACT: 1.0}, density_per_km2={"city": 1.0})
    del sensor["coverage"]
    strata = {"stratum": {"shares": {"city": 1.0}}}
    result = searched(tmp_path, sensor, people=1_000, days=1, attributes=strata, panel=0)
    one = result.compiled.arms[1].sensors[0]
    two = one.model_copy(update={"density_per_km2": {"city": type(one.density_per_km2["city"])(value=2.0)}})
    assert seen_by(two, ACT, "city", START) / seen_by(one, ACT, "city", START) == pytest.approx(2, rel=2e-3)
