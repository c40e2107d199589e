"""The page of a run, its charts and its map."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from moot.errors import UserError
from moot.findings.curves import curves_of
from moot.findings.events import Life
from moot.findings.kinds import Event
from moot.findings.report import BAND, LEFT_OUT, report_html, same_run, spread
from moot.findings.report_chart import CHART_STYLE, _apart, bars, nice_top, plain, weekly
from moot.findings.report_groups import depends, rate, told, what_depends
from moot.findings.report_map import Area, enough, outlines, region_map, shade, within_chance, words_of
from moot.findings.run import run_of
from moot.findings.summary import two
from moot.findings.twins import twins
from tests.findings.a_run import REGIME, in_folder, in_memory, one_arm, result, three, three_folder

VOID = {"meta", "br", "link", "rect", "line", "path"}


class Checked(HTMLParser):
    """Tags open and close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


@pytest.fixture(scope="module")
def page() -> str:
    return report_html(in_folder())


def test_the_page_is_well_formed(page):
    checked = Checked()
    checked.feed(page)
    assert checked.wrong == [] and checked.open == []


def test_the_page_needs_nothing_from_elsewhere(page):
    without_names = page.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?://(?!www\.w3\.org)[^\s<\"]*\.(js|css|woff2?|png)", without_names)
    assert not re.search(r"<(script|link|img|iframe)\b|@import|src=|url\((?!#)", without_names)


def test_the_page_puts_lives_beside_their_twins_with_bounds(page):
    found = twins(in_folder(), in_folder().other_arm)
    section = page.partition("<h2>Beside the twins</h2>")[2].partition("</section>")[0]
    worse = found.worse
    cells = [two(1000 * x) for x in (worse.shared, worse.low, worse.high)]
    row = re.search(r"worse off than the twin, of 1,000</th>((?:<td>[^<]*</td>)+)", section)
    assert re.findall(r"<td>([^<]*)</td>", row[1]) == cells
    assert "at least" in section and "in every pairing" in section and f"{found.people:,} lives" in section


def test_the_page_has_its_parts(page):
    parts = [
        BAND,
        "The scheme in words",
        "Who was hurt?",
        "Who stands in which tier",
        "The run in one table",
        "Day by day",
        "Groups side by side",
        "Where",
        "One life beside its twin",
        "What this model leaves out",
        "How to quote",
    ]
    for part in parts:
        assert part in page, part
    assert all(one in page for one in LEFT_OUT)
    assert "an anecdote, not a result to quote" in page
    assert "is an input of the scheme’s declaration" in page


def test_every_drawing_has_a_title_a_description_and_a_table(page):
    drawings = page.count("<svg")
    assert page.count("<title id=") == page.count("<desc id=") == drawings > 6
    figures = re.findall(r"<figure>.*?</figure>", page, re.S)
    assert all("<table>" in one and "Synthetic people" in one for one in figures)


def test_light_and_dark_come_with_the_page(page):
    assert "prefers-color-scheme: dark" in page


@pytest.mark.parametrize(
    ("people", "events", "told"), [(999, 500, False), (1_000, 9, False), (1_000, 10, True)]
)
def test_a_region_is_coloured_from_1000_residents_and_10_events_up(people, events, told):
    area = Area("01", "Ain", people, events)
    assert enough(area) is told
    drawn = region_map("t", "d", [area], {"01": [[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]]})
    path = re.search(r'<path class="([^"]+)"', drawn)
    assert path is not None and (path[1] != "few") is told
    assert ("Ain: too few to say" in drawn) is not told


def test_regions_are_not_ranked(page):
    where = page[page.index("<h2>Where</h2>") :]
    table = where[: where.index("</table>")]
    assert table.index(">Ain<") < table.index(">Aisne<") < table.index(">Mayotte<")
    assert "knows nothing about what happens in a place" in where and "No ranking" in where


def test_every_department_has_an_outline():
    assert set(outlines("france")) == {code for code, _ in in_folder().manifest["regions"]}
    assert outlines("no-such-country") == {}


@pytest.mark.parametrize(
    ("people", "events", "said"),
    [
        (49, 40, "too few to say"),
        (50, 9, "too few to say"),
        (50, 10, "200"),
        (50, 0, "none"),
        (49, 0, "too few to say"),
    ],
)
def test_a_group_is_told_from_50_people_and_10_events_up_or_none(people, events, said):
    table = {"attribute": np.array(["sex"], object), "level": np.array(["men"], object),
             "people": np.array([people]), "value": np.array([events])}  # fmt: skip
    assert told(rate(table, "sex", "men")) == said


