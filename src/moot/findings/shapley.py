"""Which mechanism does how much: a total effect divided among mechanisms that act together.

A *coalition* is a set of mechanisms that are switched on; its value is what a run with just these gives, in
the unit of the measure. Two questions are easy and mislead where mechanisms need each other: what one does
*alone*, and what is missing when it goes *last*. The value of Shapley is the mean of what a mechanism adds
over all orders of switching on, so the parts add up to the whole. Where mechanisms belong together (all
cameras, all lists), the value of Owen switches on group by group.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import factorial, sqrt
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from moot.errors import UserError
from moot.findings.intervals import Interval, mean_interval, t_quantile
from moot.findings.samples import Numbers, between, generator, share, table

__all__ = ["Attribution", "Pair", "Part", "attribution", "estimated_attribution", "members"]

MOST = 12
"""Mechanisms for which a table of all coalitions is taken: 4,096 runs a replicate."""
ROUNDING = 1e-12

Groups = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Part:
    """One mechanism. All intervals are over replicates, in the unit of the measure.

    `value` is its value after Shapley (after Owen, with groups), `alone` what it does when nothing else is
    on, `last` what is gone when it alone is switched off.
    """

    name: str
    value: Interval
    alone: Interval
    last: Interval

    @property
    def only_together(self) -> bool:
        """It does something, but nothing that is seen without the others."""
        return self.alone.holds(0) and not self.value.holds(0)

    @property
    def replaceable(self) -> bool:
        """It does something, but nothing that is missed where the others stay."""
        return self.last.holds(0) and not self.value.holds(0)


@dataclass(frozen=True)
class Pair:
    """Two mechanisms: `together` what both do when nothing else is on; `index` their interaction.

    `index` is the mean, over what else is on, of what both add beyond what each adds: 0 where they do not
    depend on each other, in the unit of the measure.
    """

    names: tuple[str, str]
    together: Interval
    index: Interval
    kind: Literal["only together", "more than both", "less than both", "no difference seen"]


@dataclass(frozen=True, eq=False)
class Attribution:
    """A total effect and its parts.

    `values`: (replicates, mechanisms) the value of each in each replicate; its rows add up to `totals`:
    (replicates,), all on less none on. `parts` are in the order of the names; `pairs` is empty where orders
    were drawn. `groups` is empty for values after Shapley. `coalitions` were simulated, from `orders` drawn
    orders (0: all, exactly).
    """

    parts: tuple[Part, ...]
    pairs: tuple[Pair, ...]
    total: Interval
    values: Numbers
    totals: Numbers
    groups: tuple[tuple[str, ...], ...]
    coalitions: int
    orders: int

    @property
    def complements(self) -> tuple[Pair, ...]:
        """The pairs that do nothing alone and need each other; where `together` is 0, others as well."""
        return tuple(pair for pair in self.pairs if pair.kind == "only together")


def members(coalition: int, names: Sequence[str]) -> tuple[str, ...]:
    """The mechanisms of a coalition: name j is on where bit j is set, counted from the lowest."""
    return tuple(name for bit, name in enumerate(names) if coalition >> bit & 1)


def attribution(
    values: ArrayLike, names: Sequence[str], *, groups: Groups = (), level: float = 0.95
) -> Attribution:
    """Exact values after Shapley, or after Owen with `groups`, from the values of all coalitions.

    `values`: (replicates, 2^k), at least 2 replicates, in the unit of the measure; column c is the coalition
    `members(c, names)`, so column 0 has none on and the last all. `names`: k of them, 1 to 12. `groups`: each
    name once; empty for none. Raises `UserError`.

    L. S. Shapley, "A value for n-person games" (1953); G. Owen, "Values of games with a priori unions"
    (1977); index of interaction: M. Grabisch and M. Roubens, Int. J. Game Theory 28 (1999).
    """
    names = _named(names, MOST)
    grouped = _grouped(names, groups)
    given = table(values, "values", dims=2, least=2)
    k = len(names)
    if given.shape[1] != 1 << k:
        raise UserError(f"values: expected 2^{k} = {1 << k} coalitions of {k} names, got {given.shape[1]}")
    share(level, "level")
    whole = (1 << k) - 1
    found = np.empty((len(given), k))
    for j in range(k):
        found[:, j] = _weighted(given, j, _orders_before(j, grouped))
    alone = given[:, [1 << j for j in range(k)]] - given[:, :1]
    last = given[:, [whole]] - given[:, [whole & ~(1 << j) for j in range(k)]]
    _settle(found, given)
    parts = tuple(
        Part(name, *(mean_interval(of[:, j], level) for of in (found, alone, last)))
        for j, name in enumerate(names)
    )
    pairs = tuple(_pair(given, i, j, parts, level) for i in range(k) for j in range(i + 1, k))
    totals: Numbers = given[:, whole] - given[:, 0]
    return Attribution(
        parts, pairs, mean_interval(totals, level), found, totals, _by_name(names, grouped, groups), 1 << k, 0
    )


def estimated_attribution(
    value_of: Callable[[int], ArrayLike],
    names: Sequence[str],
    *,
    pairs_of_orders: int,
    seed: int,
    groups: Groups = (),
    level: float = 0.95,
) -> Attribution:
    """The same from orders drawn at random, each with its reverse: for too many coalitions to try all.

    `value_of(coalition)` gives (replicates,), at least 2 and as many each time, in the unit of the measure;
    it is asked once for each coalition (see `members`), `2·pairs_of_orders·(k − 1)` at most and those of
    `alone` and `last`. `names`: 1 to 62. `pairs_of_orders` at least 2. Rows still add up to the total, and
    a mechanism that does nothing still has exactly 0. Raises `UserError`.

    The interval takes in both sources of chance: the error squared is that of means over replicates plus
    that of means over pairs of orders, with the smaller degrees of freedom; what both share is counted
    twice, so it errs to the wide side. Orders with reverses: R. Mitchell et al., J. Mach. Learn. Res. 23
    (2022).
    """
    names = _named(names, 62)
    grouped = _grouped(names, groups)
    between(pairs_of_orders, "pairs_of_orders", 2)
    share(level, "level")
    draw = generator(seed, "orders of mechanisms")
    k, whole = len(names), (1 << len(names)) - 1
    known: dict[int, Numbers] = {}

    def of(coalition: int) -> Numbers:
        if coalition not in known:
            found = table(value_of(coalition), f"values of {members(coalition, names)}", least=2)
            if known and len(found) != len(known[0]):
                raise UserError(
                    f"values of {members(coalition, names)}: expected {len(known[0])} replicates as for "
                    f"none, got {len(found)}"
                )
            known[coalition] = found
        return known[coalition]

    none = of(0)
    added = np.zeros((pairs_of_orders, len(none), k))
    for drawn in added:
        order = [int(j) for at in draw.permutation(len(grouped)) for j in draw.permutation(grouped[at])]
        for way in (order, order[::-1]):
            coalition = 0
            for j in way:
                drawn[:, j] += of(coalition | 1 << j) - of(coalition)
                coalition |= 1 << j
    added /= 2
    totals: Numbers = of(whole) - none
    parts = tuple(
        Part(
            name,
            _crossed_interval(added[:, :, j], level),
            mean_interval(of(1 << j) - none, level),
            mean_interval(of(whole) - of(whole & ~(1 << j)), level),
        )
        for j, name in enumerate(names)
    )
    return Attribution(
        parts,
        (),
        mean_interval(totals, level),
        added.mean(axis=0),
        totals,
        _by_name(names, grouped, groups),
        len(known),
        2 * pairs_of_orders,
    )


def _orders_before(j: int, groups: list[list[int]]) -> Iterator[tuple[int, float]]:
    """(coalition, share of orders): what is on just before mechanism `j`, groups kept together."""
    own = next(group for group in groups if j in group)
    others = [sum(1 << i for i in group) for group in groups if group is not own]
    beside = [i for i in own if i != j]
    m, g = len(groups), len(own)
    for r, outer in _subsets(others):
        for t, inner in _subsets([1 << i for i in beside]):
            count = factorial(r) * factorial(m - r - 1) * factorial(t) * factorial(g - t - 1)
            yield outer | inner, count / (factorial(m) * factorial(g))


def _subsets(masks: list[int]) -> Iterator[tuple[int, int]]:
    """(how many, all of them together) of every subset of `masks`."""
    for chosen in range(1 << len(masks)):
        union = 0
        for at, mask in enumerate(masks):
            if chosen >> at & 1:
                union |= mask
        yield chosen.bit_count(), union


def _weighted(values: Numbers, j: int, before: Iterator[tuple[int, float]]) -> Numbers:
    found = np.zeros(len(values))
    for coalition, weight in before:
        found += weight * (values[:, coalition | 1 << j] - values[:, coalition])
    return found


def _settle(found: Numbers, values: Numbers) -> None:
    """What is left of a sum that is 0 on paper becomes 0, so that rounding is never taken for an effect."""
    found[np.abs(found) <= ROUNDING * np.abs(values).max()] = 0.0


def _pair(values: Numbers, i: int, j: int, parts: tuple[Part, ...], level: float) -> Pair:
    k = len(parts)
    one, other = 1 << i, 1 << j
    index = np.zeros(len(values))
    for s, rest in _subsets([1 << at for at in range(k) if at not in (i, j)]):
        weight = factorial(s) * factorial(k - s - 2) / factorial(k - 1)
        both = values[:, rest | one | other] - values[:, rest | one] - values[:, rest | other]
        index += weight * (both + values[:, rest])
    _settle(index, values)
    together = mean_interval(values[:, one | other] - values[:, 0], level)
    beyond = mean_interval(index, level)
    first, second = parts[i], parts[j]
    # An effect may be a fall: more than both is further in the direction in which they go.
    way = sum(of.alone.mean + of.value.mean for of in (first, second)) + together.mean
    kind: Literal["only together", "more than both", "less than both", "no difference seen"]
    if beyond.holds(0):
        kind = "no difference seen"
    elif way * beyond.mean <= 0:
        kind = "less than both"
    else:
        kind = "only together" if first.only_together and second.only_together else "more than both"
    return Pair((parts[i].name, parts[j].name), together, beyond, kind)


def _crossed_interval(added: Numbers, level: float) -> Interval:
    """The mean of (pairs of orders, replicates) where rows and columns each are drawn at random."""
    mean, squared = float(added.mean()), 0.0
    for axis in (0, 1):
        along: Numbers = added.mean(axis=axis)
        if not np.all(along == along[0]):
            squared += float(along.var(ddof=1)) / len(along)
    df = min(added.shape) - 1
    reach = t_quantile(level, df) * sqrt(squared)
    return Interval(mean - reach, mean + reach, mean, float(level), df, "t")


def _named(names: Sequence[str], most: int) -> tuple[str, ...]:
    found = tuple(names)
    if not 1 <= len(found) <= most:
        raise UserError(f"names: expected 1 to {most} mechanisms, got {len(found)}")
    twice = sorted({name for name in found if found.count(name) > 1})
    if twice:
        raise UserError(f"names: {', '.join(twice)} stands there twice; expected each once")
    return found


def _grouped(names: tuple[str, ...], groups: Groups) -> list[list[int]]:
    """The groups as positions; without any, one for each mechanism, which gives Shapley's value."""
    if not groups:
        return [[j] for j in range(len(names))]
    listed = [name for group in groups for name in group]
    if sorted(listed) != sorted(names) or not all(groups):
        raise UserError(
            f"groups: expected each of {', '.join(names)} in one group, got {', '.join(listed) or 'none'}"
        )
    return [[names.index(name) for name in group] for group in groups]


def _by_name(names: tuple[str, ...], grouped: list[list[int]], groups: Groups) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(names[j] for j in group) for group in grouped) if groups else ()
