"""What reaches people beside acts: false reports, people who were not there, plates, listed faces."""

from datetime import date

import numpy as np
import pytest

from moot.regime import recognition
from moot.society.expected import ties_of
from moot.society.sensing_tables import outcome_of
from tests.laws import worlds as w

START = date(2028, 1, 1)
ACT, OTHER = "jaywalking", "littering"
ALLEGED, TIE_CHARGED = 50, 15
TIES = [
    {"kind": "household"},
    {"kind": "clique", "name": "work", "size": 5, "who": "employed-or-school"},
    {"kind": "ring", "name": "near", "reach": 3, "sort": {"age": 0.0}, "noise": 1.0},
    {"kind": "permutation", "name": "far-0"},
]
NEIGHBOURS = {"sensor": "neighbours", "kind": "report"}


def reported(
    folder, *sensors, people=20_000, days=60, ties=TIES, rate=4, scheme=None, beliefs=None, **options
):
    """Two incivilities that a camera and neighbours may bring to the scheme."""
    acts = {name: {"base": rate, "per": "person", "headroom": 2} for name in (ACT, OTHER)}
    working = {"employed": {"by_age": [0, 0.2, 0.8, 0.8, 0.8, 0.8, 0.3, 0, 0]}}
    of = w.country(acts, ties=ties, attributes=working, beliefs=beliefs)
    points = scheme or w.scheme({ACT: {"points": 1}, OTHER: {"points": 40, "cap_per_day": 50}})
    arms = {f"arm-{x}": w.regime(points, sensors=some) for x, some in enumerate(sensors)}
    return w.run(w.scenario(folder, of, arms, people=people, days=days), **({"panel": 0} | options))


def neighbours(rate=2.0, **changes):
    return NEIGHBOURS | {"charges": OTHER, "malicious_per_tie_year": rate} | changes


def without(result, arm, *measures):
    """Every measure of an arm by name, but for those that begin so."""
    a, names = result.arms.index(arm), result.compiled.columns
    flows = {n: result.record.region[a, :, :, c] for c, n in names.flow_names[a].items()}
    stocks = {n: result.record.s_region[a, :, :, c] for c, n in names.stock_names[a].items()}
    return {n: v for n, v in (flows | stocks).items() if not n.startswith(measures)}


def assert_same(one, other):
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def test_false_reports_are_rate_times_ties_times_people(tmp_path):
    """A tie reports so often a year, whatever else people do; the declared ties are those people have."""
    result = reported(tmp_path, [neighbours(0.5)])
    found = w.total(result, "sensor:neighbours:malicious", "arm-0")
    ties = ties_of(result.scenario.country_model, result.scenario.country_model.tie_names)[0]
    expected = 0.5 * ties * result.people * result.days / w.YEAR
    # ties of a person vary by the few of household and work: their number is drawn, too
    error = np.sqrt(expected) + 0.01 * expected
    w.agrees(found, expected, error, what="false reports")
    lost = w.total(result, "scheme:score:points-lost", "arm-0")
    assert 40 * found * 0.98 <= lost <= 40 * found


def test_more_ties_are_more_false_reports(tmp_path):
    """By person: reports in proportion to ties; six far ties against two."""
    counts = []
    for many in (1, 3):
        far = [{"kind": "permutation", "name": f"far-{x}"} for x in range(many)]
        result = reported(tmp_path / str(many), [neighbours(1.0)], ties=far, days=100)
        counts.append(w.total(result, "sensor:neighbours:malicious", "arm-0"))
    w.agrees(counts[1] / counts[0], 3.0, 3.0 * np.sqrt(1 / counts[0] + 1 / counts[1]), what="ratio")


def test_a_false_report_costs_what_the_catalogue_says_up_to_the_cap(tmp_path, monkeypatch):
    w.everybody_seen(monkeypatch)
    capped = w.scheme({OTHER: {"points": 40, "cap_per_day": 30}})
    result = reported(
        tmp_path, [neighbours(60.0)], people=1_000, days=5, panel=None, rate=1e-4, scheme=capped
    )
    rows = w.lives(result)
    alleged = rows[rows[:, 3] == ALLEGED]
    assert len(alleged) == w.total(result, "sensor:neighbours:malicious", "arm-0") > 1_000
    assert w.total(result, "scheme:score:points-lost", "arm-0") == 30 * len(alleged)
    assert (alleged[:, 5] == alleged[:, 1]).all()  # it never says who


