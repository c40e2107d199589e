"""Players of an attribution: mechanisms of a regime that can be absent while the scheme still makes sense.

A *coalition* is the regime with the players outside it left out; a mechanism is left out by the same change
that makes it do nothing. What is seen, what it costs and what a score is are the ground on which everything
else stands: without them there is no scheme to ask about, so they are no players.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from moot.declaring.complaints import Complaint, declared, nearest
from moot.declaring.files import kind_of_source, shown
from moot.declaring.source import Place, Source, read_source, source_of_text
from moot.declaring.values import Declaration, Many, Part, Slug, Text
from moot.errors import DeclarationError
from moot.regime.reading import regime_from
from moot.regime.schema import Regime

__all__ = [
    "GROUND",
    "Group",
    "Mechanism",
    "Players",
    "coalition",
    "default_players",
    "load_players",
    "mechanisms_of",
    "players_from",
]

MOST_GROUPS = 8
MOST_PLAYERS = 16
DEFAULT = (
    "announcement", "association", "hiring", "redress", "dismissal", "shunning", "ratings", "past",
    "prevention", "campaigns", "notice", "gaming", "bought-repair", "false-reports", "offers",
    "displacement", "repression-told",
)  # fmt: skip
"""In which order players are taken where no file lists them; refusals and decisions follow."""
DEFAULT_MOST = 4

Content = dict[str, Any]

GROUND = {
    "sensing": "what is seen is the ground: without a sensor nothing else has anything to work on",
    "sensors": "what is seen is the ground: without a sensor nothing else has anything to work on",
    "identification": "who is recognised is a part of sensing, and sensing is the ground",
    "catalogue": "what an act costs is the ground: without it no score moves",
    "score": "the score is the ground: every other mechanism reads it or moves it",
    "tiers": "the tiers are a part of the score, and the score is the ground",
    "repair": "how points come back is a part of the score, and the score is the ground",
    "memory": "how long a charge is kept is a part of the score, and the score is the ground",
    "lists": "a list that refuses nothing does nothing: expected refusals-CONTEXT, or prevention",
    "decisions": "expected decisions-CONTEXT, for instance decisions-housing",
    "refusals": "expected refusals-CONTEXT, for instance refusals-air",
}  # fmt: skip
"""What is refused as a player, and why."""


@dataclass(frozen=True)
class Mechanism:
    """A mechanism of one regime: its name, what it is in words, and how it is left out of the content."""

    name: str
    words: str
    leave_out: Callable[[Content], None]


class Group(Part):
    """Players that belong together; alone in its group, a player stands by itself."""

    group: Slug
    players: Many[Slug] = Field(min_length=1, max_length=MOST_PLAYERS)


class Players(Declaration):
    """A declared list of players, in at most eight groups, and the measures whose change is divided.

    `arm` is the arm whose regime is meant (by default the first with one). A measure is a name, or a pattern
    whose `*` stands for a part of one.
    """

    players: Slug
    title: Text
    arm: Slug | None = None
    measures: Many[Text] = Field(min_length=1, max_length=20)
    groups: Many[Group] = Field(min_length=1, max_length=MOST_GROUPS)

    @property
    def names(self) -> tuple[str, ...]:
        """Every player, in the order of the list."""
        return tuple(name for group in self.groups for name in group.players)

    @property
    def grouped(self) -> tuple[tuple[str, ...], ...]:
        """The players by group; empty where each stands by itself."""
        groups = tuple(tuple(group.players) for group in self.groups)
        return groups if any(len(group) > 1 for group in groups) else ()

    def check_against(self, regime: Regime) -> dict[str, Mechanism]:
        """The mechanisms of a regime that are players here, by name.

        Raises `DeclarationError` where one is no mechanism of this regime, with what it has.
        """
        known = mechanisms_of(regime)
        wrong = []
        for place, name in self._places():
            if name not in known:
                near = nearest(name, list(known))
                message = f"the regime {regime.regime} has no {name}; it has: {', '.join(known) or 'none'}"
                assert self._source is not None
                wrong.append(self._source.problem(place, message, hint=near))
        if wrong:
            raise DeclarationError(wrong)
        return {name: known[name] for name in self.names}

    def _places(self) -> Iterator[tuple[Place, str]]:
        for g, group in enumerate(self.groups):
            for n, name in enumerate(group.players):
                yield ("groups", g, "players", n), name


def load_players(path: str | Path) -> Players:
    """The players that a file declares. Raises `DeclarationError` with every problem of the file."""
    file = Path(path)
    return players_from(read_source(file, shown(file)))


def default_players(regime: Regime, measures: Sequence[str], arm: str) -> Players:
    """The players of a regime where no file lists them: the first four of a fixed order that it has.

    What is no player stays in the ground, as it does with any list; with other players shares are others.
    Raises `DeclarationError` where the regime has no mechanism that could be absent.
    """
    known = mechanisms_of(regime)
    order = {name: n for n, name in enumerate(DEFAULT)}
    chosen = sorted(known, key=lambda name: order.get(name, len(order)))[:DEFAULT_MOST]
    content = {
        "players": "default",
        "title": f"What brings the effects of {regime.name}",
        "arm": arm,
        "measures": list(measures),
        "groups": [{"group": name, "players": [name]} for name in chosen],
    }
    text = json.dumps(content, ensure_ascii=False, indent=1)
    return players_from(source_of_text(text, f"{regime.regime}, default players"))


def players_from(source: Source) -> Players:
    """The players declared in `source`. Raises `DeclarationError` with every problem of the file."""
    kind = kind_of_source(source)
    if kind not in ("players", None):
        message = f"declares a file of the kind {kind}; expected a list of players (moot schema players)"
        raise DeclarationError([source.problem((), message)])
    return declared(Players, source, _check)


def _check(players: Players) -> Iterator[Complaint]:
    seen: set[str] = set()
    for place, name in players._places():
        if name in GROUND:
            yield Complaint(at=place, message=f"{name} is no player: {GROUND[name]}")
        if name in seen:
            yield Complaint(at=place, message=f"{name} stands in the list twice; expected each once")
        seen.add(name)
    groups = [group.group for group in players.groups]
    for number, name in enumerate(groups):
        if name in groups[:number]:
            yield Complaint(at=("groups", number, "group"), message=f'two groups are called "{name}"')
    if len(seen) > MOST_PLAYERS:
        message = f"{len(seen)} players; expected at most {MOST_PLAYERS}"
        yield Complaint(at=("groups",), message=message)


# The mechanisms.


def mechanisms_of(regime: Regime) -> dict[str, Mechanism]:
    """The mechanisms of a regime that can be left out, by name."""
    return {one.name: one for one in _found(regime)}


def _found(regime: Regime) -> Iterator[Mechanism]:
    if regime.announced is not None:
        yield Mechanism(
            "announcement",
            "people hear of the regime and fear charges more",
            _without("announced", "believed_share"),
        )
    if regime.notice:
        yield Mechanism("notice", "people are told of each charge", _with(notice=False))
    if regime.campaigns:
        yield Mechanism("campaigns", "what campaigns say for the scheme", _without("campaigns"))
    if regime.repression_told is not None:
        yield Mechanism(
            "repression-told", "people are told what the scheme does to others", _without("repression_told")
        )
    if regime.retroactive is not None:
        yield Mechanism("past", "what was done before the first day counts", _without("retroactive"))
    if regime.ratings is not None:
        yield Mechanism("ratings", "platform workers are dropped for their rating", _without("ratings"))
    if regime.displacement is not None:
        yield Mechanism(
            "displacement", "what a list prevents is done elsewhere, unscored", _without("displacement")
        )
    if any(one.charges is not None for one in regime.sensors):
        yield Mechanism("false-reports", "ties report what did not happen", _no_false_reports)
    yield from _of_schemes(regime)


OF_SCHEMES = {
    "association": "a fall of tier costs the ties points",
    "shunning": "ties break off with those who fall",
    "redress": "charges can be contested",
    "bought_repair": "points can be bought",
    "gaming": "merits are done for the score",
    "hiring": "a low tier is refused hires",
    "dismissal": "a low tier loses jobs",
}
"""Keys of a scheme that are mechanisms of their own."""


def _of_schemes(regime: Regime) -> Iterator[Mechanism]:
    for key, words in OF_SCHEMES.items():
        if any(getattr(scheme, key) for scheme in regime.schemes):
            yield Mechanism(key.replace("_", "-"), words, _without_in_schemes(key))
    if any(scheme.offers for scheme in regime.schemes):
        yield Mechanism("offers", "points can be taken up by those who fell", _no_offers)
    rules = [rule for scheme in regime.schemes for rule in scheme.lists]
    if any(rule.prevents is not None for rule in rules):
        yield Mechanism("prevention", "lists keep people from what they would do", _no_prevention)
    for context in dict.fromkeys(context for rule in rules for context in rule.refuses):
        yield Mechanism(f"refusals-{context}", f"lists refuse {context}", _no_refusal(context))
    for context in dict.fromkeys(x for scheme in regime.schemes for x in scheme.decisions):
        yield Mechanism(f"decisions-{context}", f"the score decides on {context}", _no_decision(context))


def _without(*keys: str) -> Callable[[Content], None]:
    def leave_out(content: Content) -> None:
        for key in keys:
            content.pop(key, None)

    return leave_out


def _with(**values: object) -> Callable[[Content], None]:
    return lambda content: content.update(values)


def _without_in_schemes(key: str) -> Callable[[Content], None]:
    def leave_out(content: Content) -> None:
        for scheme in content["schemes"]:
            scheme.pop(key, None)

    return leave_out


def _no_false_reports(content: Content) -> None:
    for sensor in content["sensors"]:
        if "charges" in sensor:
            sensor["malicious_per_tie_year"] = 0


def _no_offers(content: Content) -> None:
    """An offer that nobody takes up: lists that it enters people on stay, and stay empty."""
    for scheme in content["schemes"]:
        for offer in scheme.get("offers", ()):
            offer["per_year"] = 0


def _no_prevention(content: Content) -> None:
    for rule in _lists(content):
        rule.pop("prevents", None)


def _no_refusal(context: str) -> Callable[[Content], None]:
    def leave_out(content: Content) -> None:
        for rule in _lists(content):
            rule.get("refuses", {}).pop(context, None)
            rule.get("tries", {}).pop(context, None)

    return leave_out


def _no_decision(context: str) -> Callable[[Content], None]:
    def leave_out(content: Content) -> None:
        for scheme in content["schemes"]:
            scheme.get("decisions", {}).pop(context, None)

    return leave_out


def _lists(content: Content) -> Iterator[Content]:
    for scheme in content["schemes"]:
        yield from scheme.get("lists", ())


def coalition(regime: Regime, players: Collection[Mechanism], members: Collection[str]) -> Regime:
    """The regime with the players that are not `members` left out, read and checked like a file.

    Raises `DeclarationError` where what is left is no regime.
    """
    content = regime.resolved()
    for one in players:
        if one.name not in members:
            one.leave_out(content)
    text = json.dumps(content, ensure_ascii=False, indent=1)
    return regime_from(source_of_text(text, f"{regime.regime}, with {', '.join(members) or 'no player'}"))
