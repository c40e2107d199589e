"""The dominating rates: how often each potential act may at most occur to each person, fixed for ever.

A bound depends on the country and on the person's statics alone: it stands at the upper end of every declared
range, times the act's headroom. Regime, scenario and arms never enter (`docs/model.md`, the latent world).
"""

import numpy as np

from moot.draws.compiled import inline
from moot.draws.philox import static_hash

AGES, SEXES, FLAGS, INCOMES, STRATA = 9, 2, 16, 10, 5
WHO = AGES * SEXES * FLAGS
WHERE = INCOMES * STRATA
CEILING = 1 << 36
# Purposes under which potential acts are drawn together. Acts of one layer have bounds that stand about
# equally far above their rates, so that a common digit test rules most of them out.
ACT_LAYERS = ("act/road", "act/offences", "act/rights-and-merits")
CLASSES = 13  # rate classes: candidates of class c have probability 2**-c; the last holds all that are rarer


KINDS, OWN_SHAPES, BINS = 48, 8, 4096

# Tables of the potential acts; those that a candidate meets lie side by side.
RATES = np.dtype(
    [
        ("by_person", np.uint32, (WHO, KINDS)),  # daily bound at theta = 1 in 1/2**32; 0 where not exposed
        ("by_place", np.uint32, (WHERE, KINDS)),  # factor in 1/65536
        ("domain", np.int64, (KINDS,)),  # column of theta
        ("cap", np.int64, (KINDS,)),  # largest daily probability in 1/2**32
        ("stretch", np.int64, (KINDS,)),  # 1 where the cap bounds candidates only, 0 where it is the law's
        ("own", np.int64, (KINDS,)),  # row of `bins` for a propensity of this act alone, or -1
        ("purpose", np.int64, (KINDS,)),  # purpose of the act's draws
        ("own_purpose", np.int64, (KINDS,)),  # purpose of the act's own propensity
        ("domain_bins", np.int32, (BINS,)),  # propensity by bin in 1/65536
        ("bins", np.int32, (OWN_SHAPES, BINS)),  # other gamma tables
        ("layer", np.int64, (KINDS,)),  # index into ACT_LAYERS
        ("kinds", np.int64),
    ]
)


@inline
def bound(rates, key, k, theta_bin, who, where, born):
    """(capped, full): the dominating probability that a person does act k on a day, in 1/2**32.

    `born` is the person's index before sorting, to which a propensity of one act belongs. Where the cap is
    not the law's own, the thinning makes up for it: what is thinned is full ÷ capped times as likely to stay.
    """
    p = np.int64(rates.by_person[who, k])
    if p == 0:
        return p, p
    p = (p * np.int64(rates.by_place[where, k])) >> 16
    p = (min(p, CEILING) * np.int64(rates.domain_bins[theta_bin])) >> 16
    row = rates.own[k]
    if row >= 0:
        at = np.int64(static_hash(key, rates.own_purpose[k], born) >> np.uint64(52))
        p = (min(p, CEILING) * np.int64(rates.bins[row, at])) >> 16
    capped = min(p, rates.cap[k])
    return capped, (p if rates.stretch[k] != 0 else capped)
