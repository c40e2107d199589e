"""Declared calibrations: what is refused, with its reason; fitted ranges, and draws from them."""

import json

import pytest

from moot.errors import DeclarationError
from moot.experiment.calibration import load_calibration
from moot.experiment.declaration import load_experiment
from moot.experiment.fitted import Fitted, load_fitted, position_of, seal_of
from moot.experiment.plan import plan_of
from moot.findings.calibrated import text_of
from moot.regime.aims import why_not_fitted

CALIBRATION = """\
calibration: small
title: Fares in Halmerra
scenario: halmerra-quiet
people: 2000
days: 30
burn_in_years: 0
free:
  - country.acts.fare-evasion.base
figures:
  - id: evaded
    what: fares evaded
    counts: ["act:fare-evasion:acts"]
    value: 3000
    tolerance: 300
    source: invented for this test
    mark: K
rounds: {particles: 50, rounds: 1, budget: 100}
"""
FREE = "country.acts.fare-evasion.base"
COUNTED = 'counts: ["act:fare-evasion:acts"]'


def written(folder, *change):
    (folder / "calibration.yaml").write_text(CALIBRATION.replace(*change) if change else CALIBRATION)
    return folder / "calibration.yaml"


def test_today_alone_is_simulated_on_the_declared_ranges(tmp_path):
    told = load_calibration(written(tmp_path, "halmerra-quiet", "rank-my-life-2028"))
    assert list(told.scenario_model.arm_regimes.values()) == [None]
    assert (told.scenario_model.people, told.scenario_model.days, told.scenario_model.burn_in) == (
        2000,
        30,
        0,
    )
    (number,) = load_calibration(written(tmp_path)).numbers
    assert number.quantity.range == (1.5, 6)
    assert told.near_enough == 1 and told.figures[0].unit == "per 1,000 people and year"


@pytest.mark.parametrize(
    ("change", "line", "says"),
    [
        ((FREE, "regime.sensors.city-cameras.coverage"), 8, "no regime is fitted to anything"),
        ((FREE, "schemes.0.score.start"), 8, "no regime is fitted to anything"),
        ((FREE, "existing.schemes.licence.offers.course.per_year"), 8, "a regime that is in force"),
        ((FREE, "country.acts.fare-evasion.bas"), 8, 'did you mean "country.acts.fare-evasion.base"?'),
        ((f"  - {FREE}", f"  - {FREE}\n  - {FREE}"), 9, "is named twice"),
        ((f"  - {FREE}", f"  - {FREE}\n  - country.acts.littering.base"), 8, "2 numbers on 1 figures"),
        (("act:fare-evasion:acts", "private:support"), 12, "what people think is theirs"),
        (("act:fare-evasion:acts", "certainty:offence:sum"), 12, "is fear of a charge"),
        (("act:fare-evasion:acts", "asked:for"), 12, "what people answer is theirs"),
        (("act:fare-evasion:acts", "offer:licence-course:taken"), 12, "is no harm and no fall"),
        (("act:fare-evasion:acts", "act:littering:forgone"), 12, "what is forgone is silence"),
        (("act:fare-evasion:acts", "act:protest:acts"), 12, "what silence is measured on"),
        (("act:fare-evasion:acts", "act:*:acts"), 12, "expected the acts by their names"),
        (("act:fare-evasion:acts", "act:fare-evasion:act"), 12, "there is no measure"),
        ((COUNTED, f"{COUNTED}\n    as: level"), 12, "is a flow; expected `as: rate`"),
        ((COUNTED, f"{COUNTED}\n    as: share"), 10, "`of` stands with `as: share`"),
        (("    source: invented for this test\n", ""), 10, "needs `source` and `mark`"),
        (("mark: K", "mark: assumed"), 16, "no mark of a published figure"),
        (("tolerance: 300", "tolerance: 0"), 14, "is the number 0"),
        (("people: 2000", "people: 999"), 4, "is the number 999"),
        (("halmerra-quiet", "halmera-quiet"), 3, 'did you mean "halmerra-quiet"?'),
        (("halmerra-quiet", "../elsewhere.yaml"), 3, "leads out of the folder"),
        (("title:", "aim: fewer evaded\ntitle:"), 2, "aim"),
        (("rounds: {", "rounds: {near: 1, "), 17, "near"),
    ],
)
def test_what_is_refused_is_told_with_its_line_and_reason(tmp_path, change, line, says):
    with pytest.raises(DeclarationError) as refused:
        load_calibration(written(tmp_path, *change))
    found = [one for one in refused.value.problems if says in f"{one.message} {one.hint} {one.key}"]
    assert found and found[0].line == line, refused.value


def test_a_file_of_another_kind_is_told(tmp_path):
    (tmp_path / "x.yaml").write_text("experiment: x\n")
    with pytest.raises(DeclarationError, match="is of the kind experiment"):
        load_calibration(tmp_path / "x.yaml")


