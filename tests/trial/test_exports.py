"""The file of a case in Markdown: marked fiction on every page, in the order of a judgment."""

import re

import pytest

from moot.trial.exports import FORMATS, identifier, sections, text_of
from moot.trial.judgment import arguments
from moot.trial.wording import FICTION, SAYS
from tests.trial.hearings import QUESTION, fresh, ready, whole

TAGS = "<script>alert(1)</script> # heading [link](x)"


def flat(parts):
    for one in parts:
        yield one
        yield from flat(one.parts)


@pytest.fixture(scope="module")
def case():
    return whole()


def test_the_order_is_that_of_a_judgment(case):
    titles = [one.title for one in sections(case)]
    begins = ["The case", "The law", "Facts", "Claims", "Ground 1", "Ground 2", "Operative", "Vote of",
              "Exhibits", "Runs made", "Minutes"]  # fmt: skip
    assert [title.startswith(word) for title, word in zip(titles, begins, strict=True)] == [True] * len(
        begins
    )
    elements = [part.title for part in sections(case)[4].parts]
    assert elements == ["Element E1", "Element E2", "Element E3", "Element E4", "Element E5", "Element E6i",
                        "Element E6ii"]  # fmt: skip


def test_f02_the_question_comes_first(case):
    assert sections(case)[0].paragraphs[0] == f"Question put to the court: {QUESTION}"


@pytest.mark.parametrize("form", FORMATS)
def test_f50_every_page_is_marked_fiction_and_no_ecli_is_minted(case, form):
    text = text_of(case, form)
    assert text.count(FICTION) >= len(sections(case))
    assert identifier(case).startswith("FICTION:") and not re.search(r"ECLI:[A-Z]+:FICTION", text)
    assert all(says in text for says in SAYS)


def test_f19_the_first_page_says_synthetic_and_no_proof(case):
    first = " ".join(sections(case)[0].paragraphs)
    assert "Synthetic people; mechanism, not forecast; not proof" in first and "no assessment makes" in first


def test_everything_stands_in_the_markdown(case):
    markdown = re.sub(r"\\(.)", r"\1", text_of(case))
    for one in flat(sections(case)):
        for text in (one.title, *one.paragraphs):
            assert text in markdown


def test_f47_what_was_not_argued_is_said_so(case):
    assert arguments(case, 1, "E1") == {"claimants": [], "respondent": []}
    assert "Claimants: not argued." in sections(case)[4].parts[0].paragraphs


def test_an_element_without_a_vote_is_not_decided(case):
    said = [" ".join(part.paragraphs) for part in sections(case)[4].parts]
    assert all("The court's answer: not decided (no vote was taken)." in one for one in said)
    assert "The court's answer: met (secret vote; no figures)." in " ".join(
        sections(case)[5].parts[0].paragraphs
    )


def test_before_the_end_the_file_says_that_nothing_was_delivered():
    assert "No judgment was delivered; the case is in preparation." in text_of(fresh(), "md")


def test_what_people_type_is_text_and_nothing_else():
    case = ready()
    case.do("fact", "claimants", 0, status="disputed", texts={"fact": TAGS, "origin": "invented"})
    assert r"\<script\>" in text_of(case, "md") and r"\# heading" in text_of(case, "md")


def test_no_page_approves_and_names_of_players_are_on_none():
    case = ready()
    case.do("seat", "clerk", 0, role="public", texts={"name": "Canary Wren"})
    for form in FORMATS:
        text = text_of(case, form)
        assert "Canary" not in text
        assert not re.search(r"\b(compliant|certified|recommended|passed|safe)\b", text, re.IGNORECASE)


def test_erased_texts_are_told_as_erased(case):
    again = whole()
    again.minutes.erase(lambda record, field: True)
    assert r"Question put to the court: (erased)" in text_of(again, "md")
