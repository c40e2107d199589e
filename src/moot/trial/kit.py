"""The printable kit of a case: teams, role cards, the case, ballots, minutes and judgment sheets; CC BY 4.0.

With it the case is heard and judged on paper alone. No sheet asks for a name, and nobody is graded.
"""

from __future__ import annotations

from collections.abc import Iterator

from moot.catalogue import Catalogue, Language, catalogue, words
from moot.documents import Block, Document, Heading, Items, Note, PageBreak, Paragraph, Row, Table, Text, text
from moot.documents.model import Span
from moot.errors import UserError
from moot.trial.case import Case
from moot.trial.document import mark_of
from moot.trial.pieces import court_called, exhibit_blocks, role_called
from moot.trial.procedure import Procedure, Role
from moot.trial.weighing import text_of

__all__ = ["FEWEST", "MOST", "kit_document", "teams"]

FEWEST, MOST = 12, 36
"""People that a kit is for."""
SHEET_ROWS = 26
BALLOTS = 3
"""Ballots for each voter, a question each."""
OWN_CARD = ("president", "clerk")
EMPTY: Text = ()


def teams(procedure: Procedure, people: int) -> dict[str, int]:
    """How many sit in each role, of so many people: every role once, then the sides and the jury in turn.

    Both sides always get as many. Raises `UserError` for fewer than 12 or more than 36 people, or where the
    procedure has not as many seats.
    """
    if not FEWEST <= people <= MOST:
        raise UserError(f"a kit is for {FEWEST} to {MOST} people, not for {people}")
    roles = [one for one in procedure.roles if one.seats[1] > 0 and one.side != "expert"]
    found = {one.role: max(1, one.seats[0]) if one.side != "public" else 0 for one in roles}
    left = people - sum(found.values())
    if left < 0:
        raise UserError(f"{procedure.title}: {people} people are too few; it seats {people - left} at least")
    sides = [one for one in roles if one.side in ("claimants", "respondent")]
    growing = [one for one in roles if one.role not in OWN_CARD and one.side in ("bench", "third")]
    while left:
        before = left
        pair = _pair(sides, found)
        if left >= 2 and pair:
            for one in pair:
                found[one.role] += 1
            left -= 2
        for one in growing:
            if left and found[one.role] < one.seats[1]:
                found[one.role] += 1
                left -= 1
        if left == before:
            break
    public = [one for one in roles if one.side == "public"]
    if left and public:
        found[public[0].role] += left
        left = 0
    if left:
        raise UserError(f"{procedure.title}: has seats for {people - left} people, not for {people}")
    return {name: count for name, count in found.items() if count}


def _pair(sides: list[Role], found: dict[str, int]) -> list[Role]:
    """A role of each side with a free seat, the emptiest first; empty where one of them is full."""
    pair = []
    for side in ("claimants", "respondent"):
        free = [one for one in sides if one.side == side and found[one.role] < one.seats[1]]
        if not free:
            return []
        pair.append(min(free, key=lambda one: found[one.role]))
    return pair


def kit_document(case: Case, language: Language, *, people: int = 24) -> Document:
    """The kit of a case for so many people. Raises `UserError` as `teams` does."""
    say, trial = catalogue("kit", language), catalogue("trial", language)
    seats = teams(case.procedure, people)
    question = words(case.text(case.question, "question"), language) if case.question is not None else ""
    return Document(
        title=say("title", case=case.name),
        subtitle=say("subtitle", procedure=court_called(case, trial), people=people),
        language=language,
        mark=mark_of(case, trial),
        date=case.day,
        first=(
            Paragraph(text(trial("question", question=question)), "lead"),
            Note(tuple(text(one) for one in (say("banner"), trial("synthetic"), say("no-grade")))),
            Paragraph(text(say("licence")), "small"),
        ),
        blocks=(
            *_how(case.procedure, say),
            *_teams(case.procedure, seats, people, say, trial),
            *_stages(case.procedure, say, trial),
            *_cards(case.procedure, seats, say, trial),
            *_case(case, say, trial),
            *_sheets(case, seats, say),
        ),
        numbered=False,
    )


def _how(procedure: Procedure, say: Catalogue) -> Iterator[Block]:
    ballot = procedure.ballot
    share = ballot.majority
    if isinstance(share, str):
        majority = say(f"majority-{share}")
    else:
        majority = say("majority-share", at_least=share.at_least, of=share.of)
    yield PageBreak()
    yield Heading(text(say("how")), number="")
    said = [say(f"how-{n}") for n in (1, 2, 3)]
    said += [say("how-4", blanks=say(f"blanks-{ballot.blanks}")), say("how-5", majority=majority)]
    yield Items(tuple(text(one) for one in (*said, say("how-6"), say("how-7"))), ordered=True)


