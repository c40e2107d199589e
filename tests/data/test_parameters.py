"""The page of all parameters is what the shipped files say."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from moot.country.reading import load_country
from moot.declaring.files import shipped_names
from moot.declaring.values import Part, Quantity

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = importlib.util.spec_from_file_location("parameters", ROOT / "scripts" / "parameters.py")
assert SCRIPT is not None and SCRIPT.loader is not None
parameters = importlib.util.module_from_spec(SCRIPT)
sys.modules["parameters"] = parameters
SCRIPT.loader.exec_module(parameters)
PAGE = (ROOT / "docs" / "reference" / "parameters.md").read_text("utf-8")


def quantities(value):
    if isinstance(value, Quantity):
        return 1
    if isinstance(value, Part):
        return sum(quantities(getattr(value, key)) for key in type(value).model_fields)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ()
    return sum(quantities(x) for x in inner)


def test_the_page_is_what_the_script_writes():
    assert parameters.page() == PAGE, "run python scripts/parameters.py"


def test_a_page_that_is_not_current_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(parameters, "PAGE", tmp_path / "parameters.md")
    monkeypatch.setattr(sys, "argv", ["parameters.py", "--check"])
    assert parameters.main() == 1
    assert "run python scripts/parameters.py" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", ["parameters.py"])
    assert parameters.main() == 0
    monkeypatch.setattr(sys, "argv", ["parameters.py", "--check"])
    assert parameters.main() == 0


@pytest.mark.parametrize("name", shipped_names("country"))
def test_no_quantity_of_a_country_is_left_out_or_named_twice(name):
    country = load_country(name)
    rows = [row for row in parameters.rows_of(country, "", None, rules=False) if row.value]
    paths = [row.path for row in rows]
    assert len(paths) == len(set(paths))
    assert sum(quantities(getattr(country, key)) for key in type(country).model_fields) <= len(rows)
    for row in rows:
        assert f"`{row.path}` | {row.value} |" in PAGE


def test_assumed_numbers_have_a_range_or_stand_at_the_end():
    before = PAGE[PAGE.index("\n## ") : PAGE.index("\n## `validation.yaml`")]
    for line in re.findall(r"^\| `.*$", before, re.MULTILINE):
        _, path, value, limits, mark, _ = re.split(r"(?<!\\)\|", line, maxsplit=5)
        if mark.strip() == "assumed" and value.strip():
            assert limits.strip(), path
