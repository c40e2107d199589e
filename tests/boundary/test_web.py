"""Rules 1, 3, 5 and 7 on the server of the pages: nothing is uploaded, nobody selected, nobody called."""

import ast
from pathlib import Path

import pytest

from moot.catalogue import LANGUAGES, catalogue
from moot.findings.report_map import LEAST_EVENTS, LEAST_PEOPLE

ROOM = sorted((Path(__file__).resolve().parents[2] / "src" / "moot" / "web").glob("*.py"))
CALLING = {"httpx", "requests", "urllib.request", "http.client", "ftplib", "xmlrpc", "smtplib"}
CLIENT = "client.py"
"""The client of scripts, which calls the server that it is given."""


def imported(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("path", ROOM, ids=lambda path: path.name)
def test_no_module_takes_files_or_forms(path):
    tree = ast.parse(path.read_text("utf-8"))
    names = {
        one.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("fastapi", "starlette"))
        for one in node.names
    }
    assert not names & {"UploadFile", "File", "Form", "FormData", "MultiPartParser"}


@pytest.mark.parametrize("path", ROOM, ids=lambda path: path.name)
def test_no_module_calls_anybody(path):
    if path.name != CLIENT:
        assert not set(imported(path)) & CALLING


def test_the_client_calls_the_address_that_it_is_given_and_is_used_by_no_route():
    others = {path.name for path in ROOM if "moot.web.client" in set(imported(path))}
    assert others == set()


def test_maps_are_hatched_below_1000_residents_and_10_events():
    assert (LEAST_PEOPLE, LEAST_EVENTS) == (1_000, 10)
    for language in LANGUAGES:
        said = catalogue("laboratory", language)("map-caption", title="", window="", differs="")
        assert "10" in said and ("1,000" in said or "1\u202f000" in said)


def test_groups_are_looked_at_by_one_attribute_and_lives_by_their_number():
    """No route selects people by a conjunction: a life has a number and nothing else in its path."""
    import inspect

    from moot.web.lab_routes import groups, person

    assert set(inspect.signature(groups).parameters) == {"request", "lab", "by"}
    assert set(inspect.signature(person).parameters) == {"request", "lab", "number"}


def test_the_banner_is_that_of_every_text_field():
    assert catalogue("laboratory", "en")("banner").startswith("An invented scheme and invented people.")