def test_a_region_where_nothing_happened_says_none_and_stays_hatched():
    area = Area("01", "Ain", 1_000, 0)
    assert words_of(area) == "none" and not enough(area)
    assert words_of(Area("01", "Ain", 999, 0)) == "too few to say"


def test_captions_of_groups_say_what_is_declared_to_depend_on_them(page):
    rules = in_folder().rules
    assert depends(rules, REGIME, "sex") == [] and depends(rules, REGIME, "income") == []
    nothing = what_depends(rules, REGIME, "income")
    assert nothing == "No act and no mistake depends on income here: differences between the bars are chance."
    assert "come with age" in what_depends(rules, REGIME, "sex")
    assert depends(rules, REGIME, "stratum") == ["how many cameras there are (city-cameras)"]
    by_age = what_depends(rules, REGIME, "age")
    assert "jaywalking" in by_age and "who has a licence, a smartphone or work" in by_age
    assert depends(rules, REGIME, "appearance") == ["false-match multipliers of city-cameras"]
    assert nothing in page
    # The scaffold has one coverage for every place, and no faces.
    plain = three().rules
    assert depends(plain, "mine", "stratum") == []
    assert "No mistake depends on them here either" in what_depends(plain, "mine", "appearance")


def test_columns_of_groups_read_as_charges():
    page = report_html(in_folder())
    groups = page[page.index("Groups side by side") :]
    assert "<h4>charges by the scheme for own acts</h4>" in groups
    assert "a person can be charged many times" in groups


def areas(rates: list[int], people: int = 1_000) -> list[Area]:
    return [Area(f"{n:02d}", f"Place {n}", people, events) for n, events in enumerate(rates)]


def test_a_map_within_chance_has_one_shade():
    level = areas([1_190, 1_210, 1_150, 1_240, 1_205] * 8)
    assert within_chance(level, variance=4.0)
    shapes = {one.code: [[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]] for one in level}
    drawn = region_map("t", "d", level, shapes, one_shade=True)
    assert set(re.findall(r'<path class="(shade-\d)"', drawn)) == {"shade-2"}
    assert "all within chance of their mean, 1,200" in drawn


def test_a_map_without_a_region_to_colour_has_no_shade_in_its_key():
    few = areas([5, 7])
    drawn = region_map("t", "d", few, {"00": [[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]]}, one_shade=True)
    assert "shade-" not in drawn and "mean" not in drawn
    page = report_html(in_folder())
    assert "No region is coloured" in page and "differ by no more than chance" not in page


def test_bars_of_nothing_say_none():
    drawn = bars("t", "d", [("a", 0.0), ("b", None), ("c", 3.0)])
    assert ">none<" in drawn and drawn.count("too few to say") == 1 and ">0<" not in drawn


def test_a_map_beyond_chance_has_shades():
    assert not within_chance(areas([1_200] * 20 + [2_400] * 20), variance=4.0)


def test_places_that_are_told_alike_have_one_shade():
    alike = areas([1_190, 1_210])
    shapes = {one.code: [[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]] for one in alike}
    drawn = region_map("t", "d", alike, shapes)
    assert len(set(re.findall(r'<path class="(shade-\d)"', drawn))) == 1


def test_the_measure_of_chance_is_that_of_equal_people():
    drawn = np.random.default_rng(5)
    within = 0
    for _ in range(200):
        counts = drawn.negative_binomial(0.5 * 1_000, 0.5 / (0.5 + 1.2), size=60)
        within += within_chance(areas([int(one) for one in counts]), variance=1.2 + 1.2**2 / 0.5)
    assert 190 <= within <= 200


def test_how_counts_scatter_is_taken_from_the_panel_or_from_the_propensity():
    run = run_of(result())
    charge = Event("SYN-0000001", REGIME, 10_300, "charged-by-regime", "petition")
    merit = Event("SYN-0000001", REGIME, 10_300, "charged-by-regime", "volunteering")
    run.__dict__["lives"] = {
        "SYN-0000001": Life("SYN-0000001", {REGIME: (charge,) * 10}),
        **{f"SYN-{n:07d}": Life(f"SYN-{n:07d}", {REGIME: (merit,) * n}) for n in range(2, 5)},
    }
    assert spread(run, REGIME, 2.5) == pytest.approx(np.var([10, 0, 0, 0]))
    # Never less than what equal people would scatter by.
    assert spread(run, REGIME, 99.0) == 99.0
    run.__dict__["lives"] = {}
    shape = run.scenario.country_model.propensity.shape.value
    assert spread(run, REGIME, 1.2) == pytest.approx(1.2 + 1.2**2 / shape)


