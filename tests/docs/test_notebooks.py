"""The numbered notebooks: nbformat 4 without outputs, and cells that run in order in a new process."""

import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
NEEDS = [name for name in ("pandas", "xarray") if find_spec(name) is None]
# What a notebook does with a cell: run it, and ask its last value how it shows itself.
RUNNER = """
import ast, json, sys
space = {"__name__": "__main__"}
for number, source in enumerate(json.load(sys.stdin)):
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, f"cell {number}", "exec"), space)
    if last is None:
        continue
    value = eval(compile(ast.Expression(last.value), f"cell {number}", "eval"), space)
    if hasattr(value, "_repr_mimebundle_"):
        value._repr_mimebundle_()
    shown = value._repr_html_() if hasattr(value, "_repr_html_") else repr(value)
    print(f"shown by cell {number}: {shown}")
"""


def read(path):
    return json.loads(path.read_text("utf-8"))


def test_they_are_numbered_from_1_without_a_gap():
    assert [int(path.name[:2]) for path in NOTEBOOKS] == list(range(1, len(NOTEBOOKS) + 1)) and NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_the_shape_is_that_of_nbformat_4_and_nothing_was_run(path):
    book = read(path)
    assert set(book) == {"cells", "metadata", "nbformat", "nbformat_minor"}
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    assert book["metadata"]["kernelspec"]["name"] == "python3"
    assert book["metadata"]["language_info"]["name"] == "python"
    names = [cell["id"] for cell in book["cells"]]
    assert len(names) == len(set(names)) and all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", one) for one in names)
    for cell in book["cells"]:
        keys = {"cell_type", "id", "metadata", "source"}
        if cell["cell_type"] == "code":
            keys |= {"execution_count", "outputs"}
            assert cell["outputs"] == [] and cell["execution_count"] is None
        else:
            assert cell["cell_type"] == "markdown"
        assert set(cell) == keys and cell["metadata"] == {}
        assert all(isinstance(line, str) for line in cell["source"])
        assert all(line.endswith("\n") for line in cell["source"][:-1])
    assert path.read_text("utf-8").endswith("}\n")


@pytest.mark.skipif(bool(NEEDS), reason=f"needs {', '.join(NEEDS)}")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_every_cell_runs_in_a_new_process(path, tmp_path):
    cells = ["".join(cell["source"]) for cell in read(path)["cells"] if cell["cell_type"] == "code"]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUNNER],
        input=json.dumps(cells),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("shown by cell") >= 4 and "ynthetic" in done.stdout
    assert list(tmp_path.iterdir()) == []
