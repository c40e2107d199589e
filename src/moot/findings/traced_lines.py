"""Metrics and twins of an experiment as lines to read."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from moot.findings.report_groups import TOO_FEW
from moot.findings.summary import WIDTH, two
from moot.findings.twins import COUNTED, COUPLING

__all__ = ["bounds", "metric_lines", "number", "twin_lines"]

NOT_MET = "in no replicate"
SAMPLE = "A random sample of lives, at most one person in a hundred; nobody is chosen by what they did."


def number(one: Mapping[str, Any]) -> str:
    """A number of a metric as read: two digits, a star on few events, interval, range, in how many."""
    if one["mean"] is None:
        return str(one.get("why") or NOT_MET)
    star = "*" if one["few"] else ""
    said = f"{two(one['mean'])}{star} {one['unit']}"
    if one["span"] is not None:
        said += f"; range over assumptions {two(one['span']['low'])} to {two(one['span']['high'])}"
    if one["interval"] is not None:
        said += f"; interval {two(one['interval']['low'])} to {two(one['interval']['high'])}"
    if one["replicates"] < one["of"]:
        said += f"; in {one['replicates']} of {one['of']} replicates"
    return said


def metric_lines(content: Mapping[str, Any], scenario: str, arm: str) -> list[str]:
    """The metrics of an arm, each beside the twin and in its own unit; nothing where there are none."""
    mine = [one for one in content["numbers"] if (one["scenario"], one["arm"]) == (scenario, arm)]
    if not mine:
        return []
    lines = [f"Metrics of {arm}: {_size(content, scenario)}, mean over replicates"]
    name = ""
    for one in mine:
        if one["metric"] != name:
            name = one["metric"]
            lines.append(f"  {name}  {content['about'][name]['name']}")
        lines += _wrapped(f"    {one['what']}: {number(one)}", "        ")
        for group in one.get("groups", ()):
            told = TOO_FEW if group["mean"] is None else two(group["mean"])
            lines.append(f"      {group['attribute']} {group['level']}: {told}")
    return lines


def twin_lines(content: Mapping[str, Any], scenario: str, arm: str) -> list[str]:
    """An arm beside its twins: shares and losses, each with its bounds; nothing where there are none."""
    lines: list[str] = []
    for one in content["arms"]:
        if (one["scenario"], one["arm"]) != (scenario, arm):
            continue
        said = [
            f"{arm} beside {one['twin']}: {one['lives']:,} lives in {one['replicates']} replicates, "
            f"{_size(content, scenario)}. {SAMPLE}",
            COUPLING,
            COUNTED,
            f"worse off than the twin: {bounds(one['worse'])} of 1,000; better: {bounds(one['better'])}; the "
            f"same: {bounds(one['same'])}",
            f"mean loss, the same in every pairing: {two(one['mean']['mean'], sign=True)} events a life; "
            f"lost by those who lose {bounds(one['lost'], 1)}, gained by those who gain "
            f"{bounds(one['gained'], 1)}",
            f"mean loss of the {100 * one['tail']:.0f} % who lose most: {bounds(one['worst'], 1)}",
            *(f"lose more than {x['by']:.0f}: {bounds(x)} of 1,000" for x in one["above"]),
        ]
        lines += [x for line in said for x in _wrapped(line, "    ")]
        lines += list(_groups(one["groups"]))
    return lines


def _groups(groups: list[dict[str, Any]]) -> Iterator[str]:
    few: dict[str, list[str]] = {}
    for group in groups:
        if group["worse"] is None:
            few.setdefault(group["attribute"], []).append(group["level"])
        else:
            told = f"worse {bounds(group['worse'])}, better {bounds(group['better'])}"
            yield f"  {group['attribute']} {group['level']} ({group['people']:,}): {told}"
    for attribute, levels in few.items():
        yield from _wrapped(f"  {attribute}, {TOO_FEW}: {', '.join(levels)}", "    ")


def _size(content: Mapping[str, Any], scenario: str) -> str:
    size = next(one for one in content["scenarios"] if one["name"] == scenario)
    return f"{size['people']:,} synthetic people × {size['days']} days, {content['replicates']} replicates"


def bounds(one: Mapping[str, Any], scale: float = 1000) -> str:
    """What is found under shared draws, in brackets the bounds over all couplings."""
    return f"{two(scale * one['shared'])} [{two(scale * one['low'])}, {two(scale * one['high'])}]"


def _wrapped(line: str, indent: str) -> list[str]:
    return textwrap.wrap(line, WIDTH, subsequent_indent=indent)
