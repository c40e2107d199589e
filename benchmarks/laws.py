"""Laws and scenarios that differ from shipped ones in a number: texts with the number exchanged.

The files keep everything else, comments and all. What is exchanged has to stand in the text as often as said:
a law whose wording has changed is an error here, never a benchmark of something else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PINNED = ROOT / "ledger-1"
DATA = ROOT.parent / "src" / "moot" / "data"
ARMS = 8  # the most that a scenario may have
COMPARATOR = "status-quo"


def exchanged(text: str, pattern: str, value: str, *, times: int = 1) -> str:
    """The text with what `pattern` finds replaced. Raises ValueError where it is not there `times` times."""
    new, found = re.subn(pattern, value, text, flags=re.MULTILINE)
    if found != times:
        raise ValueError(f"{pattern}: expected {times} times, found {found} times")
    return new


def with_rates(folder: Path, factor: float) -> Path:
    """Write ledger-1 with all base rates times `factor`; the folder, for `moot bench ledger-1 --folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in ("regime", "scenario"):
        (folder / f"{part}.yaml").write_text((PINNED / f"{part}.yaml").read_text("utf-8"), "utf-8")
    country = (PINNED / "country.yaml").read_text("utf-8")
    country = exchanged(country, r"base_per_day: 0\.005\b", f"base_per_day: {0.005 * factor:.6f}", times=4)
    (folder / "country.yaml").write_text(country, "utf-8")
    return folder


def ledger_arms(folder: Path, arms: int) -> Path:
    """Write ledger-1 with `arms` arms that differ in the points of a tie's fall; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    country, regime, scenario = (
        (PINNED / f"{part}.yaml").read_text("utf-8") for part in ("country", "regime", "scenario")
    )
    (folder / "country.yaml").write_text(country, "utf-8")
    names = write_regimes(folder, regime, arms)
    listed = "".join(f"  {name}: {{regime: {name}.yaml}}\n" for name in names)
    scenario = exchanged(scenario, r"^  ledger-1: \{regime: regime\.yaml\}\n", listed)
    (folder / "scenario.yaml").write_text(scenario, "utf-8")
    return folder


def write_regimes(folder: Path, text: str, count: int) -> list[str]:
    """Write `count` copies of a regime with 1, 2, ... points for a tie's fall; their names."""
    names = [f"points-{points}" for points in range(1, count + 1)]
    for points, name in enumerate(names, 1):
        changed = exchanged(text, r"^( +association: \{points: )2,", rf"\g<1>{points},")
        (folder / f"{name}.yaml").write_text(changed, "utf-8")
    return names


def scenario_with(folder: Path, name: str, *, burn_in_years: int, regimes: Sequence[str] = ()) -> Path:
    """Write a shipped scenario with another burn-in; its file, for `moot bench scenario`.

    Where `regimes` are named, they are its arms beside the comparator.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = (DATA / "scenarios" / f"{name}.yaml").read_text("utf-8")
    text = exchanged(text, r"^(burn_in_years: \d+\n)?arms:", f"burn_in_years: {burn_in_years}\narms:")
    if regimes:
        listed = "".join(f"  {each}: {{regime: {each}.yaml}}\n" for each in regimes)
        text = exchanged(text, r"^arms:\n(  .*\n)+", f"arms:\n  {COMPARATOR}: {{}}\n{listed}")
    path = folder / f"{name}.yaml"
    path.write_text(text, "utf-8")
    return path


def regimes_of(folder: Path, name: str, count: int) -> list[str]:
    """Write a shipped regime `count` times, each with another number; their names."""
    folder.mkdir(parents=True, exist_ok=True)
    return write_regimes(folder, (DATA / "regimes" / f"{name}.yaml").read_text("utf-8"), count)
