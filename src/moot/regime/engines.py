"""Score engines: from a charge to a number, where a table of points is not what a scheme declares.

Whatever a scheme declares, what runs is a table of points (`points_table`): an engine is a way to fill it.

- `weights`: themes, categories and sub-categories with weights in 1/1024, each level summing to 1,024; an act
  has a sub-category and a severity. Its points are span × W · w · v · severity, rounded symmetrically.
- `engine: logistic`: S = floor + (ceiling − floor) · (1 − σ(z)), z the sum of the log-odds of charges still
  counted. What runs is −z in units of 1/1024: log-odds add up as points do, repair gives them back in the
  same unit, and as S falls with z, the tiers of S are thresholds of −z. S itself is looked up when told.
- `engine: learned`: the same, with log-odds that Moot fitted on synthetic lives and ships as whole numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from moot.catalogue import catalogue
from moot.declaring.complaints import Complaint, complain_unknown
from moot.declaring.files import data_folder
from moot.declaring.source import Place, read_source
from moot.declaring.values import Part, Slug

if TYPE_CHECKING:
    from moot.regime.schema import Entry, Repair, Scheme

__all__ = [
    "FULL",
    "LIMIT",
    "UNIT",
    "Category",
    "Engine",
    "Theme",
    "bent",
    "check_engine",
    "in_points",
    "learned_names",
    "points_table",
    "shown",
    "worth",
]

FULL = 1024  # what the weights of each level sum to
UNIT = 1024  # whole numbers in one unit of log-odds
LIMIT = 31 * UNIT  # the predictor is kept within 31 units of log-odds: a score is 16 bits wide
WIDEST = 4000  # points of a logistic scale, so that each of them is some value of the predictor

Engine = Literal["points", "logistic", "learned"]
Weight = int


class Category(Part):
    """A category: its weight in its theme, and the weights of its sub-categories in it; in 1/1024."""

    weight: Weight = Field(ge=0, le=FULL)
    sub_categories: dict[Slug, Weight] = Field(min_length=1)


class Theme(Part):
    """A theme: its weight in the score, and its categories; in 1/1024."""

    weight: Weight = Field(ge=0, le=FULL)
    categories: dict[Slug, Category] = Field(min_length=1)


# Weights.


def _share_of(scheme: Scheme, sub_category: str) -> int | None:
    """W · w · v of a sub-category in 1/1024³, or None where there is none of this name."""
    for theme in (scheme.weights or {}).values():
        for category in theme.categories.values():
            if sub_category in category.sub_categories:
                return theme.weight * category.weight * category.sub_categories[sub_category]
    return None


def rounded(value: Fraction) -> int:
    """The nearest whole number, half away from zero."""
    size = math.floor(abs(value) + Fraction(1, 2))
    return size if value >= 0 else -size


def _weighed(scheme: Scheme, entry: Entry) -> int:
    """Points of an act by the weights of its sub-category."""
    share = _share_of(scheme, entry.sub_category or "") or 0
    severity = Fraction(str(entry.severity.at())) if entry.severity is not None else Fraction(0)
    span = scheme.score.ceiling - scheme.score.floor
    return rounded(severity * span * share / FULL**3)


# The logistic link.


def bent(scheme: Scheme) -> bool:
    """Whether the score is a curve over a predictor, so that points have no fixed worth."""
    return scheme.engine in ("logistic", "learned")


@lru_cache(maxsize=1 << 17)
def _linked(predictor: int, floor: int, ceiling: int) -> int:
    """The shown score at −z = `predictor` / 1024; rounded to 1e-9 first, so that machines agree."""
    share = 1.0 / (1.0 + math.exp(-predictor / UNIT))
    return math.floor(round(floor + (ceiling - floor) * share, 9) + 0.5)


def shown(scheme: Scheme, predictor: int) -> int:
    """The score as it is told, from the number that runs: the same number, or the link of the predictor."""
    if not bent(scheme):
        return predictor
    return _linked(min(LIMIT, max(-LIMIT, predictor)), scheme.score.floor, scheme.score.ceiling)


def _reaches(scheme: Scheme, score: int) -> int:
    """The lowest predictor at which the shown score is `score` or more."""
    low, high = -LIMIT, LIMIT
    while low < high:
        middle = (low + high) // 2
        if shown(scheme, middle) >= score:
            high = middle
        else:
            low = middle + 1
    return low


def _inverse(scheme: Scheme, score: int) -> int:
    """The predictor of a shown score: its logit; at the ends of the scale the first that is rounded there."""
    floor, ceiling = scheme.score.floor, scheme.score.ceiling
    if score >= ceiling:
        return _reaches(scheme, ceiling)
    if score <= floor:
        return -LIMIT
    share = (score - floor) / (ceiling - floor)
    return round(round(UNIT * math.log(share / (1.0 - share)), 9))


def units(log_odds: float) -> int:
    """Log-odds in 1/1024, rounded symmetrically."""
    return rounded(Fraction(str(log_odds)) * UNIT)


# What runs.


def points_table(scheme: Scheme) -> Scheme:
    """The scheme as it runs: a table of points, on the scale of the predictor where the engine has one."""
    if scheme.weights is None and not bent(scheme):
        return scheme
    learned = _coefficients(scheme.learned_from) if scheme.learned_from is not None else {}
    catalogue = {}
    for name, entry in scheme.catalogue.items():
        if scheme.weights is not None:
            size = _weighed(scheme, entry)
        elif scheme.engine == "learned":
            size = learned.get(name, 0)
        else:
            size = units(entry.log_odds.at()) if entry.log_odds is not None else 0
        gains = bool(entry.earns) or size < 0
        changes: dict[str, Any] = {"merit": abs(size)} if gains else {"points": size}
        if entry.counted_per_day is not None:
            changes["cap_per_day"] = max(1, entry.counted_per_day * abs(size))
        catalogue[name] = entry.model_copy(update=changes)
    plain: dict[str, Any] = {"catalogue": catalogue, "weights": None, "engine": None, "learned_from": None}
    if not bent(scheme):
        return scheme.model_copy(update=plain)
    lists = tuple(
        rule.model_copy(
            update={"exit": rule.exit.model_copy(update={"score": _inverse(scheme, rule.exit.score)})}
        )
        if rule.exit.score is not None
        else rule
        for rule in scheme.lists
    )
    return scheme.model_copy(update=plain | {"score": _score(scheme), "lists": lists})


def _score(scheme: Scheme) -> Any:
    score = scheme.score
    tiers = tuple(
        tier.model_copy(
            update={"from_": -LIMIT if tier.from_ <= score.floor else _reaches(scheme, tier.from_)}
        )
        for tier in score.tiers
    )
    novice = score.novice_start
    return score.model_copy(
        update={
            "start": _inverse(scheme, score.start),
            "novice_start": None if novice is None else _inverse(scheme, novice),
            "floor": -LIMIT,
            "ceiling": _reaches(scheme, score.ceiling),
            "tiers": tiers,
            "repair": tuple(_repair(scheme, rule) for rule in score.repair),
        }
    )


def _repair(scheme: Scheme, rule: Repair) -> Repair:
    changes: dict[str, Any] = {}
    if rule.log_odds is not None:
        changes["points"] = max(1, units(rule.log_odds.at()))
    if isinstance(rule.to, int):
        changes["to"] = _inverse(scheme, rule.to)
    return rule.model_copy(update=changes)


def worth(scheme: Scheme, points: int, language: str = "en") -> str:
    """What a charge or a fall costs, in words: points, or log-odds; a gain has a plus."""
    if not bent(scheme):
        return in_points(points, language)
    say = catalogue("scheme", language)
    said = say("log-odds", amount=say.figures(f"{abs(points) / UNIT:.3g}"))
    return say("gained", points=said) if points < 0 else said


def in_points(points: int, language: str = "en") -> str:
    """Points in words; a gain (negative) has a plus."""
    say = catalogue("scheme", language)
    said = say("points", count=abs(points))
    return say("gained", points=said) if points < 0 else said


# Learned engines: whole numbers that are shipped, and no others.


def learned_names() -> list[str]:
    """The learned engines that are shipped."""
    folder = data_folder() / "engines"
    return sorted(path.stem for path in folder.glob("*.yaml")) if folder.is_dir() else []


@lru_cache(maxsize=8)
def _coefficients(name: str) -> dict[str, int]:
    """Log-odds by act in 1/1024 of a shipped engine; empty where there is none of this name."""
    if name not in learned_names():
        return {}
    data = read_source(data_folder() / "engines" / f"{name}.yaml").data
    return {str(act): int(value) for act, value in data["log_odds_1024"].items()}


# Checks.


def check_engine(at: Place, scheme: Scheme) -> Iterator[Complaint]:
    """What an engine asks of the rest of its scheme."""
    yield from _check_weights((*at, "weights"), scheme)
    for name, entry in scheme.catalogue.items():
        yield from _check_entry((*at, "catalogue", name), scheme, name, entry)
    yield from _check_learned(at, scheme)
    for number, rule in enumerate(scheme.score.repair):
        place: Place = (*at, "score", "repair", number)
        if bent(scheme) and rule.points is not None:
            message = f"stands in points; a {scheme.engine} score is repaired in `log_odds`"
            yield Complaint(at=(*place, "points"), message=message, at_key=True)
        if not bent(scheme) and rule.log_odds is not None:
            message = "stands only with `engine: logistic` or `learned`"
            yield Complaint(at=(*place, "log_odds"), message=message, at_key=True)
    if bent(scheme):
        yield from _check_bent(at, scheme)


def _check_weights(at: Place, scheme: Scheme) -> Iterator[Complaint]:
    if scheme.weights is None:
        return
    if bent(scheme):
        message = f"stands beside `engine: {scheme.engine}`; expected one of the two"
        yield Complaint(at=at, message=message, at_key=True)
    yield from _summed(at, "themes", [theme.weight for theme in scheme.weights.values()])
    used = {entry.sub_category for entry in scheme.catalogue.values()}
    seen: set[str] = set()
    for name, theme in scheme.weights.items():
        place: Place = (*at, name, "categories")
        weights = [category.weight for category in theme.categories.values()]
        yield from _summed(place, f"categories of {name}", weights)
        for word, category in theme.categories.items():
            inside: Place = (*place, word, "sub_categories")
            yield from _summed(inside, f"sub-categories of {word}", list(category.sub_categories.values()))
            for sub, weight in category.sub_categories.items():
                where: Place = (*inside, sub)
                if not 0 <= weight <= FULL:
                    yield Complaint(at=where, message=f"is {weight}; expected a weight from 0 to {FULL:,}")
                if sub in seen:
                    yield Complaint(at=where, message=f'two sub-categories are called "{sub}"', at_key=True)
                elif sub not in used:
                    message = f"no act of the catalogue is in {sub}; its share of the scale is never lost"
                    yield Complaint(at=where, message=message, at_key=True, warning=True)
                seen.add(sub)


def _summed(at: Place, what: str, weights: list[int]) -> Iterator[Complaint]:
    if sum(weights) != FULL:
        message = f"the weights of the {what} sum to {sum(weights):,}; expected {FULL:,}"
        yield Complaint(at=at, message=message, at_key=True)


def _check_entry(at: Place, scheme: Scheme, name: str, entry: Entry) -> Iterator[Complaint]:
    """The keys that an entry needs under the engine of its scheme, and those that it cannot have."""
    says: str
    needs: tuple[str, ...]
    if scheme.weights is not None:
        says, needs = "a scheme with `weights`", ("sub_category", "severity")
    elif scheme.engine == "logistic":
        says, needs = "a logistic scheme", ("log_odds",)
    elif scheme.engine == "learned":
        says, needs = "a learned engine brings its own numbers and", ()
    else:
        says, needs = "a table of points", ()
    plain = scheme.weights is None and not bent(scheme)
    allowed = {*needs, *(("points", "merit", "cap_per_day") if plain else ("counted_per_day",))}
    allowed |= {"earns"} if needs else set()
    every = ("points", "merit", "cap_per_day", "sub_category", "severity", "log_odds", "earns")
    for key in (*every, "counted_per_day"):
        if getattr(entry, key) is not None and key not in allowed:
            yield Complaint(at=(*at, key), message=f"{says} has no `{key}` for an act", at_key=True)
    for key in needs:
        if getattr(entry, key) is None:
            yield Complaint(at=at, message=f'the key "{key}" is missing; {says} needs it for each act')
    if plain and (entry.points is None) == (entry.merit is None):
        yield Complaint(at=at, message="needs exactly one of `points` (a cost) and `merit` (a gain)")
    if scheme.weights is not None and entry.sub_category is not None:
        known = [
            sub
            for theme in scheme.weights.values()
            for category in theme.categories.values()
            for sub in category.sub_categories
        ]
        if entry.sub_category not in known:
            yield complain_unknown((*at, "sub_category"), "sub-category", entry.sub_category, known)
        elif entry.severity is not None and entry.severity.at() > 0 and _weighed(scheme, entry) == 0:
            message = f"the weight of {entry.sub_category} × severity rounds to 0 points"
            yield Complaint(at=at, message=message, warning=True)


def _check_learned(at: Place, scheme: Scheme) -> Iterator[Complaint]:
    if scheme.engine != "learned":
        if scheme.learned_from is not None:
            message = "stands only with `engine: learned`"
            yield Complaint(at=(*at, "learned_from"), message=message, at_key=True)
        return
    if scheme.learned_from is None:
        yield Complaint(at=at, message='the key "learned_from" is missing; it names a shipped engine')
        return
    if scheme.learned_from not in learned_names():
        yield complain_unknown((*at, "learned_from"), "learned engine", scheme.learned_from, learned_names())
        return
    known = _coefficients(scheme.learned_from)
    for name in scheme.catalogue:
        if name not in known:
            message = f"{scheme.learned_from} was never shown {name}; expected one of: {', '.join(known)}"
            yield Complaint(at=(*at, "catalogue", name), message=message, at_key=True)


def _check_bent(at: Place, scheme: Scheme) -> Iterator[Complaint]:
    """What stands in points elsewhere has no meaning on a curved scale."""
    score, kind = scheme.score, scheme.engine
    if score.ceiling - score.floor > WIDEST:
        message = f"a {kind} scale has at most {WIDEST:,} points"
        yield Complaint(at=(*at, "score", "ceiling"), message=message)
    for key in ("start", "novice_start"):
        value = getattr(score, key)
        if value is not None and value in (score.floor, score.ceiling):
            message = f"{value} is an end of the scale, which a {kind} score nears and never starts from"
            yield Complaint(at=(*at, "score", key), message=message)
    if score.hysteresis:
        message = f"stands in points, which differ in width along a {kind} scale; expected none"
        yield Complaint(at=(*at, "score", "hysteresis"), message=message, at_key=True)
    for number, rule in enumerate(score.repair):
        if rule.if_ == "last-loss-was-one":
            message = f"speaks of one point; a {kind} score has none"
            yield Complaint(at=(*at, "score", "repair", number, "if"), message=message)
    if scheme.association is not None and scheme.association.points:
        message = f"stands in points; a {kind} score has none, so a fall costs ties nothing here"
        yield Complaint(at=(*at, "association", "points"), message=message, at_key=True)
    for number, _ in enumerate(scheme.offers):
        message = f"gives points; a {kind} score has none"
        yield Complaint(at=(*at, "offers", number, "points"), message=message, at_key=True)
