"""What a run compares, and how it counts days: the arms by their regimes, and day numbers."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from moot.regime.engines import bent
from moot.regime.schema import Decision, ListRule, Offer, Regime, Scheme, Sensor

EPOCH = date(2000, 1, 1)


@dataclass(frozen=True)
class Arm:
    """One arm: its name, the regimes in force in the order of their schemes, and whether institutions act."""

    name: str
    existing: tuple[Regime, ...]
    regime: Regime | None
    institutions: bool

    @cached_property
    def schemes(self) -> list[Scheme]:
        """All schemes as they run (tables of points, whatever the engine), those in force today first."""
        regimes = (*self.existing, *((self.regime,) if self.regime else ()))
        return [scheme.table for regime in regimes for scheme in regime.schemes]

    @property
    def sums(self) -> list[str]:
        """The name of each sum of scores; of predictors, in 1/1024 log-odds, where a scheme has one."""
        regimes = (*self.existing, *((self.regime,) if self.regime else ()))
        return [
            f"scheme:{scheme.scheme}:{'predictor' if bent(scheme) else 'score'}-sum"
            for regime in regimes
            for scheme in regime.schemes
        ]

    @property
    def sensors(self) -> list[Sensor]:
        """The regime's own sensors."""
        return list(self.regime.sensors) if self.regime else []

    @property
    def lists(self) -> list[tuple[int, ListRule]]:
        """(scheme index, rule) of every list, in order."""
        return [(x, rule) for x, s in enumerate(self.schemes) for rule in s.lists]

    @property
    def moves_jobs(self) -> bool:
        """Whether hires and jobs may be others here than under the comparator."""
        if self.regime is None:
            return False
        return self.regime.ratings is not None or any(s.hiring or s.dismissal for s in self.schemes)

    @property
    def offers(self) -> list[tuple[int, Offer]]:
        """(scheme index, offer)."""
        return [(x, o) for x, s in enumerate(self.schemes) for o in s.offers]

    @property
    def decisions(self) -> dict[str, tuple[int, Decision]]:
        """Context -> (scheme index, how the score decides there)."""
        return {c: (x, how) for x, s in enumerate(self.schemes) for c, how in s.decisions.items()}


def day_number(when: date) -> int:
    """Days since 2000-01-01."""
    return (when - EPOCH).days


def date_of(day: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=day)