def _teams(
    procedure: Procedure, seats: dict[str, int], people: int, say: Catalogue, trial: Catalogue
) -> Iterator[Block]:
    yield Heading(text(say("teams")), number="")
    rows = tuple(
        Row((text(role_called(one, trial)), text(str(seats[one.role])),
             text(say("votes" if one.votes else "no-vote"))))
        for one in procedure.roles if one.role in seats
    )  # fmt: skip
    columns = tuple(text(say(f"column-{one}")) for one in ("role", "people", "votes"))
    yield Table(columns, rows, text(say("teams-of", people=people)), numbers=frozenset({1}))


def _stages(procedure: Procedure, say: Catalogue, trial: Catalogue) -> Iterator[Block]:
    yield Heading(text(say("stages")), number="")
    rows = []
    for stage in procedure.stages:
        turns = say.listed(
            say(
                "turn",
                role=role_called(procedure.role(one.role), trial),
                what=words(one.what, say.language),
                minutes=one.minutes,
            )
            for one in stage.turns
        )
        rows.append(Row((text(words(stage.title, say.language)), text(str(stage.minutes)), text(turns))))
    columns = tuple(text(say(f"column-{one}")) for one in ("stage", "minutes", "turns"))
    yield Table(columns, tuple(rows), widths=(2, 0.7, 3), numbers=frozenset({1}))


def _cards(procedure: Procedure, seats: dict[str, int], say: Catalogue, trial: Catalogue) -> Iterator[Block]:
    yield PageBreak()
    yield Heading(text(say("cards")), number="")
    for role in procedure.roles:
        if role.role not in seats:
            continue
        turns = say.listed(
            say("turn", role=words(stage.title, say.language), what=words(one.what, say.language),
                minutes=one.minutes)
            for stage in procedure.stages for one in stage.turns if one.role == role.role
        )  # fmt: skip
        own = role.role if role.role in OWN_CARD else {"office": "clerk"}.get(role.side, role.side)
        said = [say("card-side", side=say(f"side-{role.side}")), say(f"card-{own}")]
        said.append(say("card-speaks", turns=turns) if turns else say("card-silent"))
        if role.votes:
            said.append(say("card-votes"))
        # One card a person, so that a whole class can be handed theirs.
        for _ in range(seats[role.role]):
            yield Note(tuple(text(one) for one in said), say("card", title=role_called(role, trial)))


def _case(case: Case, say: Catalogue, trial: Catalogue) -> Iterator[Block]:
    yield PageBreak()
    yield Heading(text(say("case")), number="")
    yield Heading(text(say("facts")), 2, number="")
    if not case.facts:
        yield Paragraph(text(say("none")))
    for number, one in enumerate(case.facts, 1):
        fact = words(case.text(one.record, "fact"), say.language)
        yield Paragraph(text(say("fact", number=number, fact=fact, status=say(f"status-{one.status}"))))
    yield Heading(text(say("grounds")), 2, number="")
    columns = tuple(text(say(f"column-{one}")) for one in ("element", "law", "for", "against", "court"))
    for number, ground in enumerate(case.grounds, 1):
        entry = case.law.entry(ground.entry)
        title = words(entry.title, say.language)
        yield Paragraph(text(Span(say("ground", entry=entry.id, title=title), "strong")))
        rows = [
            Row((text(one.id), text(text_of(one, say.language)), EMPTY, EMPTY, EMPTY))
            for one in case.elements(number)
        ]
        yield Table(columns, tuple(rows), widths=(0.8, 3, 1.2, 1.2, 1.2))
    yield PageBreak()
    yield Heading(text(say("exhibits")), anchor="exhibits", number="")
    if not case.exhibits:
        yield Paragraph(text(say("none")))
    for number in range(1, len(case.exhibits) + 1):
        yield from exhibit_blocks(case, number, trial)


def _sheets(case: Case, seats: dict[str, int], say: Catalogue) -> Iterator[Block]:
    yield PageBreak()
    yield Heading(text(say("minutes-sheet")), number="")
    columns = tuple(text(say(f"column-{one}")) for one in ("time", "stage", "who", "what", "exhibit"))
    blank = tuple(Row((text("\u00a0"),) + (EMPTY,) * 4) for _ in range(SHEET_ROWS))
    yield Table(columns, blank, widths=(0.7, 1.2, 1.2, 4, 0.8))
    yield PageBreak()
    yield Heading(text(say("judgment-sheet")), number="")
    names = [f"{one.entry} {element.id}" for number, one in enumerate(case.grounds, 1)
             for element in case.elements(number)]  # fmt: skip
    columns = tuple(text(say(f"judgment-{one}")) for one in ("element", "answer", "reasons"))
    rows = []
    for one in names:
        # Lines to write on.
        rows += [Row((text(one), EMPTY, EMPTY)), *(Row((text("\u00a0"), EMPTY, EMPTY)),) * 3]
    yield Table(columns, tuple(rows), widths=(1.4, 1, 4))
    yield PageBreak()
    yield Heading(text(say("ballots")), number="")
    voters = sum(seats.get(one.role, 0) for one in case.procedure.voters)
    for _ in range(voters * BALLOTS):
        yield Note((text(say("ballot")),))
