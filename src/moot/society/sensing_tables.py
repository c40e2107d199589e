"""What a sensor does to an act, as probabilities: seen or not, taken for whom, and alarms that no act caused.

Plain numbers by act, stratum and appearance class; `society.compile` turns them into thresholds.
"""

from datetime import date

from moot.regime import recognition
from moot.regime.schema import Sensor
from moot.society.law import CLASSES


def seen_by(sensor: Sensor, act: str, stratum: str, when: date) -> float:
    """Probability that an act of this kind, done by somebody the sensor can reach, is seen."""
    if sensor.kind == "register":
        if act not in sensor.reads:
            return 0.0
        return 1.0 - (sensor.missed_links.at(when) if sensor.missed_links is not None else 0.0)
    sensitivity = sensor.sees.get(act)
    if sensitivity is None:
        return 0.0
    missed = sensor.missed.at(when) if sensor.missed is not None else 0.0
    share = sensor.share_analysed.at(when) if sensor.share_analysed is not None else 1.0
    if sensor.density_per_km2 is not None:
        density = sensor.density_per_km2.get(stratum)
        cover = recognition.coverage(density.at(when) if density is not None else 0.0, share)
    else:
        cover = (sensor.coverage.at(when) if sensor.coverage is not None else 1.0) * share
    return float(cover) * float(sensitivity.at(when)) * (1.0 - missed)


def operating_point(sensor: Sensor, when: date) -> float | None:
    """The false match rate of one comparison, or None where faces are not compared."""
    ident = sensor.identification
    if ident is None or ident.mode in ("none", "declared"):
        return None
    if ident.fmr is not None:
        return float(ident.fmr.at(when))
    assert ident.target_fpir is not None  # the schema asks for exactly one
    size = ident.gallery.size if ident.gallery is not None else 1
    return float(recognition.fmr_for(ident.target_fpir.at(when), size))


def outcome_of(
    sensor: Sensor, shares: list[float], when: date, reviewed: float = 1.0
) -> list[tuple[float, float]]:
    """(right, wrong) by appearance class of the author, after review of a share `reviewed` of the matches."""
    passes = passing(sensor, when, reviewed)
    return [(right * passes[0], wrong * passes[1]) for right, wrong in matches_of(sensor, shares, when)]


def passing(sensor: Sensor, when: date, reviewed: float = 1.0) -> tuple[float, float]:
    """The shares of right and of wrong matches that are acted upon, where a human sees `reviewed` of them."""
    review = sensor.identification.review if sensor.identification is not None else None
    if review is None:
        return 1.0, 1.0
    rest = 1.0 - reviewed if review.beyond == "no-review" else 0.0
    return (
        reviewed * review.right_passes.at(when) + rest,
        reviewed * review.wrong_passes.at(when) + rest,
    )


def matches_of(sensor: Sensor, shares: list[float], when: date) -> list[tuple[float, float]]:
    """(right, wrong) by appearance class of the author, before anybody has looked."""
    ident = sensor.identification
    if sensor.kind == "register":
        f = sensor.false_links.at(when) if sensor.false_links is not None else 0.0
        return [(1.0 - f, f)] * CLASSES
    if ident is None or ident.mode == "none":
        misread = sensor.misread.at(when) if sensor.misread is not None else 0.0
        return [(1.0 - misread, misread)] * CLASSES
    if ident.mode == "declared":
        out = []
        for c in range(CLASSES):
            declared = ident.wrong.get(f"class-{c + 1}") if ident.wrong else None
            wrong = declared.at(when) if declared is not None else 0.0
            out.append((1.0 - wrong, wrong))
        return out
    fmr = operating_point(sensor, when)
    assert fmr is not None
    factors = class_factors(sensor, shares, when)
    unusable = ident.unusable_image.at(when) if ident.unusable_image is not None else 0.10
    out = []
    for c in range(CLASSES):
        if ident.mode == "verify":
            gate = recognition.verify(fmr)
            right, wrong = 1.0 - gate.false_reject, 0.0
        else:
            assert ident.gallery is not None  # the schema asks for it
            result = recognition.identify(
                fmr, ident.gallery.size, unusable=unusable, others_factor=factors[c]
            )
            right, wrong = result.right, result.wrong
        out.append((right, wrong))
    return out


def class_factors(sensor: Sensor, shares: list[float], when: date) -> list[float]:
    """Factor on the false matches that a person of each class meets; all 1 where no multipliers are given.

    Two people of one class are confused more often by its multiplier, and a person is confused within the own
    class: what a person of class c meets is in proportion to multiplier x share of the class. Scaled so that
    the mean over people is 1, the declared operating point. The ratio between classes is an input.
    """
    ident = sensor.identification
    given = ident.multipliers if ident is not None and ident.multipliers else None
    if given is None:
        return [1.0] * CLASSES
    raw = []
    for c in range(CLASSES):
        m = given.get(f"class-{c + 1}")
        raw.append((m.at(when) if m is not None else 1.0) * shares[c])
    mean = sum(r * s for r, s in zip(raw, shares, strict=True))
    return [r / mean if mean > 0 else 1.0 for r in raw]


def false_alarms_per_day(
    sensor: Sensor, shares: list[float], when: date, passes: float | None = None
) -> list[float]:
    """Alarms per person and day that no act caused, by appearance class: a listed face in a passer-by.

    `passes`: share of them that is acted upon; by default what a reviewer who sees all of them lets pass.
    """
    ident = sensor.identification
    if sensor.passages_per_day is None or ident is None or ident.mode != "presence":
        return [0.0] * CLASSES
    fmr = operating_point(sensor, when)
    assert fmr is not None and ident.gallery is not None
    passages = sensor.passages_per_day.at(when)
    if passes is None:
        passes = passing(sensor, when)[1]
    factors = class_factors(sensor, shares, when)
    return [
        min(0.5, passages * recognition.presence(min(0.5, fmr * f), ident.gallery.size).fpir * passes)
        for f in factors
    ]


def recognised_per_day(sensor: Sensor, when: date) -> float:
    """Probability that an enrolled person is recognised on a day: passages x TPR, all of them looked at."""
    ident = sensor.identification
    fmr = operating_point(sensor, when)
    if sensor.passages_per_day is None or ident is None or fmr is None or ident.gallery is None:
        return 0.0
    tpr = recognition.presence(fmr, ident.gallery.size).tpr
    return min(1.0, sensor.passages_per_day.at(when) * tpr * passing(sensor, when)[0])
