"""Exhibits: what an experiment found in one measure, sealed by its hash, rebuilt by one command.

An exhibit is made from the folder of a finished experiment and from nothing else: never from a single run,
never without a twin, never with too few replicates for an interval, never without a sweep of assumptions. It
holds the declarations in full, so that whoever doubts it simulates it again and compares every byte.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from moot.declaring.values import canonical_json
from moot.errors import CaseError, UserError
from moot.findings.effects import Effect
from moot.findings.experimenting import experiment_of, in_memory, open_experiment
from moot.findings.results import Results
from moot.findings.summary import two
from moot.store.experiments import ExperimentFolder
from moot.store.runs import is_run_folder
from moot.trial.case import EXHIBIT

__all__ = ["Exhibit", "differ_in_code", "exhibit_from", "exhibit_of", "rebuilt", "sheet_of"]

SHEET_FORMAT = "moot-sheet-1"
ASKERS = ("claimants", "respondent", "court")
REBUILT_BY = "moot case rebuild CASE NUMBER"


@dataclass(frozen=True)
class Exhibit:
    """`content` is everything that the exhibit says; `digest` its SHA-256 (hex), by which it is known."""

    content: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the content, spelt in one way."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def text(self) -> str:
        """The content as it is kept and hashed: canonical JSON."""
        return canonical_json(self.content).decode()

    @property
    def title(self) -> str:
        """What it shows, and beside what."""
        found = self.content
        return f"{found['words']}: {found['arm']} beside {found['twin']} ({found['title']})"

    def lines(self) -> list[str]:
        """The exhibit as lines of text: the range over assumptions first, the simulation interval second."""
        found, effect = self.content, self.content["effect"]
        span, interval = effect["span"], effect["interval"]
        seeds, draws = found["seeds"], found["draws"]
        return [
            self.title,
            "Synthetic people; mechanism, not forecast. Per 1,000 synthetic people.",
            f"Range over declared assumptions: {two(span['low'], sign=True)} to "
            f"{two(span['high'], sign=True)} ({draws['count']} draws of {len(draws['over'])} ranges).",
            f"Simulation interval of the difference: {two(interval['low'], sign=True)} to "
            f"{two(interval['high'], sign=True)}; mean {two(effect['difference'], sign=True)} "
            f"({effect['replicates']} replicates).",
            f"In {found['arm']}: {two(effect['arm_mean'])}; in its twin: {two(effect['today_mean'])}.",
            f"Seeds {seeds[0]} to {seeds[1]}; {found['people']:,} synthetic people, {found['days']} days; "
            f"{len(found['runs'])} runs.",
            f"Parameters varied: {', '.join(draws['over'])}.",
            f"Asked for by: {found['asked_by']}. Moot {found['versions'].get('moot')}, model code "
            f"{found['code'][:16]}.",
            f"Content {self.digest}; rebuilt by: {REBUILT_BY}",
        ]


def exhibit_of(
    folder: str | Path, measure: str, *, asked_by: str, arm: str | None = None, scenario: str | None = None
) -> Exhibit:
    """The exhibit of one measure of an experiment, per 1,000 synthetic people.

    `measure` is a line of `moot show EXPERIMENT`, or a measure's name. Raises `CaseError` for a single run,
    an experiment without draws of assumptions or with jobs left out, or a line that has no interval.
    """
    path = Path(folder)
    if is_run_folder(path):
        raise CaseError(
            f"{path} is a single run, and a single run is no exhibit; expected the folder of an experiment "
            "with replicates and draws: moot experiment FILE"
        )
    results = open_experiment(path)
    with ExperimentFolder.at(path) as opened:
        about = opened.about
    return Exhibit(_content(results, about, measure, asked_by, arm, scenario))


def exhibit_from(text: str) -> Exhibit:
    """The exhibit that was kept as `text`. Raises `CaseError` where it is none."""
    try:
        content = json.loads(text)
    except ValueError:
        raise CaseError("the content of this exhibit cannot be read") from None
    if not isinstance(content, dict) or content.get("format") != EXHIBIT:
        raise CaseError("the content of this exhibit is of a kind that this version of Moot cannot read")
    return Exhibit(content)


def rebuilt(
    exhibit: Exhibit, *, threads: int | None = None, known: dict[str, Results] | None = None
) -> Exhibit:
    """The exhibit made again: every person, run and draw of it simulated from its declarations.

    The same digest where nothing differs, whatever the threads. `known` keeps what was simulated, so that
    exhibits of one experiment simulate it once. Raises `RunError` where this version of Moot reads the
    declarations otherwise.
    """
    found = exhibit.content
    about = json.loads(found["about"])
    known = {} if known is None else known
    if found["about"] not in known:
        known[found["about"]] = in_memory(experiment_of(about), threads=threads)
    results = known[found["about"]]
    again = _content(results, about, found["measure"], found["asked_by"], found["arm"], found["scenario"])
    return Exhibit(again)


def differ_in_code(one: Exhibit, other: Exhibit) -> tuple[str, str] | None:
    """The model code of both where two exhibits differ in it and in versions alone, else None."""
    told, again = dict(one.content), dict(other.content)
    codes = str(told.pop("code")), str(again.pop("code"))
    told.pop("versions"), again.pop("versions")
    return codes if told == again and one.content != other.content else None


def sheet_of(folder: str | Path) -> tuple[str, str] | None:
    """What would flip the conclusions of an experiment: the text of its `sheet.json` and its SHA-256 (hex).

    None where it was not computed. Raises `CaseError` for a file that cannot be read.
    """
    path = Path(folder) / "sheet.json"
    if not path.is_file() or path.is_symlink():
        return None
    text = path.read_text("utf-8")
    try:
        whole = json.loads(text)["format"] == SHEET_FORMAT
    except (ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        raise CaseError(f"{path} cannot be read; it was changed, or written by another version")
    return text, hashlib.sha256(text.encode()).hexdigest()


def _content(
    results: Results,
    about: Mapping[str, Any],
    measure: str,
    asked_by: str,
    arm: str | None,
    scenario: str | None,
) -> dict[str, Any]:
    told = results.as_dict()
    if asked_by not in ASKERS:
        raise CaseError(f"an exhibit is asked for by {', '.join(ASKERS[:-1])} or the {ASKERS[-1]}")
    if told["draws"] is None:
        raise CaseError(
            f"{results.name}: assumptions were not varied, and without a sweep there is no exhibit; add "
            "`draws` to the experiment"
        )
    if results.left_out:
        raise CaseError(f"{results.name}: jobs failed and were left out: {results.left_out[0]}")
    try:
        effect = results.effect(measure, arm=arm, scenario=scenario)
    except UserError as error:
        raise CaseError(f"{error}\n{_possible(results, arm, scenario)}") from None
    _shown(effect, measure)
    (where,) = (one for one in told["scenarios"] if one["name"] == effect.scenario)
    draws = told["draws"]
    content = {
        "format": EXHIBIT,
        "title": told["experiment"]["title"],
        "experiment": told["experiment"]["hash"],
        "scenario": effect.scenario,
        "scenario_hash": where["hash"],
        "arm": effect.arm,
        "twin": where["comparator"],
        "measure": measure,
        "words": effect.words.strip(),
        "people": where["people"],
        "days": where["days"],
        "seeds": told["replicates"]["seeds"],
        "draws": {name: draws[name] for name in ("count", "replicates", "seed", "over")}
        | {"values": draws["values"][effect.scenario]},
        "runs": told["digests"],
        "effect": asdict(effect),
        "code": told["code"],
        "versions": {"moot": about["versions"].get("moot", "")},
        "asked_by": asked_by,
        "says": told["says"],
        # As text: the order of keys in a declaration is part of it, and sorting would be another one.
        "about": json.dumps(about, ensure_ascii=False),
    }
    return dict(json.loads(json.dumps(content)))


def _possible(results: Results, arm: str | None, scenario: str | None) -> str:
    """Which lines of an experiment can be an exhibit, in words."""
    found = [one for one in results.effects if one.interval and one.span and not one.level]
    mine = [one for one in found if arm in (None, one.arm) and scenario in (None, one.scenario)]
    names = dict.fromkeys(one.words.strip() for one in mine or found)
    if not names:
        return "no line of this experiment has an interval and a range, so none of it can be an exhibit"
    return "what can be an exhibit, by --measure:\n" + "\n".join(f"  {name}" for name in names)


def _shown(effect: Effect, measure: str) -> None:
    if effect.too_few or effect.difference is None:
        raise CaseError(f"{measure}: too few people or events to say anything of")
    if effect.interval is None:
        raise CaseError(f"{measure}: {effect.replicates} replicates give no interval; expected 10 or more")
    if effect.span is None:
        raise CaseError(f"{measure}: assumptions were not varied for it; without a sweep there is no exhibit")
