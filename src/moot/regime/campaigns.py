"""What is said of a regime: campaigns for it, and the telling of what it does to people.

A campaign's frame is words: whom the scheme is said to be for. It is a closed list, and no frame touches
anybody's attributes or acts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, get_args

from pydantic import Field

from moot.declaring.complaints import Complaint
from moot.declaring.values import IsoDate, NonNegative, Part, Quantity

__all__ = ["FRAMES", "Campaign", "RepressionTold", "check_campaigns"]

Frame = Literal["domestic-violence", "offending", "road-danger", "hate-speech", "pollution"]
FRAMES: tuple[Frame, ...] = get_args(Frame)


class Campaign(Part):
    """A campaign from one day to another; on the first day of each month within, it moves each person.

    Everybody's own anchor rises by `strength` times the person's trust, which is uniform from 0 to 1.
    """

    frame: Frame
    from_: IsoDate = Field(alias="from")
    until: IsoDate
    strength: NonNegative


class RepressionTold(Part):
    """The day on which people are told what the scheme does to others.

    Support on a scale from 0 to 1 moves by `step` times its mean on the first day of the run.
    """

    on: IsoDate
    step: Quantity


def check_campaigns(campaigns: tuple[Campaign, ...]) -> Iterator[Complaint]:
    """A campaign ends after it begins, and moves nobody across the whole scale at once."""
    for number, campaign in enumerate(campaigns):
        if campaign.until < campaign.from_:
            message = f"ends on {campaign.until}, before it begins on {campaign.from_}"
            yield Complaint(at=("campaigns", number, "until"), message=message)
        if campaign.strength.upper() > 2:
            message = f"{campaign.strength.upper():g} a month is more than the whole scale from -1 to 1"
            yield Complaint(at=("campaigns", number, "strength"), message=message)
