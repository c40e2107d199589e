"""What the file of a scheme declares, in either language: senses, counts, review, redress; and in words."""

from __future__ import annotations

from collections.abc import Iterator

from moot.country.schema import Country
from moot.declaring.values import Quantity
from moot.documents import Block, Heading, Items, Note, Paragraph, Row, Table, Text, text
from moot.dossier.wording import Say
from moot.regime.schema import Regime
from moot.regime.words import account
from moot.vocabulary import load_vocabulary

__all__ = ["in_words", "of_oversight", "of_redress", "what_it_declares"]


def _two_columns(say: Say, rows: list[tuple[str, str]], caption: str) -> Table:
    return Table(
        (text(say("field")), text(say("stated"))),
        tuple(Row((text(name), text(value))) for name, value in rows),
        text(caption),
        widths=(2, 3),
    )


def _share(say: Say, given: Quantity) -> str:
    if given.value is None:
        return say.ends(given.lower(), given.upper(), sign=False)
    return say.two(given.value)


def _context(say: Say, name: str) -> str:
    key = f"context.{name}"
    return say.measures(key) if key in say.measures else name


def what_it_declares(say: Say, regime: Regime, named: str, country: Country) -> Table:
    """The configuration as art. 27(1)(a) asks for it: data, engine, secrecy, memory."""
    classes = {name: country.act(name, load_vocabulary()).class_ for name in regime.acts}
    lawful = sum(one == "lawful" for one in classes.values())

    def yes(given: object) -> str:
        return say("yes" if given else "no")

    sensors = [f"{one.sensor} ({say('sensor.' + one.kind)})" for one in regime.sensors]
    contexts = [_context(say, one) for scheme in regime.schemes for one in scheme.decisions]
    months = [one.score.memory_months for one in regime.schemes]
    memory = [say("declared-months", months=m) if m else say("declared-forever") for m in months]
    past = regime.retroactive
    none = say("none")
    rows = [
        (say("declared-kind"), say(f"kind.{regime.kind}")),
        (say("declared-announced"), say.common.date(regime.announced) if regime.announced else say("no")),
        (say("declared-notice"), yes(regime.notice)),
        (say("declared-sensors"), ", ".join(sensors) or none),
        (say("declared-counts"), say("declared-counts-of", count=len(classes), lawful=lawful)),
        (say("declared-lists"), ", ".join(regime.lists) or none),
        (say("declared-contexts"), ", ".join(dict.fromkeys(contexts)) or none),
        (say("declared-memory"), ", ".join(dict.fromkeys(memory))),
        (say("declared-redress"), yes(any(one.redress for one in regime.schemes))),
        (say("declared-association"), yes(any(one.association for one in regime.schemes))),
        (say("declared-disclosed"), yes(all(one.disclosed for one in regime.schemes))),
        (
            say("declared-retroactive"),
            say("declared-retroactive-months", months=past.months) if past else say("no"),
        ),
    ]
    caption = say("declared-caption", regime=named, hash=regime.content_hash[:16])
    return _two_columns(say, rows, caption)


def of_oversight(say: Say, regime: Regime, named: str) -> Iterator[Block]:
    """Which identifications and decisions a person has a part in."""
    rows: list[tuple[str, str]] = []
    for sensor in regime.sensors:
        found = sensor.identification
        if found is None or found.mode == "none":
            continue
        what = say("oversight-none")
        if found.review is not None:
            what = say(
                "oversight-review",
                per_day=_share(say, found.review.per_day),
                right=_share(say, found.review.right_passes),
                wrong=_share(say, found.review.wrong_passes),
                beyond=say(f"beyond.{found.review.beyond}"),
            )
        name = say("oversight-sensor", sensor=sensor.sensor, kind=say(f"sensor.{sensor.kind}"))
        rows.append((name, what))
    for scheme in regime.schemes:
        for context, decision in scheme.decisions.items():
            what = say("oversight-decides", weight=_share(say, decision.weight))
            rows.append((say("oversight-weight", context=_context(say, context)), what))
    if rows:
        yield _two_columns(say, rows, say("oversight-caption", regime=named))
    else:
        yield Paragraph(text(say("oversight-nothing")))


def of_redress(say: Say, regime: Regime, named: str) -> Iterator[Block]:
    """How a charge can be contested, by what the file declares."""
    found = [one.redress for one in regime.schemes if one.redress is not None]
    if not found:
        yield Note((text(f"{named}: {say('redress-none')}"),))
    for one in found:
        rows = [
            (say("redress-appealed"), _share(say, one.appealed)),
            (say("redress-delay"), _share(say, one.delay_days)),
            (say("redress-reasons"), say("yes" if one.reasons else "no")),
            (say("redress-suspensive"), say("yes" if one.suspensive else "no")),
            (say("redress-restores"), ", ".join(say(f"restores.{what}") for what in one.restores)),
        ]
        yield _two_columns(say, rows, say("redress-caption", regime=named))


def in_words(say: Say, regime: Regime, named: str, country: Country) -> Iterator[Block]:
    """The scheme as `moot show` tells it."""
    yield Heading(text(named), 2)
    items: list[Text] = []
    for line in account(regime, country, say.language)[1:]:
        if line.startswith("  - "):
            items.append(text(line[4:]))
            continue
        if items:
            yield Items(tuple(items))
            items = []
        if line.startswith("  "):
            yield Paragraph(text(line.strip()))
        else:
            yield Heading(text(line), 3, listed=False)
    if items:
        yield Items(tuple(items))
