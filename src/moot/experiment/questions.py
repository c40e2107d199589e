"""What an experiment is asked beside its table: metrics, twins, causes, what would flip it, what is milder.

Conclusions are declared before anything is looked at: a measure, an arm, what it is held against, which way
it goes and by how much. They are about this model; one that holds says nothing of a real country.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Literal, get_args

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from moot.declaring.complaints import Complaint, complain_unknown
from moot.declaring.source import Place
from moot.declaring.values import Many, Part, Reference, Slug, Text

__all__ = [
    "ALL", "BURDENS", "DEFAULT", "Burden", "Causes", "DeclaredConclusion", "Frontier", "Size", "Sweep",
    "check_conclusions", "check_conclusions_in",
]  # fmt: skip

MOST_NUMBERS = 10
"""Numbers among which the variance of a result is divided, at most."""
ALL, DEFAULT = "all", "default"
"""Every metric; the players that a regime has, without a file of them."""
Burden = Literal[
    "lawful-acts-charged", "wrong-charges", "false-stops", "refusals", "work-lost", "lawful-acts-forgone",
    "lawful-acts-prevented", "ties-cut",
]  # fmt: skip
"""What is put beside an effect, each apart and never summed."""
BURDENS: tuple[Burden, ...] = get_args(Burden)


class Size(Part):
    """On how many people, for how many days and how often; what is left out is as the experiment has it."""

    people: int | None = Field(default=None, ge=1, le=2_000_000_000)
    days: int | None = Field(default=None, ge=1, le=36_525)
    replicates: int | None = Field(default=None, ge=2, le=1_000)


class Causes(Size):
    """Which mechanism does how much: `players` is a file of them, or `default`.

    `orders` are drawn where there are more than six players, each with its reverse. A name or a path alone
    is the file.
    """

    players: Reference = DEFAULT
    orders: int = Field(default=10, ge=2, le=200)

    @model_validator(mode="before")
    @classmethod
    def _short_spelling(cls, given: Any) -> Any:
        return {"players": given} if isinstance(given, str) else given

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        full = handler.resolve_ref_schema(handler(schema))
        return {"anyOf": [{"type": "string"}, full], "title": "Causes"}


class DeclaredConclusion(Part):
    """A sentence that is declared beforehand: `measure` goes up or down in `arm`, by more than `margin`.

    `measure` is a name or a pattern, whose matches are added up; `beside` the arm that it is held against
    (default: the comparator); `margin` is per 1,000 synthetic people; `scenario` may be left out where the
    experiment has one.
    """

    conclusion: Slug
    measure: Text
    arm: Slug
    beside: Slug | None = None
    goes: Literal["up", "down"]
    margin: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    scenario: Slug | None = None


class Sweep(Part):
    """How far `moot flip` looks: which declared ranges are moved, and from how many points.

    `over`: names of numbers, or how names begin (default: every declared range). `trajectories` of the
    screening, each moving every number once; `draws` of all numbers at once, in which it is told how often a
    conclusion holds; `numbers` at most, of the largest effect, among which variance is divided, on `points`
    (a power of two); `seeds` of the experiment taken as one more number (default: its replicates, 8 at most);
    `seed` is that of the sampling; `people` and `days` are those of its jobs (default: the experiment's).
    """

    over: Many[Text] = ()
    trajectories: int = Field(default=4, ge=2, le=200)
    draws: int = Field(default=40, ge=10, le=10_000)
    numbers: int = Field(default=6, ge=1, le=MOST_NUMBERS)
    points: int = Field(default=16, ge=16, le=4_096)
    seeds: int | None = Field(default=None, ge=2, le=1_000)
    seed: int = Field(default=1, ge=0)
    people: int | None = Field(default=None, ge=1, le=2_000_000_000)
    days: int | None = Field(default=None, ge=1, le=36_525)


class Frontier(Part):
    """What `moot frontier` asks: which milder schemes reach as much, and how much less burden they bring.

    `aim`: an act, a domain or `offences` (`moot.regime.aims`), always true acts. `margin`: by how many true
    acts per 1,000 synthetic people a scheme may fall short and still reach as much. `burdens`: in which
    order they choose the least burdensome; those left out follow, so that no file can leave one out.
    `fresh`: replicates on which is reported, none of which chose (default: as many as chose). `rounds` of
    the search, each of which goes one step milder (0: no search). `people`, `days` and `replicates` that
    choose are the experiment's, if left out.
    """

    aim: Text
    margin: float = Field(ge=0, allow_inf_nan=False)
    burdens: Many[Burden] = Field(default=(), max_length=20)
    fresh: int | None = Field(default=None, ge=10, le=1_000)
    rounds: int = Field(default=2, ge=0, le=20)
    people: int | None = Field(default=None, ge=1, le=2_000_000_000)
    days: int | None = Field(default=None, ge=1, le=36_525)
    replicates: int | None = Field(default=None, ge=10, le=1_000)


def check_conclusions(told: Collection[DeclaredConclusion], sweep: Sweep | None) -> Iterator[Complaint]:
    """What one conclusion says against another, and what of the sweep has no form."""
    seen: list[str] = []
    for number, one in enumerate(told):
        at: Place = ("conclusions", number)
        if one.conclusion in seen:
            yield Complaint(at=(*at, "conclusion"), message=f'"{one.conclusion}" is declared twice')
        seen.append(one.conclusion)
        if one.beside == one.arm:
            yield Complaint(at=(*at, "beside"), message=f"{one.arm} does not differ from itself")
    if sweep is not None:
        if sweep.points & (sweep.points - 1):
            message = f"expected a power of two (16, 32, 64 …), got {sweep.points}"
            yield Complaint(at=("flip", "points"), message=message)
        if not told:
            message = "there is nothing to flip; expected `conclusions` in this file"
            yield Complaint(at=("flip",), message=message)


def check_conclusions_in(
    told: Collection[DeclaredConclusion], arms: Mapping[str, Collection[str]]
) -> Iterator[Complaint]:
    """Scenarios and arms that conclusions name and that there are not; `arms` by scenario."""
    for number, one in enumerate(told):
        at: Place = ("conclusions", number)
        if one.scenario is not None and one.scenario not in arms:
            yield complain_unknown((*at, "scenario"), "scenario", one.scenario, list(arms))
            continue
        if one.scenario is None and len(arms) > 1:
            message = f"of which scenario? expected `scenario`: {', '.join(arms)}"
            yield Complaint(at=at, message=message)
            continue
        known = list(arms[one.scenario or next(iter(arms))])
        for key in ("arm", "beside"):
            name = getattr(one, key)
            if name is not None and name not in known:
                yield complain_unknown((*at, key), "arm", name, known)
