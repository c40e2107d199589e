"""What a run leaves and says, whatever was simulated: marks, sizes, words."""

import ast
import functools
import re
from pathlib import Path

import pytest

from moot.catalogue import catalogue
from moot.errors import RunError, UserError
from moot.experiment.simulation import panel_size
from moot.findings.lives import tell
from moot.findings.metrics import lines_of, metrics
from moot.findings.report import report_html
from moot.findings.saving import SAYS, log_of, writable
from tests.findings.a_run import PEOPLE, folder, in_folder

ROOT = Path(__file__).parents[2]
BANNED = re.compile(
    r"\b(passed|compliant|compliance|safe|safely|certified|recommended|validated scheme)\b", re.IGNORECASE
)
APPROVAL = (
    BANNED,
    re.compile(r"\bvalidated\b", re.IGNORECASE),
    re.compile(
        r"\b(conformes?|conformité|certifiée?s?|recommandée?s?|validée?s?|sûre?s?|approuvée?s?)\b",
        re.IGNORECASE,
    ),
    re.compile(r"\b(findings|constatations)\b", re.IGNORECASE),  # results: courts find
)
"""What no document says of a scheme, in either language."""
DOCUMENTS = sorted((ROOT / "src/moot/data/messages").glob("*.yaml"))
COMMANDS = [
    *("running.py", "reading_runs.py", "reports.py", "validating.py", "adopting.py"),
    *("milder.py", "measuring.py", "explaining.py", "attributing.py"),
    *("law.py", "court.py", "calibrating.py", "experimenting.py", "dossiers.py"),
]
SHOWN = ["page", "figure", "table", "notebook", "lives", "metrics", "log"]


def spoken(path: Path) -> list[str]:
    """The strings of a module, docstrings and help included."""
    found = [
        node.value for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Constant)
    ]
    return [one for one in found if isinstance(one, str)]


@functools.cache
def outputs() -> dict[str, str]:
    run = in_folder()
    lives = "\n".join(line for number in list(run.lives)[:50] for line in tell(run, number))
    return {
        "page": report_html(run),
        "figure": run.plot().svg,
        "table": "\n".join(run.summary().lines()),
        "notebook": run._repr_html_(),
        "lives": lives,
        "metrics": "\n".join(lines_of(run, metrics(run))),
        "log": log_of(run.manifest),
        "run.json": (folder() / "run.json").read_text("utf-8"),
    }


@pytest.mark.parametrize("what", [*SHOWN, "run.json"])
def test_nothing_that_is_shown_approves_of_a_scheme(what):
    assert BANNED.findall(outputs()[what]) == []


@pytest.mark.parametrize(
    "path",
    [
        *sorted((ROOT / "src/moot/findings").glob("*.py")),
        *sorted((ROOT / "src/moot/documents").glob("*.py")),
        *sorted((ROOT / "src/moot/dossier").glob("*.py")),
        *sorted((ROOT / "src/moot/web").glob("*.py")),
        *(one for one in sorted((ROOT / "src/moot/trial").glob("*.py")) if one.name != "wording.py"),
        *(ROOT / "src/moot/cli" / name for name in (*COMMANDS, "experimenting.py")),
    ],
    ids=lambda path: path.name,
)
def test_no_module_that_speaks_of_runs_has_such_words(path):
    assert [one for one in spoken(path) if BANNED.search(one)] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_no_sentence_of_a_document_approves_of_a_scheme(path):
    part, language = path.name.split(".")[:2]
    said = "\n".join(catalogue(part, language).sentences.values())
    assert [one.findall(said) for one in APPROVAL if one.findall(said)] == []


@pytest.mark.parametrize("what", SHOWN)
def test_everything_shown_says_synthetic_and_mechanism(what):
    text = outputs()[what].lower()
    assert "synthetic" in text
    assert "mechanism" in text and "forecast" in text


def test_the_page_says_what_it_is_not():
    page = outputs()["page"]
    first = page[: page.index("The scheme in words")]
    assert SAYS[-1] in first and SAYS[-1].startswith("Not a fundamental rights impact assessment")


def test_a_run_that_leaves_a_folder_has_1000_people(tmp_path):
    with pytest.raises(RunError, match="1,000"):
        writable(tmp_path / "run", 999, 0)
    writable(tmp_path / "run", 1_000, 200)


@pytest.mark.parametrize(
    ("people", "most"),
    [(1_000, 200), (20_000, 200), (50_000, 500), (1_000_000, 10_000), (10_000_000, 10_000)],
)
def test_the_panel_is_one_in_a_hundred_and_10000_in_all(tmp_path, people, most):
    assert panel_size(people, most) == most
    writable(tmp_path / "run", people, most)
    with pytest.raises(UserError):
        panel_size(people, most + 1)
    with pytest.raises(RunError, match="panel"):
        writable(tmp_path / "run", people, most + 1)


def test_people_of_the_panel_have_a_random_number_and_no_name():
    panel = in_folder().manifest["panel"]
    assert len(panel) == 200
    for one in panel:
        assert set(one) == {"number", "age", "sex", "stratum", "region", "synthetic"}
        assert re.fullmatch(r"SYN-\d{7}", one["number"]) and one["synthetic"] is True
        assert re.fullmatch(r"\d+ to \d+|85 and over", one["age"])


def test_lives_are_in_the_third_person():
    text = outputs()["lives"]
    assert not re.search(r"\b(you|your|we|our|he|she|his|him)\b", text, re.IGNORECASE)


def test_national_totals_are_in_json_alone():
    run = in_folder()
    totals = [
        count for arm in run.arms for count in run.totals(arm).values() if count > 1_000 and count != PEOPLE
    ]
    assert totals
    for what in ("table", "notebook", "metrics"):
        shown = {one.replace(",", "") for one in re.findall(r"\d[\d,]*", outputs()[what])}
        for count in totals:
            assert str(count) not in shown or float(f"{count:.1e}") == count
    assert "68350798" not in outputs()["page"].replace(",", "")
