"""What is offered is allowed, and a hearing reaches its end by offers alone."""

import random

import pytest

from moot.trial.ballots import CHOICES, cast
from moot.trial.court import open_case
from moot.trial.offers import SAID, offers
from moot.trial.procedure import procedure_names
from tests.trial.hearings import fresh, ready


def take(case, offer):
    return case.do(offer.kind, offer.by, case.now, texts=dict.fromkeys(offer.texts, SAID), **offer.body)


@pytest.mark.parametrize("name", procedure_names())
def test_a_hearing_is_played_to_its_judgment_by_offers_alone(name):
    case, chance = ready(name, voters=3), random.Random(name)
    aside = ("suspend", "grant", "note", "point", "fact", "seat", "question", "claimant", "ground")
    taken = set()
    for _ in range(600):
        if case.phase == "closed":
            break
        if case.box.question > 0 and not case.box.voted:
            for role in case.procedure.voters:
                for seat in range(1, case.seats.get(role.role, 0) + 1):
                    cast(case, role.role, seat, chance.choice(CHOICES))
        may = offers(case, case.now)
        on = [one for one in may if one.kind not in aside] or may
        one = next((one for one in on if one.kind in ("open", "next", "deliver")), chance.choice(on))
        take(case, one)
        taken.add(one.kind)
    assert case.phase == "closed" and case.delivered and case.questions
    assert {"floor", "yield", "consider", "figures", "put", "close-vote", "reason", "operative"} <= taken
    assert offers(case, case.now) == []


@pytest.mark.parametrize("seed", range(4))
def test_every_step_that_is_offered_is_taken_by_the_case(seed):
    """At many moments of a hearing each offer is tried on a case of its own, opened from the same minutes."""
    chance, case = (
        random.Random(seed),
        fresh(chance_of(seed)) if seed == 0 else ready(chance_of(seed), voters=3),
    )
    for _ in range(14):
        may = offers(case, case.now)
        assert may and len({str(one.as_dict()) for one in may}) == len(may)
        for one in chance.sample(may, min(3, len(may))):
            again = open_case(type(case.minutes)(case.minutes, case.minutes.kept), law=case.law)
            record, _ = take(again, one)
            assert (record.kind, record.by) == (one.kind, one.by)
        take(case, chance.choice([one for one in may if one.kind != "suspend"] or may))


def chance_of(seed):
    return procedure_names()[seed % len(procedure_names())]


def test_offers_change_nothing_and_are_plain_values():
    case = ready()
    before = (case.minutes.head, dict(vars(case)))
    (first, *_) = offers(case, 0)
    assert (case.minutes.head, dict(vars(case))) == before
    assert first.as_dict() == {"step": "open", "by": "president", "about": {}, "texts": []}
