"""A run: what `moot.simulate` returns and `moot.open_run` opens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moot.catalogue import Language
from moot.errors import RunError, UnknownNameError, UserError
from moot.findings.events import Life, lives_from
from moot.findings.rebuilding import scenario_of
from moot.findings.rules import Rules
from moot.findings.tables import totals_of
from moot.store.parquet import Columns
from moot.store.runs import StoredRun

if TYPE_CHECKING:
    from moot.experiment.scenario import Scenario
    from moot.experiment.simulation import Result
    from moot.findings.figure import Figure
    from moot.findings.summary import Summary
    from moot.regime.schema import Regime

__all__ = ["Run", "open_run", "open_written", "run_of"]


class Run(StoredRun):
    """A finished run of a scenario on synthetic people, in memory or in a folder.

    `measures`, `totals` and `daily` give numpy columns; `lives` the panel; `summary()` the table for a
    reader; `plot()` a figure; `to_pandas()` and its like the same numbers for other tools.
    """

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario as it was run, made again from `run.json`."""
        return scenario_of(self.manifest)

    @cached_property
    def rules(self) -> Rules:
        """What the arms say, by name."""
        return Rules(self.scenario, self.arms)

    def rules_in(self, language: Language) -> Rules:
        """The same, told in a language."""
        return self.rules if language == "en" else Rules(self.scenario, self.arms, language)

    @cached_property
    def lives(self) -> Mapping[str, Life]:
        """The panel lives by number, in the order of their numbers."""
        return lives_from(
            self._event_columns(), self.arms, sorted(one["number"] for one in self.manifest["panel"])
        )

    def _event_columns(self) -> Columns:
        return self.events

    def life(self, number: str) -> Life:
        """A panel life by its number. Raises `UnknownNameError` where it is not in the panel."""
        wanted = number.strip().upper()
        if wanted.isascii() and wanted.isdigit():
            wanted = f"SYN-{int(wanted):07d}"
        if wanted not in self.lives:
            known = [*list(self.lives)[:3], f"{len(self.lives):,} in all"]
            raise UnknownNameError("panel life", number, known)
        return self.lives[wanted]

    def person(self, number: str) -> dict[str, Any]:
        """What the panel says of a person: five-year age band, sex, kind of place, region."""
        return next(one for one in self.manifest["panel"] if one["number"] == number)

    def summary(self, arm: str | None = None) -> Summary:
        """The table for a reader: an arm beside today's law (default: the first arm with a regime)."""
        from moot.findings.summary import summary_of

        return summary_of(self, arm)

    def plot(self, arm: str | None = None) -> Figure:
        """A figure of an arm by day, which notebooks show and `.save(path)` writes (SVG or HTML)."""
        from moot.findings.figure import figure_of

        return figure_of(self, arm)

    def branch(
        self,
        at: str | date,
        *,
        regime: str | Path | Regime | None = None,
        values: Mapping[str, object] | None = None,
        arm: str | None = None,
        threads: int | None = None,
        out: str | Path | None = None,
        force: bool = False,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> Run:
        """The same run with an intervention: from the day `at` on, an arm lives under another law.

        The law is another `regime` (a name, a file, or one that was loaded), or the arm's own with other
        `values` at dotted paths such as ``{"schemes.0.catalogue.jaywalking.points": 40}``. `arm` is by
        default the first that is not the comparator. It equals, bit for bit, a run of the scenario with that
        change from its first day; where this run kept checkpoints of this version of Moot, days before `at`
        are not simulated again. The result stays in memory, or is written to the folder `out`.

        Raises `UserError` for a day outside the run, and for what cannot change in the middle of one: names
        and numbers of schemes, tiers, lists, sensors; repair; memory; redress.
        """
        from moot.findings.resuming import branched
        from moot.findings.saving import save, writable
        from moot.regime.reading import load_regime

        day = at if isinstance(at, date) else _date_of(at)
        loaded = load_regime(regime) if isinstance(regime, (str, Path)) else regime
        if out is not None:
            writable(Path(out), self.people, len(self.manifest["panel"]), force=force)
        result = branched(
            self, day, regime=loaded, values=values, arm=arm, threads=threads, progress=progress
        )
        if out is None:
            return run_of(result)
        save(result, Path(out), force=force)
        return open_run(out, check=False)

    @property
    def other_arm(self) -> str:
        """The first arm that is not the comparator, or the comparator where it is alone."""
        return next((arm for arm in self.arms if arm != self.rules.comparator), self.arms[0])

    def __repr__(self) -> str:
        where = f" in {self.folder}" if self.folder else ""
        return (
            f"<Run {self.manifest['scenario']['name']}: {self.people:,} synthetic people × {self.days} days, "
            f"arms {', '.join(self.arms)}, seed {self.seed}, digest {self.digest[:12]}{where}>"
        )

    def _repr_html_(self) -> str:
        return f"<p><code>{escape(repr(self))}</code></p>{self.summary().html()}"


def _date_of(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(f"{text} is not a date; expected one such as 2028-06-01") from None


def run_of(result: Result) -> Run:
    """A finished run in memory, as a `Run`."""
    from moot.findings.saving import manifest_and_tables

    run = Run(*manifest_and_tables(result))
    run.__dict__["scenario"] = result.scenario
    run._totals = totals_of(result)
    return run


def open_written(path: Path, made: Run) -> Run:
    """The run that was just written to a folder; what is known of it in memory is not worked out again."""
    run = open_run(path, check=False)
    run.__dict__["scenario"] = made.scenario
    run._totals = made._totals
    return run


def open_run(path: str | Path, *, check: bool = True) -> Run:
    """The run in a folder; nothing large is read before it is asked for.

    Raises `RunError` where there is none, where a file is missing, or where one was changed since (`check`).
    """
    run = Run.at(path, check=check)
    if not isinstance(run, Run):
        raise RunError(f"{path} cannot be opened")
    return run