def test_a_false_report_is_counted_apart_from_charges_borne_for_another(tmp_path):
    result = reported(tmp_path, [neighbours(3.0)], days=20)
    assert w.total(result, "sensor:neighbours:malicious", "arm-0") > 100
    for what in ("charged-by-regime", "charged-to-another", "borne-for-another"):
        assert w.total(result, f"act:{OTHER}:{what}", "arm-0") == 0


def test_a_charge_for_an_act_not_done_teaches_like_a_charge_and_an_untold_one_nothing(tmp_path):
    """Told: perceived certainty rises. Not told: a false report is no uncharged act of one's own."""
    beliefs = {"learning": 0.0625}
    told = reported(tmp_path, [neighbours(3.0)], rate=1e-4, beliefs=beliefs)
    here, there = told.arms.index("arm-0"), told.arms.index("status-quo")
    assert told.record.fear[here, -1, 0, 0] > told.record.fear[there, -1, 0, 0]
    of = w.country({OTHER: {"base": 1e-4, "per": "person"}}, ties=TIES, beliefs=beliefs)
    arm = w.regime(w.scheme({OTHER: {"points": 1}}), sensors=[neighbours(3.0)], notice=False)
    quiet = w.run(w.scenario(tmp_path / "q", of, {"watch": arm}, people=5_000, days=60), panel=0)
    assert w.total(quiet, "sensor:neighbours:malicious", "watch") > 100
    np.testing.assert_array_equal(quiet.record.fear[1], quiet.record.fear[0])


def test_reports_that_nobody_makes_are_no_reports(tmp_path):
    """Rate 0 = no such sensor, in all common measures; the other arm has the digest it has alone."""
    camera = w.eye({ACT: 0.5})
    result = reported(tmp_path, [camera, neighbours(0.0)], [camera], [camera, neighbours(2.0)])
    assert w.total(result, "sensor:neighbours:malicious", "arm-0") == 0
    new = ("sensor:neighbours:",)
    assert_same(without(result, "arm-0", *new), without(result, "arm-1", *new))
    alone = reported(tmp_path / "alone", [camera])
    assert alone.digests["arm-0"] == result.digests["arm-1"]
    two = w.run(result.scenario, threads=2, panel=0)
    assert two.digests == result.digests


def test_true_reports_are_seen_like_any_act_and_their_author_is_known(tmp_path):
    """`sees` of a report: w per witnessed act; beside it, false reports go on."""
    sensor = neighbours(1.0, sees={OTHER: 0.2}, places=["street"], coverage=0.5)
    result = reported(tmp_path, [sensor], rate=20)
    acts = w.total(result, f"act:{OTHER}:acts", "arm-0")
    right = w.total(result, f"act:{OTHER}:charged-by-regime", "arm-0")
    w.agrees(right / acts, 0.1, w.binomial(0.1, acts), what="true reports")
    assert w.total(result, "sensor:neighbours:malicious", "arm-0") > 0


@pytest.mark.parametrize("mode", ["none", "declared"])
def test_context_errors_charge_somebody_absent_at_the_declared_rate(tmp_path, mode):
    identification = {"mode": mode}
    wrong = 0.0
    if mode == "declared":
        wrong = 0.2
        identification["wrong"] = {f"class-{c}": wrong for c in (1, 2, 3)}
    plain = w.eye({ACT: 0.8}, identification=identification)
    erring = plain | {"context_errors": 0.05}
    result = reported(tmp_path, [plain], [erring], [plain | {"context_errors": 0}], rate=20)
    flow = {
        arm: {
            what: w.total(result, f"act:{ACT}:{what}", arm)
            for what in ("charged-by-regime", "charged-to-another", "seen-unidentified", "borne-for-another")
        }
        for arm in result.arms
    }
    found = flow["arm-1"]
    searches = found["charged-by-regime"] + found["charged-to-another"] + found["seen-unidentified"]
    assert searches == sum(flow["arm-0"][x] for x in list(found)[:3])
    # the last share of each uniform goes to somebody absent: here it would have been the wrong or the right
    p = max(wrong, 0.05) if mode == "declared" else 0.05
    w.agrees(found["charged-to-another"] / searches, p, w.binomial(p, searches), what="absent or wrong")
    assert found["borne-for-another"] == found["charged-to-another"]
    assert result.digests["arm-0"] == result.digests["arm-2"]


