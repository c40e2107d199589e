"""What can happen in a panel life: the kinds of events, their order within a day, and an event itself."""

from __future__ import annotations

from typing import NamedTuple

from moot.society import acts

__all__ = ["CHARGES", "HUSHED", "JOBS", "KINDS", "LIVELIHOOD", "OUTSIDE", "PHASE", "PLACES", "Event"]

OUTSIDE = "not in the panel"

KINDS = {
    acts.L_ACT: "act",
    acts.L_PREVENTED: "prevented",
    acts.L_FORGONE: "forgone",
    acts.L_TODAY: "charged-today",
    acts.L_REGIME: "charged-by-regime",
    acts.L_MISTAKEN: "mistaken",
    acts.L_BORNE: "borne",
    acts.L_FALSE: "false-alarm",
    acts.L_FALL: "fall",
    acts.L_RISE: "rise",
    acts.L_LISTED: "listed",
    acts.L_DELISTED: "delisted",
    acts.L_REFUSED: "refused",
    acts.L_TIE_FELL: "tie-fell",
    acts.L_TIE_CHARGED: "tie-charged",
    acts.L_TRIP: "trip",
    acts.L_OFFER: "offer",
    acts.L_RENEWED: "renewed",
    acts.L_APPEAL: "appeal",
    acts.L_UPHELD: "upheld",
    acts.L_REJECTED: "rejected",
    acts.L_EXPIRED: "expired",
    acts.L_DENIED: "denied",
    acts.L_GRANTED: "granted",
    acts.L_DECIDED: "decided",
    acts.L_DISCLOSED: "disclosed",
    acts.L_HUSHED: "hushed",
    acts.L_ALLEGED: "alleged",
    acts.L_RECOGNISED: "recognised",
    acts.L_CUT_OFF: "cut-off",
    acts.L_CUTS_OFF: "cuts-off",
    acts.L_TAKEN_BACK: "taken-back",
    acts.L_IN_TOUCH: "in-touch",
    acts.L_BOUGHT: "bought",
    acts.L_DISPLACED: "displaced",
    acts.L_JOB_LOST: "job-lost",
    acts.L_HIRED: "hired",
    acts.L_HIRE_REFUSED: "hire-refused",
    acts.L_DISMISSED: "dismissed",
    acts.L_FINE_PAID: "fine-paid",
    acts.L_FINE_UNPAID: "fine-unpaid",
    acts.L_FINE_ENDED: "fine-ended",
    acts.L_ARREARS: "arrears",
    acts.L_RATING_WARNED: "rating-warned",
    acts.L_RATING_DROPPED: "rating-dropped",
    acts.L_PLACE_HANDED_ON: "place-handed-on",
    acts.L_PLACE_MISSING: "place-missing",
}

HUSHED = ("against", "for")
"""The side on which somebody keeps silent."""

PLACES = ("place-handed-on", "place-missing")
JOBS = ("job-lost", "hired", "hire-refused", "dismissed", "rating-warned", "rating-dropped", *PLACES)
LIVELIHOOD = (*JOBS, "fine-paid", "fine-unpaid", "fine-ended", "arrears")
CHARGES = ("charged-today", "charged-by-regime", "borne", "false-alarm", "alleged")

PHASE = {
    "prevented": 0, "forgone": 0, "act": 0, "disclosed": 0, "mistaken": 0, "false-alarm": 0,
    "upheld": 1, "rejected": 1, "expired": 1,
    "charged-today": 1, "charged-by-regime": 1, "borne": 1, "renewed": 1, "appeal": 1,
    "fall": 2, "rise": 2, "listed": 3, "delisted": 3,
    "refused": 4, "trip": 4, "offer": 4, "denied": 4, "granted": 4, "decided": 4,
    "displaced": 0, "recognised": 0, "alleged": 1, "bought": 1,
    "cut-off": 9, "cuts-off": 9, "taken-back": 9, "in-touch": 9,
    "arrears": 0, "fine-paid": 3, "fine-unpaid": 3, "fine-ended": 5, "hire-refused": 6, "dismissed": 6,
    "place-handed-on": 6, "place-missing": 6,
    "hired": 7, "job-lost": 7, "rating-warned": 8, "rating-dropped": 8,
    "tie-fell": 9, "tie-charged": 9,
    "hushed": 10,
}  # fmt: skip
"""Order of events within a day (see `society.day`)."""


class Event(NamedTuple):
    """One event of a panel life.

    `day` is a day number; `what` an act, list, scheme, context, offer or sensor; `points` what it cost
    (negative: earned); `score` the score after it; `certainty` perceived certainty in 1/65536; `source` the
    number of the other person, or ``not in the panel``; `lists` those held; `place` its position among the
    events of the life in its arm.
    """

    number: str
    arm: str
    day: int
    kind: str
    what: str
    scheme: str = ""
    tier: str = ""
    sensor: str = ""
    points: int | None = None
    score: int | None = None
    certainty: int | None = None
    source: str = ""
    lists: tuple[str, ...] = ()
    place: int = 0

    @property
    def key(self) -> tuple[int, str, str, str, str]:
        """What makes it the same event in another arm; scores and certainties are not part of it."""
        return (self.day, self.kind, self.what, self.source, self.tier)

    @property
    def moment(self) -> tuple[int, int]:
        """(day, phase of the day)."""
        return (self.day, PHASE[self.kind])

    def placed(self, place: int) -> Event:
        """The same event at this position of its life."""
        return Event._make((*self[:-1], place))  # `_replace` takes three times as long
