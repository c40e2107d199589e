"""Checks of what sensors do beside seeing: false reports, misread plates, context errors, enrolled people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from moot.declaring.complaints import Complaint, complain_unknown
from moot.declaring.source import Place
from moot.vocabulary import Vocabulary

if TYPE_CHECKING:
    from moot.regime.schema import Regime, Sensor

__all__ = ["check_reporting", "reports_only"]


def reports_only(sensor: Sensor) -> bool:
    """Whether nothing but false reports is declared: such a sensor looks nowhere and sees no act."""
    return sensor.kind == "report" and sensor.charges is not None and not sensor.sees


def check_reporting(at: Place, sensor: Sensor, regime: Regime, vocabulary: Vocabulary) -> Iterator[Complaint]:
    """Which of these keys stand with which kind of sensor, and what they name."""
    if sensor.malicious_per_tie_year is not None and sensor.charges is None:
        message = "needs `charges`: the act that people are reported for without having done it"
        yield Complaint(at=(*at, "malicious_per_tie_year"), message=message, at_key=True)
    for key, kind in (("malicious_per_tie_year", "report"), ("charges", "report"), ("misread", "plate"),
                      ("missed", "plate")):  # fmt: skip
        if getattr(sensor, key) is not None and sensor.kind != kind:
            message = f'a {sensor.kind} has no "{key}"; that belongs to a {kind}'
            yield Complaint(at=(*at, key), message=message, at_key=True)
    if sensor.charges is not None:
        act = regime.new_acts.get(sensor.charges) or vocabulary.acts.get(sensor.charges)
        if act is not None and act.class_ == "merit":
            message = f"{sensor.charges} is a merit; nobody is charged with one"
            yield Complaint(at=(*at, "charges"), message=message)
    ident = sensor.identification
    if sensor.misread is not None and ident is not None and ident.mode != "none":
        message = f"stands beside mode {ident.mode}; a misread plate is itself the wrong person"
        yield Complaint(at=(*at, "misread"), message=message, at_key=True)
    if sensor.context_errors is not None and (ident is None or not sensor.sees):
        message = "needs `sees` and `identification`: it is a share of searches for the author of an act"
        yield Complaint(at=(*at, "context_errors"), message=message, at_key=True)
    presence = ident is not None and ident.mode == "presence"
    for number, name in enumerate(sensor.enrols):
        if not presence:
            message = "stands only with mode presence: listed people are recognised where faces pass"
            yield Complaint(at=(*at, "enrols"), message=message, at_key=True)
            break
        if name not in regime.lists:
            yield complain_unknown((*at, "enrols", number), "list", name, regime.lists)
