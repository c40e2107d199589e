"""Write the page of all parameters from the files that are shipped: value, range, mark and source of each.

    python scripts/parameters.py            writes docs/reference/parameters.md
    python scripts/parameters.py --check    writes nothing; exit 1 if the page is not what it would write

What is listed is what the library reads: the declarations are loaded, and every number with credentials is
walked. Nothing is typed into the page by hand.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from moot.country.reading import load_country
from moot.declaring.files import Kind, data_folder, shipped_names
from moot.declaring.values import Declaration, Part, Quantity
from moot.experiment.adoption import load_adoption
from moot.experiment.published import load_published
from moot.regime.battery import load_battery
from moot.regime.reading import load_regime
from moot.regime.schema import Regime

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "parameters.md"
NAMES = ("sensor", "scheme", "list", "offer", "frame", "name", "kind")
"""Keys by which an entry of a list is called, the first that it has."""
CREDENTIALS = ("source", "mark", "note")
RULES = ("schemes", "on_alert")  # what a regime lays down
NOT_A_NUMBER_OF_THE_MODEL = ("data",)  # the year that a country describes
ABOUT = """\
# Parameters

Every number that is shipped with its credentials, file by file. `python scripts/parameters.py` writes
this page from the files below `src/moot/data`, and a test compares the two: to change a number here,
change the file.

| mark | how the number is known |
| --- | --- |
| `V` | read in the source named |
| `V-weak` | read, but in a poor or second-hand place |
| `V-calc` | arithmetic on figures that were read |
| `K` | general knowledge, not read again: check it before quoting |
| `C` | calibrated on the row named, which is then no validation |
| `assumed` | nothing is published; the range says how far it may be wrong |

A mark in brackets is that of the part in which the number stands; the part then has a row of its own,
without a value. A dash: the file says nothing. A value that changes by date has its days beside it. A
run takes the value; the range is what a reader is asked to vary. A `headroom` is no estimate: it bounds
how far the state of a person may raise a rate ([the engine](engine.md)), and `moot check` says what it
must be.

Left out: the tables of regions, ages and sexes ([where the data come from](data.md)); the whole numbers
of the [learned engines](../concepts/score-engines.md); and what a scheme lays down itself, which
estimates nothing: points, tiers, terms, weights, prices. `moot show REGIME` says those in sentences.
"""


@dataclass(frozen=True)
class Row:
    """One line of a table.

    `inherited`: the mark is that of the part around it. `rule`: a scheme lays the number down.
    """

    path: str
    value: str
    range: str
    mark: str | None
    inherited: bool
    words: str
    rule: bool = False

    @property
    def is_shape(self) -> bool:
        """Whether it is an assumed number that says nothing of how far it may be wrong."""
        return bool(self.value) and self.mark == "assumed" and not self.range and not self.rule

    def cells(self) -> str:
        """The line in Markdown."""
        mark = f"({self.mark})" if self.mark and self.inherited else self.mark or "–"
        return f"| `{self.path}` | {self.value} | {self.range} | {mark} | {self.piped} |"

    @property
    def piped(self) -> str:
        """The words as a cell of a table."""
        return self.words.replace("|", "\\|")


def number(x: float) -> str:
    """A number as short as it can be said."""
    return f"{x:.10g}"


def value_of(quantity: Quantity) -> str:
    """The value, or each value with the day from which it holds, and the unit."""
    if quantity.value is not None:
        said = number(quantity.value)
    else:
        said = "; ".join(f"{number(x.value)} from {x.from_}" for x in quantity.values or ())
    return f"{said} {quantity.unit}" if quantity.unit else said


def words_of(part: Part) -> str:
    """What a part says of where it comes from."""
    return ". ".join(" ".join(said.split()) for said in (part.source, part.note) if said)


def plain(value: object) -> str | None:
    """Numbers without credentials of their own as text; None for anything else."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number(value)
    if isinstance(value, tuple) and value:
        said = [plain(x) for x in value]
        return None if None in said else ", ".join(str(x) for x in said)
    if isinstance(value, dict) and value:
        said = [plain(x) for x in value.values()]
        return None if None in said else ", ".join(f"{k} {x}" for k, x in zip(value, said, strict=True))
    return None


def called(entry: object, at: int) -> str:
    """How an entry of a list is called: by its name, else by its place."""
    for key in NAMES:
        name = getattr(entry, key, None)
        if isinstance(name, str):
            return name
    return str(at + 1)


