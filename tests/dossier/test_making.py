"""Dossiers in four formats and two languages, opened by real readers: what is on them, and what never is."""

import io
import json
import re
import shutil

import docx
import lxml.html
import pypdf
import pytest

from moot.catalogue import LANGUAGES, catalogue
from moot.documents import as_lines
from moot.documents.model import Figure, Heading, Table, plain
from moot.dossier import FORMATS, dossier
from moot.dossier.chapters import Dossier
from moot.dossier.evidence import read_evidence
from moot.dossier.making import document_of
from moot.dossier.wording import Say
from moot.errors import UnknownNameError
from tests.boundary.test_outputs import APPROVAL
from tests.documents.a_document import missing, squeezed, words_of_docx, words_of_html, words_of_pdf
from tests.dossier.texts import FRONTIER
from tests.french import english_in

CHAPTERS = ("a", "b", "c", "d", "e", "f", "effects", "metrics", "twins", "causes", "alternatives", "sheet")


def document(folder, language="en", assessment=None):
    return document_of(Dossier(Say(language), read_evidence(folder), assessment))


def words(dossiers, format, language):
    """The words of a dossier as a reader of its format has them."""
    data = dossiers(format, language)
    mark = catalogue("common", language)("synthetic")
    if format == "html":
        return words_of_html(data)
    if format == "docx":
        return words_of_docx(data)
    if format == "pdf":
        return words_of_pdf(data, mark)
    return "\n".join(json.loads(data)["text"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("format", FORMATS)
def test_every_format_has_all_words_and_none_that_approves(dossiers, told, assessment, format, language):
    said = words(dossiers, format, language)
    lines = as_lines(document(told, language, assessment))
    assert len(lines) > 300
    assert missing(lines, said) == []
    for banned in APPROVAL:
        assert banned.findall(said) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("format", FORMATS)
def test_two_builds_are_the_same_bytes(dossiers, told, assessment, format, language):
    again = dossier(told, language=language, format=format, assessment=assessment)
    assert again == dossiers(format, language)


def test_the_first_page_says_what_it_is_not_before_anything_else(dossiers):
    first = pypdf.PdfReader(io.BytesIO(dossiers("pdf", "en"))).pages[0].extract_text()
    for said in ("Synthetic people.", "Mechanism, not forecast.", "(FRIA)", "(DPIA)", "not an audit",
                 "article 5(1)(c)", "no assessment makes the scheme lawful", "How to quote"):  # fmt: skip
        assert squeezed(said) in squeezed(first)
    page = lxml.html.fromstring(dossiers("html", "fr"))
    first = page.find_class("first")[0].text_content()
    assert "aucune évaluation ne rend le dispositif licite" in first and "AIPD" in first
    assert dossiers("html", "fr").index(b'class="first"') < dossiers("html", "fr").index(b'<main id="main">')


@pytest.mark.parametrize("language", LANGUAGES)
def test_chapters_are_the_six_headings_then_results_and_the_sheet(told, plain, language):
    say = Say(language)
    for folder in (told, plain):  # also where nothing was written beside
        heads = [plain_of(one) for one in document(folder, language).blocks if level_1(one)]
        assert heads[: len(CHAPTERS)] == [say(f"chapter-{name}") for name in CHAPTERS]


def level_1(block):
    return isinstance(block, Heading) and block.level == 1


def plain_of(block):
    return plain(block.words)


def cells(folder, language="en", assessment=None):
    tables = [one for one in document(folder, language, assessment).all_blocks if isinstance(one, Table)]
    return [[plain(cell) for cell in row.cells] for table in tables for row in table.rows]


def test_a_number_has_its_twin_its_range_its_interval_and_the_line_that_rebuilds_it(told):
    it = read_evidence(told)
    say = Say("en")
    one = it.effects[0]
    assert one.words == "act:*:charged-by-regime" and one.span is not None and one.interval is not None
    row = next(row for row in cells(told) if len(row) == 7 and "act:*:charged-by-regime" in row[0])
    assert row[1:4] == [say.two(one.arm_mean), say.two(one.today_mean), say.two(one.difference, sign=True)]
    assert row[4] == f"{say.two(one.span.low, sign=True)} to {say.two(one.span.high, sign=True)}"
    assert row[5] == f"{say.two(one.interval.low, sign=True)} to {say.two(one.interval.high, sign=True)}"
    page = lxml.html.fromstring(dossier(told))
    link = next(a for a in page.iter("a") if a.text_content() == row[3] and a.get("href") == "#n-0")
    assert link is not None
    line = page.get_element_by_id("n-0").text_content()
    assert "results.json#/effects/0" in line and "act:jaywalking:charged-by-regime" in line
    place = json.loads((told / "results.json").read_text())["effects"][0]
    assert place["difference"] == one.difference
    text = page.text_content()
    assert it.sha256 in text and "moot resume small" in text and "1 to 10" in text


def test_numbers_have_two_digits_and_totals_stand_in_json_alone(dossiers):
    content = json.loads(dossiers("json", "en"))
    totals = content["national_totals"]
    assert totals and all(one["residents"] > 60_000_000 for one in totals)
    shown = " ".join(content["text"])
    for one in totals:
        if abs(one["difference"]) > 1e5:
            assert f"{abs(one['difference']):,.0f}" not in shown
    assert content["synthetic"] is True and content["experiment"]["finished"] is True


def test_without_draws_it_says_so_before_any_number(plain):
    lines = as_lines(document(plain))
    assert any(line.startswith("Assumptions not varied.") for line in lines[:20])
    quoted = next(one for one in lines if "differed from" in one)
    assert "(range over assumptions: assumptions not varied;" in quoted
    assert any(row[4:5] == ["not varied"] for row in cells(plain))
    assert any(one.startswith("Not computed. Nobody has looked") for one in lines)


def test_small_groups_and_few_events_are_said(told):
    rows = [row for row in cells(told) if row[0] in ("women", "men")]
    assert any("too few to say" in row for row in rows) and any("too few to say" not in row for row in rows)


def test_what_people_typed_is_shown_as_typed_and_what_not_is_not_stated(told, assessment):
    rows = dict(row for row in cells(told, "en", assessment) if len(row) == 2)
    assert rows["provider"] == "Rank my Life SA, <b>invented</b> #set text(red)"
    assert rows["aim"] == "fewer offences *on the road*" and rows["deployer"] == "not stated"
    assert rows["date of the assessment"] == "24\u00a0November 2026"
    judged = [row for row in cells(told, "en", assessment) if len(row) == 7 and row[2] == "not stated"]
    severities = [row[5] for row in judged]
    assert set(severities) == {"blank: nobody has typed it", "grave"} and severities.count("grave") == 1
    assert ["charged for another person's act", "high", "not stated", "not stated", "not stated", "grave",
            "it is not undone in time"] in cells(told, "en", assessment)  # fmt: skip
    bare = {row[0]: row[1] for row in cells(told) if len(row) == 2}
    assert bare["provider"] == bare["aim"] == "not stated"


def test_charts_have_words_context_and_numbers(told):
    figures = [one for one in document(told, "fr").blocks if isinstance(one, Figure)]
    assert figures
    for one in figures:
        assert "Graphique de" in one.alternative and one.data.rows
        assert "réplications" in plain(one.context) and "Personnes synthétiques" in plain(one.context)
        assert not re.search(r"#[0-9a-f]{6}|style=", one.svg)


def test_files_beside_are_told_and_a_missing_one_names_its_command(told, plain):
    there, gone = "\n".join(as_lines(document(told))), "\n".join(as_lines(document(plain)))
    assert "31 of 40" in there and "flip it when moved alone" in there and "Shorter memory" in there
    assert "R7 Opt-in: nobody can refuse" in there
    for key in ("moot flip FILE", "moot frontier FILE", "attribute: default", "metrics: all", "twins: true"):
        assert key in gone
    assert "moot flip" not in there
    assert "+12 (+8.0 to +16)" in there
    french = "\n".join(as_lines(document(told, "fr")))
    assert "+12 (+8,0 à +16)" in french
    assert "31 sur 40" in french and "hausse dans scheme" in french


def test_metrics_twins_and_causes_stand_with_intervals_ranges_and_bounds(told):
    content = json.loads((told / "results.json").read_text())
    say, rows = Say("en"), cells(told)
    one = next(x for x in content["metrics"]["numbers"] if x["what"] == "kinds of acts that they look at")
    many = say.two(one["mean"])
    assert [one["what"], f"{many} kinds", f"{many} to {many}", f"{many} to {many}"] in rows
    assert one["mean"] >= 10 and one["span"]["draws"] == 2
    (arm,) = content["twins"]["arms"]
    row = next(row for row in rows if row[0].startswith("scheme (2,000 lives)"))
    worse = arm["worse"]
    low, high = (say.two(1000 * worse[end]) for end in ("low", "high"))
    assert row[1] == f"{say.two(1000 * worse['shared'])} ({low} to {high})"
    (causes,) = content["causes"]
    for measure in causes["measures"]:
        for part in measure["players"]:
            share = part["share"]
            shown = [say.two(share[end], sign=True) for end in ("mean", "low", "high")]
            told_ = next(row for row in rows if row[0].startswith(f"{part['player']} ") and len(row) == 4)
            assert told_ and f"{shown[0]} ({shown[1]} to {shown[2]})" in {
                row[1] for row in rows if row[0].startswith(f"{part['player']} ")
            }
    french = "\n".join(as_lines(document(told, "fr")))
    assert "à qui le dispositif nuit" in french


def test_no_english_is_left_in_a_french_dossier(told):
    said = "\n".join(as_lines(document(told, "fr")))
    assert english_in(said, "people fear charges", "The year") == []


def test_where_no_frontier_is_drawn_the_reason_stands_in_its_place(plain, tmp_path):
    folder = shutil.copytree(plain, tmp_path / "small")
    (one,) = FRONTIER["scenarios"]
    why = "the effect is not clear of 0"
    content = {"scenarios": [one | {"why_no_frontier": why, "least": None}]}
    (folder / "alternatives.json").write_text(json.dumps(content))
    said = "\n".join(as_lines(document(folder)))
    assert why in said and "reaches as much" not in said and "Least burdensome" not in said


ENGLISH = (
    "Shorter memory|nobody can refuse|small|a lease|a loan|a seat|kinds|sensors|people hear|a low tier|"
    "a fall of tier"
)
"""Words of files, and names of numbers and mechanisms, which the program has in English alone."""


def test_french_is_french(told, plain):
    for folder in (told, plain):
        lines = as_lines(document(folder, "fr"))
        before = lines[: lines.index(next(one for one in lines if one.startswith("12  ")))]
        english = re.compile(r"\b(the|of|with|charges by|people|last day|not stated)\b")
        wrong = [one for one in before if english.search(one) and "Rank my Life" not in one]
        wrong = [one for one in wrong if not re.search(ENGLISH, one)]
        assert wrong == []


def test_the_word_processors_file_has_headings_and_alternative_text(dossiers):
    file = docx.Document(io.BytesIO(dossiers("docx", "en")))
    heads = [one.text for one in file.paragraphs if one.style.name == "Heading 1"]
    assert len(heads) == 14 and heads[0].startswith("1  Process and purpose")
    assert all(one._inline.docPr.get("descr") for one in file.inline_shapes) and len(file.inline_shapes) > 0


def test_another_format_is_refused(told):
    with pytest.raises(UnknownNameError, match="no format called 'odt'"):
        dossier(told, format="odt")
