"""What notebooks and other tools are given: tables with units and marks, figures as plain specifications."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

import moot
from moot.errors import UserError
from moot.findings.figure import MARK, VEGA_LITE
from moot.findings.summary import two
from moot.store.exports import unit_of
from tests.experiment.texts import EXPERIMENT, declared
from tests.findings.a_run import PEOPLE, REGIME, in_folder

PEOPLE_NAMES = re.compile(r"SYN-\d+|person|name$|number")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    text = EXPERIMENT.partition("  later:")[0].replace("replicates: 3", "replicates: 10")
    text = text.replace("days: 6", "days: 3") + "draws: {count: 2, over: [regime.sensors], replicates: 1}\n"
    text += "measures: ['act:jaywalking:acts', 'act:*:charged-by-regime']\ngroups: [sex]\n"
    return moot.compare(declared(tmp_path_factory.mktemp("results"), text), threads=1)


def test_a_frame_of_a_run_says_what_its_numbers_are_and_adds_up_to_its_totals():
    pytest.importorskip("pandas")
    run = in_folder()
    frame = run.to_pandas()
    assert frame["synthetic"].all() and frame.attrs["synthetic"] is True
    assert frame.attrs["units"]["act:jaywalking:acts"] == "events" and frame.attrs["digest"] == run.digest
    days = frame[(frame.arm == REGIME) & (frame.period == "day") & (frame.attribute == "all")]
    totals = run.totals(REGIME)
    assert days["act:jaywalking:acts"].sum() == totals["act:jaywalking:acts"] > 0
    assert not [one for one in frame.columns if PEOPLE_NAMES.search(one)]


def test_an_array_of_a_run_has_arms_days_and_regions():
    pytest.importorskip("xarray")
    run = in_folder()
    found = run.to_xarray()
    assert found.sizes == {"arm": 2, "day": run.days, "region": len(found.region)}
    acts = found["act:jaywalking:acts"]
    assert acts.attrs == {"units": "events", "kind": "flow"} and found["people"].attrs["kind"] == "stock"
    assert int(acts.sel(arm=REGIME).sum()) == run.totals(REGIME)["act:jaywalking:acts"]
    assert (found["people"].sum("region") == PEOPLE).all()
    assert np.isnan(found["scheme:rank:falls"].sel(arm="status-quo")).all(), "not counted there"


def test_polars_and_arrow_have_the_same_rows():
    polars = pytest.importorskip("polars")
    pytest.importorskip("pyarrow")
    run = in_folder()
    frame, table = run.to_polars(), run.to_arrow()
    assert isinstance(frame, polars.DataFrame) and len(frame) == table.num_rows
    assert set(frame.columns) == set(table.column_names)
    said = json.loads(table.schema.metadata[b"moot"])
    assert said["synthetic"] is True and said["units"]["people"] == "people"
    name = "act:jaywalking:acts"
    assert frame[name].sum() == sum(x.as_py() or 0 for x in table[name])


@pytest.mark.parametrize(
    ("measure", "unit"),
    [
        ("scheme:rank:points-lost", "points"),
        ("scheme:rank:euros-spent", "euros"),
        ("redress:rank:days-wronged", "days"),
        ("certainty:offence:sum", "1/65536, summed over people"),
        ("opinion:private:sum", "1/16384, summed over people"),
        ("opinion:spoken:for", "people"),
        ("money:fines:lapsed", "fines"),
        ("tier:rank-A:people", "people"),
        ("act:protest:forgone", "events"),
    ],
)
def test_units(measure, unit):
    assert unit_of(measure) == unit


def test_effects_are_rows_with_their_range_and_interval(results):
    pytest.importorskip("pandas")
    pytest.importorskip("polars")
    pytest.importorskip("pyarrow")
    frame = results.to_pandas()
    assert len(frame) == len(results.effects) and frame["synthetic"].all()
    assert frame.attrs["units"]["difference"] == "per 1,000 synthetic people"
    one = results.effect("act:jaywalking:acts")
    (row,) = frame[(frame.measures == "act:jaywalking:acts") & (frame.level == "")].to_dict("records")
    assert (row["difference"], row["interval_low"], row["range_high"]) == (
        one.difference,
        one.interval.low,
        one.span.high,
    )
    assert set(frame.level) >= {"", "women"} or set(frame.level) > {""}
    for other in (results.to_polars(), results.to_arrow().to_pandas()):
        assert list(other.columns) == list(frame.columns) and len(other) == len(frame)


def test_what_was_not_varied_is_missing_and_a_small_level_has_no_numbers(tmp_path):
    pytest.importorskip("pandas")
    pytest.importorskip("xarray")
    text = EXPERIMENT.partition("  later:")[0].replace("days: 6", "days: 2")
    text += "measures: ['act:protest:acts']\ngroups: [platform-worker]\n"
    found = moot.compare(declared(tmp_path, text), threads=1)
    frame = found.to_pandas()
    assert frame["range_low"].isna().all() and frame["interval_low"].isna().all()
    few = frame[frame.too_few]
    assert len(few) and few[["difference", "arm_mean", "ratio"]].isna().all().all()
    array = found.to_xarray()
    assert array.sizes == {"row": len(frame)} and array["difference"].attrs["units"].startswith("per 1,000")
    assert list(array["arm"].values) == list(frame.arm)


def test_a_figure_of_a_run_is_a_specification_with_its_numbers_inside():
    figure = in_folder().plot()
    bundle = figure._repr_mimebundle_()
    assert set(bundle) == {VEGA_LITE, "text/html", "text/plain"} and "\n" not in bundle["text/plain"]
    spec = json.loads(json.dumps(bundle[VEGA_LITE]))
    assert spec["title"]["subtitle"][0] == MARK and spec["description"].startswith(MARK)
    assert "url" not in spec["data"] and spec["facet"]["field"] == "curve"
    rows = spec["data"]["values"]
    assert {one["curve"] for one in rows} == set(spec["facet"]["sort"])
    assert len({one["day"] for one in rows}) == in_folder().days


def test_a_figure_of_results_shows_each_effect_with_its_ends(results, tmp_path):
    figure = results.plot()
    rows = {one["effect"]: one for one in figure.spec["data"]["values"]}
    one = results.effect("act:jaywalking:acts")
    row = rows["act:jaywalking:acts"]
    assert row["difference"] == pytest.approx(one.difference, rel=1e-3)
    assert (row["range_low"], row["interval_high"]) == pytest.approx(
        (one.span.low, one.interval.high), rel=1e-3
    )
    assert figure.svg.count("<circle") == len(figure.spec["data"]["values"])
    assert f">{two(one.difference, sign=True)}</text>" in figure.svg and MARK in figure.svg
    path = figure.save(tmp_path / "effects.json")
    assert json.loads(path.read_text("utf-8")) == figure.spec
    with pytest.raises(UserError, match='did you mean "scheme"'):
        results.plot("shceme")


def test_everything_says_itself_in_one_line_and_as_html(results):
    for one in (in_folder(), results):
        assert "\n" not in repr(one) and "ynthetic" in one._repr_html_()