def rows_of(value: object, path: str, mark: str | None, *, rules: bool) -> Iterator[Row]:
    """The rows of a part and of what is in it. `rules`: plain numbers are rules of a scheme, and left out."""
    if isinstance(value, Quantity):
        limits = "" if value.range is None else f"{number(value.range[0])} to {number(value.range[1])}"
        own = value.mark or mark
        yield Row(path, value_of(value), limits, own, value.mark is None, words_of(value), rules)
    elif isinstance(value, Part):
        if path and (value.mark or words_of(value)):
            yield Row(path, "", "", value.mark or mark, value.mark is None, words_of(value))
        around = value.mark or mark
        for key, field in type(value).model_fields.items():
            if key in CREDENTIALS or key in NOT_A_NUMBER_OF_THE_MODEL:
                continue
            inner = getattr(value, key)
            below = f"{path}.{field.alias or key}".lstrip(".")
            said = plain(inner)
            if said is None:
                yield from rows_of(inner, below, around, rules=rules or key in RULES)
            elif key in value.model_fields_set and not rules:
                words = words_of(value) if path and around == "assumed" else ""
                yield Row(below, said, "", around, True, words)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from rows_of(inner, f"{path}.{key}", mark, rules=rules)
    elif isinstance(value, tuple):
        for at, inner in enumerate(value):
            yield from rows_of(inner, f"{path}.{called(inner, at)}", mark, rules=rules)


def shipped() -> Iterator[tuple[str, Declaration]]:
    """The files with parameters, as (path below `src/moot/data`, what is declared there)."""
    readers = (("country", load_country), ("regime", load_regime), ("adoption", load_adoption))
    kind: Kind
    for kind, load in readers:
        for name in shipped_names(kind):
            declared = load(name)
            assert declared.source_path is not None  # it is shipped
            yield str(declared.source_path.relative_to(data_folder())), declared
    for file in sorted((data_folder() / "validation").glob("*.yaml")):
        if "\nregime: " in "\n" + file.read_text("utf-8"):
            yield f"validation/{file.name}", load_regime(file)
    yield "alternatives.yaml", load_battery()


def with_parts(rows: list[Row]) -> list[Row]:
    """Without parts below which there is nothing, or nothing that they say something about."""

    def is_needed(part: Row) -> bool:
        below = [row for row in rows if row.value and row.path.startswith(part.path + ".")]
        return bool(below) and (bool(part.words) or any(row.inherited for row in below))

    return [row for row in rows if row.value or is_needed(row)]


def page() -> str:
    """The page as it is to be."""
    lines = [ABOUT]
    shapes: list[tuple[str, Row]] = []
    for file, declared in shipped():
        rows = list(rows_of(declared, "", None, rules=False))
        shapes += [(file, row) for row in rows if row.is_shape]
        rows = with_parts([row for row in rows if not row.is_shape])
        kind = f", {declared.kind}" if isinstance(declared, Regime) else ""
        lines.append(f"\n## `{file}`{kind}\n")
        if not rows:
            lines.append("No number with credentials beside those at the end of this page.")
            continue
        lines += ["| parameter | value | range | mark | source, note |", "| --- | --- | --- | --- | --- |"]
        lines += [row.cells() for row in rows]
    lines.append("\n## `validation.yaml`: published figures\n")
    lines.append(
        "Not parameters: figures to compare with, and how far off a run may be, which was set before it\n"
        "([beside published figures](../validation.md)).\n"
    )
    lines.append("| row | figure | tolerance | class | mark | source, note |")
    lines.append("| --- | --- | --- | --- | --- | --- |")
    for one in load_published().rows:
        words = words_of(one).replace("|", "\\|")
        off = number(one.tolerance)
        figure = f"{number(one.target)} {one.unit}"
        lines.append(f"| `{one.id}` | {figure} | {off} | {one.class_} | {one.mark or '–'} | {words} |")
    lines.append("\n## Shapes without a range\n")
    lines.append(
        "Assumed, and without a range: profiles, shares that sum to 1, sizes of groups. A range of one of\n"
        "several shares would say nothing; to vary a shape, write another one. Each is a choice of this\n"
        "project, and by how much it moves a result nobody has measured.\n"
    )
    lines += ["| file | parameter | value | source, note |", "| --- | --- | --- | --- |"]
    for file, row in shapes:
        lines.append(f"| `{file}` | `{row.path}` | {row.value} | {row.piped} |")
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


def main() -> int:
    """Write the page, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the page differs")
    wanted = page()
    if parser.parse_args().check:
        if not PAGE.exists() or PAGE.read_text("utf-8") != wanted:
            print(f"{PAGE.name} is not what the files say; run python scripts/parameters.py", file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(wanted, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
