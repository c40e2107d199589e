"""Rules 5 and 7 in the court: a scheme is judged, by people, with nothing brought in and nothing approved."""

import ast
import inspect
import re
from pathlib import Path

import pytest

from moot.cli import court as commands
from moot.cli import court_evidence as evidence
from moot.cli.hearings import COMMANDS
from moot.trial import ballots, court, judgment, wording
from moot.trial.case import CONTENT
from moot.trial.court import STEPS
from moot.trial.law import law_of
from moot.trial.preparing import CLAIMANT
from moot.trial.procedure import load_procedure, procedure_names

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "moot"
ROOM = sorted((PACKAGE / "trial").glob("*.py"))
SHIPPED = sorted(path for room in ("law", "procedures") for path in (PACKAGE / "data" / room).glob("*.yaml"))


def test_a_step_has_no_file_and_no_attachment():
    """Texts, and fields from a closed list; contents are what the program wrote, checked by their hashes."""
    fields = {name for step in STEPS.values() for name in step.fields}
    assert fields == {
        "answer", "began", "blank", "claimant", "digest", "element", "entry", "exhibit", "exhibits",
        "experiment", "expertise", "fact", "facts", "ground", "incident", "law", "machine", "no", "none",
        "outcome", "page", "people", "person", "point", "points", "question", "record", "remedy", "role",
        "run", "seconds", "sheet_digest", "side", "status", "what", "witness", "written", "yes",
    }  # fmt: skip
    written = {name for name, step in STEPS.items() if CONTENT in step.texts}
    assert written == {"exhibit", "ask-run", "run-made", "witness", "examined"}
    assert all("digest" in STEPS[name].fields and name in commands.MADE for name in written)
    every = (commands.new, commands.do, commands.vote, evidence.exhibit, evidence.run)
    options = {name for command in (*every, *(one for _, one in COMMANDS))
               for name in inspect.signature(command).parameters}  # fmt: skip
    assert not {"attach", "attachment", "upload", "file", "image", "document"} & options


@pytest.mark.parametrize("path", ROOM, ids=lambda path: path.name)
def test_the_room_opens_no_connection_and_asks_no_model(path):
    names = [
        name
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in (
            [one.name for one in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        )
    ]
    assert not [
        one for one in names if one.partition(".")[0] in ("socket", "urllib", "http", "subprocess", "ssl")
    ]


def test_the_respondent_is_a_scheme_and_claimants_have_no_name():
    assert str(inspect.signature(court.new_case).parameters["regime"].annotation) == "Regime"
    for name in ("Claimant 1 and 2", "Mr Martin", "claimant 1", "SYN-12345678", "Claimant 1\n"):
        assert not CLAIMANT.match(name)


def test_answers_are_those_of_ballots_and_no_outcome_approves():
    words = {*ballots.RESULTS, *judgment.OUTCOMES, *ballots.CHOICES}
    assert words == {"met", "not met", "not established", "upheld", "dismissed", "blank"}
    assert not any(wording.approving(f"The scheme is {word}.") for word in words)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_f05_nobody_of_2019_and_no_reasoning_of_that_court_is_shipped(path):
    text = path.read_text("utf-8")
    assert not re.search(r"\b(the court held|la cour a jugé)\b", text, re.IGNORECASE)
    assert not re.search(r"\b(Mr|Mrs|Ms|Me|Maître|Dr|Prof)\.? [A-Z][a-z]+", text)


def test_every_procedure_protects_a_small_vote():
    for name in procedure_names():
        assert not load_procedure(name).ballot.tells_figures(4)


def test_the_law_says_that_no_assessment_cures_the_prohibition():
    assert "not cured by an assessment" in (law_of().entry("AIA-27").note or "")
    assert any("no assessment makes the scheme lawful" in one for one in wording.SAYS)
