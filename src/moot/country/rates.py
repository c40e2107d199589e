"""The dominating rates: how often each potential act may at most occur to each person, fixed for ever.

A bound depends on the country and on the person's statics alone: it stands at the upper end of every declared
range, times the act's headroom. Regime, scenario and arms never enter (`docs/model.md`, the latent world).
"""

import numpy as np

from moot.draws.compiled import scalar

AGES, SEXES, FLAGS, INCOMES, STRATA = 9, 2, 16, 10, 5
WHO = AGES * SEXES * FLAGS
WHERE = INCOMES * STRATA
RESTS = 128  # values of the packed word of the other attributes
CEILING = 1 << 36
# Purposes under which potential acts are drawn together. Acts of one layer have bounds that stand about
# equally far above their rates, so that a common digit test rules most of them out.
ACT_LAYERS = ("act/road", "act/offences", "act/rights-and-merits")
CLASSES = 13  # rate classes: candidates of class c have probability 2**-c; the last holds all that are rarer
SILENT = 15  # in place of a class, for people who can do nothing of a layer

KINDS, OWN_SHAPES, BINS = 48, 8, 4096

# Tables of the potential acts; those that a candidate meets lie side by side.
RATES = np.dtype(
    [
        ("by_person", np.uint32, (WHO, KINDS)),  # daily bound at theta = 1 in 1/2**32; 0 where not exposed
        ("by_place", np.uint32, (WHERE, KINDS)),  # factor in 1/65536
        ("domain", np.int64, (KINDS,)),  # column of theta
        ("cap", np.int64, (KINDS,)),  # largest daily probability in 1/2**32
        ("stretch", np.int64, (KINDS,)),  # 1 where the cap bounds candidates only, 0 where it is the law's
        ("own", np.int64, (KINDS,)),  # row of `bins` for a propensity of this act alone; 0 where it has none
        ("own_at", np.int64, (KINDS,)),  # column of theta that holds it
        ("purpose", np.int64, (KINDS,)),  # purpose of the act's draws
        ("own_purpose", np.int64, (KINDS,)),  # purpose of the act's own propensity
        ("domain_bins", np.int32, (BINS,)),  # propensity by bin in 1/65536
        ("bins", np.int32, (1 + OWN_SHAPES, BINS)),  # other gamma tables; the first is all 1
        ("layer", np.int64, (KINDS,)),  # index into ACT_LAYERS
        ("order", np.int64, (len(ACT_LAYERS), KINDS)),  # the acts of each layer, the most frequent first
        ("count", np.int64, (len(ACT_LAYERS),)),
        ("kinds", np.int64),
    ]
)


@scalar
def bound(rates, k, theta, own, who, where):
    """(capped, full): the dominating probability that a person does act k on a day, in 1/2**32.

    `theta` and `own` are the bins of the propensity in the act's domain and to this act alone. Where the cap
    is not the law's own, the thinning makes up for it: what is thinned is full ÷ capped times as likely to
    stay.
    """
    p = (np.int64(rates.by_person[who, k]) * np.int64(rates.by_place[where, k])) >> 16
    p = (min(p, CEILING) * np.int64(rates.domain_bins[theta])) >> 16
    if rates.own[k] > 0:
        p = (min(p, CEILING) * np.int64(rates.bins[rates.own[k], own])) >> 16
    capped = min(p, rates.cap[k])
    return capped, (p if rates.stretch[k] != 0 else capped)