def test_somebody_absent_is_anybody_of_the_country(tmp_path, monkeypatch):
    w.everybody_seen(monkeypatch)
    sensor = w.eye({ACT: 1.0}, context_errors=0.5)
    result = reported(tmp_path, [sensor], rate=20, days=20, panel=None)
    rows = w.lives(result)
    rows = rows[rows[:, 3] == 6]
    author, victim = rows[:, 1], rows[:, 5]
    assert len(rows) == w.total(result, f"act:{ACT}:charged-to-another", "arm-0") > 5_000
    assert (author != victim).all()
    parts = np.bincount(victim * 100 // result.people, minlength=100)
    chi = ((parts - parts.mean()) ** 2 / parts.mean()).sum()
    w.agrees(chi, 99, np.sqrt(2 * 99), what="chi-square over 100 parts")
    region = result.population.region
    w.agrees((region[author] == region[victim]).mean(), 0.5, w.binomial(0.5, len(rows)), what="same region")


def test_plates_are_missed_and_misread_as_declared(tmp_path):
    plates = {
        "sensor": "plates", "kind": "plate", "places": ["street"], "coverage": 0.5, "sees": {ACT: 0.8},
        "missed": 0.25, "misread": 0.02,
    }  # fmt: skip
    result = reported(tmp_path, [plates], rate=20)
    acts = w.total(result, f"act:{ACT}:acts", "arm-0")
    right = w.total(result, f"act:{ACT}:charged-by-regime", "arm-0")
    wrong = w.total(result, f"act:{ACT}:charged-to-another", "arm-0")
    w.agrees((right + wrong) / acts, 0.3, w.binomial(0.3, acts), what="read")
    w.agrees(wrong / (right + wrong), 0.02, w.binomial(0.02, right + wrong), what="misread")


def test_listed_people_are_recognised_where_faces_pass(tmp_path):
    """Listed person-days × passages × TPR; nobody else, and nothing follows from it."""
    gates = {
        "sensor": "gates", "kind": "camera", "places": ["train"], "passages_per_day": 0.4,
        "identification": {
            "mode": "presence", "gallery": {"scope": "national", "size": 10_000}, "fmr": 1.67e-8,
        },
    }  # fmt: skip
    listed = w.scheme(
        {ACT: {"points": 10}},
        lists=[{"list": "wanted", "entry": {"act": ACT}, "exit": {"after_days": 20}}],
    )
    both = [w.eye({ACT: 1.0}), gates | {"enrols": ["wanted"]}]
    result = reported(tmp_path, both, [w.eye({ACT: 1.0}), gates], scheme=listed)
    days = w.stock(result, "list:wanted:people", "arm-0")[:-1].sum()
    p = 0.4 * recognition.presence(1.67e-8, 10_000).tpr
    w.agrees(w.total(result, "sensor:gates:recognised", "arm-0") / days, p, w.binomial(p, days), what="TPR")
    new = ("sensor:gates:recognised",)
    assert_same(without(result, "arm-0", *new), without(result, "arm-1", *new))


def test_at_a_station_faces_pass_and_acts_on_trains_are_seen(tmp_path):
    """One camera of kind presence in a train looks at faces; one that sees acts there looks at acts."""
    act = "smoking-on-a-train"
    of = w.country(
        {act: {"base": 0.05, "per": "trip"}},
        travel={"fast-rail": {"per_year": 40}},
    )
    sensor = w.eye({act: 0.5}, places=["train"], coverage=0.6, sensor="carriage")
    arm = w.regime(w.scheme({act: {"points": 1}}), sensors=[sensor])
    result = w.run(w.scenario(tmp_path, of, {"watch": arm}, people=40_000, days=100), panel=0)
    acts = w.total(result, f"act:{act}:acts", "watch")
    w.agrees(acts, 0.05 * 40 * 40_000 * 100 / w.YEAR, w.clustered(2 * 100 / w.YEAR, 0.5, 40_000), what="acts")
    seen = w.total(result, f"act:{act}:charged-by-regime", "watch") / acts
    w.agrees(seen, 0.3, w.binomial(0.3, acts), what="seen")


def test_a_gate_that_verifies_needs_no_gallery_and_accepts_who_is_right(tmp_path):
    sensor = w.eye({ACT: 0.5}, identification={"mode": "verify", "fmr": 1e-4})
    result = reported(tmp_path, [sensor], rate=20)
    ((right, wrong), *_) = outcome_of(result.compiled.arms[0].sensors[0], [1.0, 0.0, 0.0], START)
    assert wrong == 0
    assert right == pytest.approx(1 - recognition.verify(1e-4).false_reject)
    acts = w.total(result, f"act:{ACT}:acts", "arm-0")
    found = w.total(result, f"act:{ACT}:charged-by-regime", "arm-0") / acts
    w.agrees(found, 0.5 * right, w.binomial(0.5 * right, acts), what="recognised")