@pytest.mark.parametrize("measure", ["act:red-light:acts", "act:fare-evasion:charged-today", "list:x:people"])
def test_true_offences_and_records_are_figures(measure):
    assert why_not_fitted(measure) is None


# --- fitted ranges ------------------------------------------------------------------------------------------

EXPERIMENT = """\
experiment: drawn
title: Drawn from fitted ranges
scenarios: [scenario.yaml]
people: 1000
days: 2
replicates: 2
draws: {count: 6, over: [country.acts], ranges: fitted.yaml}
"""
SCENARIO = """\
scenario: drawn
title: Halmerra with a scheme
country: halmerra
start: 2028-01-01
days: 10
people: 1000
burn_in_years: 0
arms:
  status-quo: {}
  scheme: {regime: nothing.yaml}
"""


@pytest.fixture
def here(tmp_path):
    from moot.country.reading import load_country
    from tests.experiment.texts import NOTHING

    said = {
        "fitted": "small", "title": "Small", "country": "halmerra",
        "country_hash": load_country("halmerra").content_hash, "calibration_hash": "1" * 64, "code": "2" * 64,
        "level": 0.95, "identified": True, "sha256": "0" * 64,
        "on": [{"id": "evaded", "what": "fares evaded", "unit": "per cent", "value": 1, "tolerance": 1e-7,
                "obtained": [1, 2, 3], "source": "a report: part 2, “fares”", "mark": "V"}],
        "ranges": {FREE: {"low": 2, "middle": 2.5, "high": 3, "declared": [1.5, 6]}},
    }  # fmt: skip
    plain = Fitted.model_validate_json(json.dumps(said)).resolved()
    fitted = Fitted.model_validate_json(json.dumps(plain | {"sha256": seal_of(plain)}))
    (tmp_path / "fitted.yaml").write_text(text_of(fitted))
    (tmp_path / "scenario.yaml").write_text(SCENARIO)
    (tmp_path / "nothing.yaml").write_text(NOTHING)
    (tmp_path / "drawn.yaml").write_text(EXPERIMENT)
    return tmp_path


def test_the_file_is_read_back_as_it_was(here):
    found = load_fitted(here / "fitted.yaml")
    assert found.ranges[FREE].high == 3 and found.on[0].tolerance == 1e-7
    assert found.on[0].source == "a report: part 2, “fares”"


def test_draws_lie_in_the_fitted_range_each_part_once_and_others_in_theirs(here):
    plan = plan_of(load_experiment(here / "drawn.yaml"))
    values = [plan.values_of("drawn", draw) for draw in range(1, 7)]
    mine = sorted(one[FREE] for one in values)
    assert [int((one - 2) * 6) for one in mine] == [0, 1, 2, 3, 4, 5]
    assert max(one["country.acts.jaywalking.base"] for one in values) > 5
    (here / "drawn.yaml").write_text(EXPERIMENT.replace(", ranges: fitted.yaml", ""))
    plain = plan_of(load_experiment(here / "drawn.yaml"))
    assert plain.jobs_hash != plan.jobs_hash and plain.content_hash != plan.content_hash
    assert "fitted" not in plain.experiment.resolved()


@pytest.mark.parametrize(
    ("file", "change", "says"),
    [
        ("fitted.yaml", ('"high": 3.0', '"high": 2.9'), ""),
        ("fitted.yaml", ("high: 3.0", "high: 2.9"), "was changed after moot calibrate wrote it"),
        ("fitted.yaml", ("high: 3.0", "high: 7.0"), "expected declared low <= low"),
        ("fitted.yaml", (f"  {FREE}", "  regime.sensors.x"), "no scheme is fitted to anything"),
        ("drawn.yaml", ("country.acts]", "country.travel]"), "none of them is drawn"),
        ("drawn.yaml", ("fitted.yaml", "fited.yaml"), 'did you mean'),
        ("scenario.yaml", ("country: halmerra", "country: france"), "was fitted in another version"),
    ],
)  # fmt: skip
def test_ranges_that_do_not_belong_here_are_refused(here, file, change, says):
    (here / file).write_text((here / file).read_text().replace(*change))
    if not says:
        assert load_experiment(here / "drawn.yaml").narrowed is not None
        return
    with pytest.raises(DeclarationError, match=says):
        load_experiment(here / "drawn.yaml")


@pytest.mark.parametrize(("ends", "middle"), [((1.0, 3.0), 2.0), ((1.0, 100.0), 10.0)])
def test_positions_are_those_of_the_scale_that_is_drawn_from(ends, middle):
    assert [position_of(one, ends) for one in (ends[0], middle, ends[1])] == pytest.approx([0, 0.5, 1])
