"""What a country declares of opinion on a score: where people begin, whom they listen to, when they speak.

Opinion is of the scheme alone, one number a person from -1 (against) to 1 (for), drawn at random and
independent of every attribute. It is measured and never an aim (equations, section on opinion and voice).
"""

from __future__ import annotations

from collections.abc import Iterator

from moot.declaring.complaints import Complaint
from moot.declaring.source import Place
from moot.declaring.values import NonNegative, Part, Positive, Probability, Quantity

__all__ = ["Asked", "Experience", "Openness", "Opinion", "Speaking", "Start", "Voice", "check_opinion"]


class Start(Part):
    """Shares of people on the first day: `support` above 0, of these `strong` above 0.5.

    `strongly_against` is the share below -0.5 (half of those who do not support where it is not said). Within
    each of the four parts opinion is uniform.
    """

    support: Probability
    strong: Probability
    strongly_against: Probability | None = None


class Openness(Part):
    """The weight of what others say, by person: Beta(a, b), in 1/256 and at most 240/256.

    The rest of the weight is the person's own anchor, so that 1 - openness is stubbornness.
    """

    a: Positive
    b: Positive


class Voice(Part):
    """How outspoken people are: voice v is Gamma(shape, mean 1) and speaks up with 1 - exp(-scale v)."""

    shape: Positive
    scale: NonNegative


class Speaking(Part):
    """The log-odds of saying what one thinks in a week.

    `base`; `climate` times what was heard for one's side minus against it, from -1 to 1; minus `fear` times
    the perceived certainty of a charge for lawful acts where the view criticises the scheme, minus
    `fear_of_supporters` times it where it does not.
    """

    base: Quantity
    climate: NonNegative
    fear: NonNegative
    fear_of_supporters: NonNegative


class Asked(Part):
    """A survey of everybody in the week of each count.

    A frightened person who must answer claims to be for it with probability `falsifying` times the perceived
    certainty of a charge for lawful acts.
    """

    falsifying: Probability


class Experience(Part):
    """What one event moves a person's own anchor by: a charge by the scheme, one without an act, a tie's."""

    sanctioned: Quantity
    wronged: Quantity
    tie_sanctioned: Quantity


class Opinion(Part):
    """Opinion on a score, talk about it, and silence. Without this section a country has none of it."""

    start: Start
    openness: Openness
    voice: Voice
    speaking: Speaking
    experience: Experience
    asked: Asked | None = None


def check_opinion(at: Place, opinion: Opinion) -> Iterator[Complaint]:
    """What the numbers of the section say of one another."""
    start = opinion.start
    support, strong = (_largest(x) for x in (start.support, start.strong))
    if strong > support:
        message = f"{strong:g} are strongly for it, more than the {support:g} who are for it at all"
        yield Complaint(at=(*at, "start", "strong"), message=message)
    if start.strongly_against is not None:
        most = _largest(start.strongly_against)
        if most > 1 - support + 1e-9:
            message = f"{most:g} are strongly against it, more than the {1 - support:g} who are not for it"
            yield Complaint(at=(*at, "start", "strongly_against"), message=message)
    for name in ("sanctioned", "wronged", "tie_sanctioned"):
        moved: Quantity = getattr(opinion.experience, name)
        if max(abs(moved.lower()), abs(moved.upper())) > 2:
            message = f"moves opinion by {moved.lower():g} to {moved.upper():g}; expected -2 to 2"
            yield Complaint(at=(*at, "experience", name), message=message)
    steep = opinion.speaking
    for name in ("base", "climate", "fear", "fear_of_supporters"):
        odds: Quantity = getattr(steep, name)
        if max(abs(odds.lower()), abs(odds.upper())) > 1000:
            message = "expected log-odds of at most 1,000 either way"
            yield Complaint(at=(*at, "speaking", name), message=message)


def _largest(quantity: Quantity) -> float:
    """The largest value in force on any day (not the end of the range: each is varied alone)."""
    return max([quantity.value] if quantity.value is not None else [x.value for x in quantity.values or ()])
