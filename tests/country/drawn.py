"""Whether drawn people follow the shares that they were drawn from."""

import numpy as np

from moot.country.population import ATTRIBUTES
from moot.country.synthesis import slots_of

FAR_OFF = 5.0  # standard deviations


def level_of(people, vocabulary, attribute):
    """(n,) level of an attribute, from 0."""
    first, _ = slots_of(vocabulary)
    at = ATTRIBUTES.index(attribute)
    return people.levels[:, at].astype(int) - first[at]


def close(count, trials, share):
    """Whether a count is within five standard deviations of a share of independent trials."""
    return abs(count - trials * share) <= FAR_OFF * np.sqrt(max(1.0, trials * share * (1 - share)))