def test_a_page_tells_the_arm_asked_for_and_names_the_other():
    first, other = report_html(three()), report_html(three(), "rank")
    assert "moot report with --arm rank" in first and "moot report with --arm mine" in other
    assert "under mine" in first and "under rank" in other
    assert "street-cameras" in first and "street-cameras" not in other


@pytest.mark.parametrize("arm", ["mine", "status-quo"])
def test_a_page_of_one_arm_speaks_of_no_other(arm):
    page = report_html(one_arm(arm))
    assert "beside the same lives" not in page and "twin, " not in page and "beside its twin" not in page
    assert "One life</h2>" in page and f"one arm, {arm}" in page
    assert ("under the scheme" in page) is (arm == "mine")


def test_the_commands_for_the_same_run_can_be_typed():
    folder = three_folder() / "runs" / "three-1"
    assert same_run(three()) == [
        f"moot verify {folder}",
        "moot run three.yaml --people 1500 --days 30 --seed 1",
    ]
    alone = same_run(one_arm("mine"))
    assert alone == ["moot run three.yaml --people 1500 --days 30 --seed 1 --arm mine"]
    # The burn-in of this run is not the shipped scenario's, so that its name would give another run.
    assert same_run(in_folder()) == [f"moot verify {in_folder().folder}"]


def test_the_page_says_that_no_command_makes_the_range(page):
    assert "no command of this version makes one yet" in page


def test_descriptions_of_curves_are_of_what_is_drawn():
    curve = next(one for one in curves_of(in_folder()) if one.title == "Charges a day")
    assert curve.flow and not np.array_equal(curve.shown[0].values, curve.lines[0].values)
    assert f"at most {two(float(curve.shown[0].values.max()))}" in curve.description
    assert "means over seven days" in curve.description


def test_curves_are_per_thousand_and_add_up_to_the_totals():
    run = in_memory()
    offences = next(one for one in curves_of(run) if one.title == "Offences a day")
    sums = sum(run.totals("status-quo")[f"act:{act}:acts"] for act in run.rules.acts_of("offence"))
    assert offences.lines[1].values.sum() == pytest.approx(1000 * sums / run.people)
    assert [len(line.values) for line in offences.lines] == [run.days, run.days]


def test_seven_day_means_start_short():
    assert weekly(np.arange(1.0, 10.0)).tolist() == [1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6]


def test_axes_end_on_round_numbers():
    assert nice_top(7.8) == (8, 2)
    assert nice_top(0) == (1, 0.5)
    assert shade(0, 0) == 0 and shade(5, 5) == 4


def test_labels_do_not_cover_each_other():
    assert _apart([10.0, 12.0]) == [2.5, 19.5]


def test_a_figure_says_which_arm_it_draws():
    assert "mine beside status-quo" in three().plot().svg
    other = three().plot("rank").svg
    assert "rank beside status-quo" in other and "under mine" not in other


def test_a_figure_is_saved_whole(tmp_path):
    figure = in_folder().plot()
    assert "MODEL · SYNTHETIC PEOPLE" in figure.svg and figure._repr_html_() == figure.svg
    assert (figure.save(tmp_path / "figure.svg")).read_text().startswith("<svg")
    assert (figure.save(tmp_path / "figure.html")).read_text().startswith("<!doctype html>")
    with pytest.raises(UserError, match=r"\.svg or \.html"):
        figure.save(tmp_path / "figure.png")


def test_letters_of_charts_can_be_read_beside_the_text():
    """The page is set in 17 px; a drawing of 720 units is about as wide as its column, which is 44.5 rem."""
    sizes = [float(size) for size in re.findall(r"font-size: ([0-9.]+)px", CHART_STYLE)]
    assert sizes and min(sizes) >= 14
    assert "figure > svg.chart { width: 37rem; }" in report_html(in_folder())


def test_numbers_of_axes_have_no_exponent():
    assert plain(0.00001) == "0.00001" and plain(1500) == "1,500" and plain(2.5) == "2.5"
