"""The page of a run, its charts and its map."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from moot.errors import UserError
from moot.findings.curves import curves_of
from moot.findings.report import BAND, LEFT_OUT, _rate, report_html
from moot.findings.report_chart import _apart, nice_top, weekly
from moot.findings.report_map import Area, enough, outlines, region_map, shade
from tests.findings.a_run import in_folder, in_memory

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


def test_the_page_has_its_parts(page):
    parts = [
        BAND,
        "The scheme in words",
        "The run in one table",
        "Day by day",
        "Tiers",
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


@pytest.mark.parametrize(("people", "events", "told"), [(49, 40, False), (50, 9, False), (50, 10, True)])
def test_a_group_is_told_from_50_people_and_10_events_up(people, events, told):
    table = {"attribute": np.array(["sex"], object), "level": np.array(["men"], object),
             "people": np.array([people]), "value": np.array([events])}  # fmt: skip
    assert (_rate(table, "sex", "men") is not None) is told


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
    assert _apart([10.0, 12.0]) == [3.5, 18.5]


def test_a_figure_is_saved_whole(tmp_path):
    figure = in_folder().plot()
    assert "MODEL · SYNTHETIC PEOPLE" in figure.svg and figure._repr_html_() == figure.svg
    assert (figure.save(tmp_path / "figure.svg")).read_text().startswith("<svg")
    assert (figure.save(tmp_path / "figure.html")).read_text().startswith("<!doctype html>")
    with pytest.raises(UserError, match=r"\.svg or \.html"):
        figure.save(tmp_path / "figure.png")
