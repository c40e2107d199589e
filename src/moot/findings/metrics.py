"""The metrics of a finished run, by arm: each defined once, in its natural unit, never summed into an index.

`src/moot/data/metrics.yaml` says in words what each is and is not. Every number stands beside its twin: an
arm with a regime is compared with the same people under today's law.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from moot.errors import RunError, UserError
from moot.findings.metric_parts import Asked, Found
from moot.findings.metric_words import MetricWords, load_metrics
from moot.findings.metrics_lives import OF_LIVES
from moot.findings.metrics_mirror import mirror
from moot.findings.metrics_totals import OF_TOTALS
from moot.findings.summary import HEADER

if TYPE_CHECKING:
    from moot.findings.run import Run

__all__ = ["as_dict", "known_metric", "lines_of", "metric", "metrics"]


OF_FILES = {"M_TWIN": mirror}
"""By metric: what follows from the declarations without a run."""


def known_metric(name: str) -> MetricWords:
    """The metric of this id; small letters and a missing `M_` are understood. Raises `UserError`."""
    known = load_metrics().by_id
    word = name.strip().upper()
    for one in (word, f"M_{word}"):
        if one in known:
            return known[one]
    near = difflib.get_close_matches(word if word.startswith("M_") else f"M_{word}", known, 1)
    hint = f'did you mean "{near[0]}"?' if near else f"there is {', '.join(known)}"
    raise UserError(f"{name}: no metric has this id; {hint}")


def metric(run: Run, name: str) -> dict[str, tuple[Found, ...]]:
    """What one metric finds in each arm with a regime, by arm; no number where it has nothing to divide by.

    Raises `UserError` for a metric that there is not or that is not computed, with the reason, and `RunError`
    for a run in which a probability was clamped, of which no number is told.
    """
    words = known_metric(name)
    if not words.computed:
        raise UserError(f"{words.id} ({words.name}) is not computed: {words.reason}")
    return {asked.arm: _found(words, asked) for asked in _arms(run)}


def metrics(run: Run, names: Sequence[str] = ()) -> dict[str, dict[str, tuple[Found, ...]]]:
    """What all metrics that are computed (or those named) find, by id and arm. Raises as `metric` does."""
    asked = [known_metric(name) for name in names] or [one for one in load_metrics().rows if one.computed]
    for words in asked:
        if not words.computed:
            raise UserError(f"{words.id} ({words.name}) is not computed: {words.reason}")
    arms = list(_arms(run))
    return {words.id: {one.arm: _found(words, one) for one in arms} for words in asked}


def _arms(run: Run) -> Iterator[Asked]:
    totals = {arm: run.totals(arm) for arm in run.arms}
    clamped = sum(found.get("engine:clamped", 0) for found in totals.values())
    if clamped:
        raise RunError(f"in this run {clamped:,} probabilities were clamped; no metric is told of such a run")
    if run.rules.arms[run.rules.comparator].regime is not None:
        raise RunError("this run has no arm under today's law: every metric is told beside it")
    for arm in run.arms:
        if run.rules.arms[arm].regime is not None:
            yield Asked(run, arm, totals)


def _found(words: MetricWords, asked: Asked) -> tuple[Found, ...]:
    parts = (table[words.id] for table in (OF_TOTALS, OF_LIVES, OF_FILES) if words.id in table)
    return tuple(one for part in parts for one in part(asked))


def lines_of(run: Run, found: dict[str, dict[str, tuple[Found, ...]]], arm: str | None = None) -> list[str]:
    """The metrics as lines of text: per 1,000 synthetic people, two significant digits, no total."""
    known = load_metrics()
    lines = [
        run.manifest["scenario"]["title"],
        *HEADER,
        "A number with a star rests on fewer than ten events.",
        "",
    ]
    for row in known.rows:
        if row.id not in found:
            continue
        lines.append(f"{row.id}  {row.name}")
        lines.append(f"  It is not {row.is_not}.")
        for name, parts in found[row.id].items():
            if arm is not None and name != arm:
                continue
            lines.append(f"  {name}")
            lines += [f"    {one.what}: {one.told}" for one in parts]
            if not parts:
                lines.append("    nothing of the kind is in this arm")
        if row.left_out is not None:
            lines.append(f"  Left out: {row.left_out}.")
    apart = [row for row in known.rows if not row.computed] if len(found) > 1 else []
    if apart:
        lines.append("Not computed")
        lines += [f"  {row.id}  {row.name}: {row.reason}" for row in apart]
    return lines


def as_dict(run: Run, found: dict[str, dict[str, tuple[Found, ...]]]) -> dict[str, Any]:
    """The metrics as plain values, raw, with what each is."""
    rows = {row.id: row.model_dump(mode="json", exclude_none=True) for row in load_metrics().rows}
    return {
        "run": str(run.folder) if run.folder else None,
        "digest": run.digest,
        "people": run.people,
        "days": run.days,
        "says": list(HEADER),
        "metrics": {
            name: rows[name]
            | {"arms": {arm: [one.as_dict() for one in parts] for arm, parts in by_arm.items()}}
            for name, by_arm in found.items()
        },
        "not_computed": {name: row for name, row in rows.items() if not row["computed"]},
    }
