"""What the kernels know of the arms: small integer tables, no names, no YAML.

The tables are records of fixed shape: a new regime compiles nothing, and a function takes a pointer, not a
thousand arguments (numba passes every array of a tuple apart, which made compiling take minutes). All is
int64; probabilities are thresholds on 32-bit uniforms (1 = 2**32), factors in 1/65536 or 1/2**30.
"""

import numpy as np

from moot.country.rates import ACT_LAYERS, BINS
from moot.society.memory import EYES

# Columns of `repair` (days and points; 0 = the rule is absent).
R_EVERY, R_POINTS, R_CAP, R_ONE_DAYS, R_ONE_POINTS, R_FULL, R_FULL_HEAVY = 0, 1, 2, 3, 4, 5, 6
R_NOVICE_EVERY, R_NOVICE_POINTS, R_NOVICE_START, R_NOVICE_CYCLE = 7, 8, 9, 10
REPAIR_COLUMNS = 11

# Bits of a scheme's mark; the tier sits above them.
ABOVE, ONE, HEAVY, NOVICE, TIER = 1, 2, 4, 8, 4  # TIER is a shift

# Bits of a charge record.
TODAY, REGIME, UNCHARGED, BORNE = 1, 2, 4, 8

# Per-act flow measures, in this order, `act * PER_ACT + column`.
ACT_MEASURES = (
    "acts",
    "prevented",
    "charged-today",
    "charged-by-regime",
    "charged-to-another",
    "borne-for-another",
    "seen-unidentified",
)
PER_ACT = len(ACT_MEASURES)
DONE, PREVENTED, BY_TODAY, BY_REGIME, TO_ANOTHER, FOR_ANOTHER, NOBODY = range(PER_ACT)

# Per-scheme flow measures.
SCHEME_MEASURES = ("falls", "rises", "points-lost", "points-from-ties")
FALL, RISES, LOST, FROM_TIES = range(4)


# What kernels may hold at most; a regime or country beyond these is refused when compiled.
KINDS, SENSORS, SCHEMES, TIERS, LISTS, CLASSES = 48, 12, 4, 8, 8, 3
CHANCES, LAYERS, SEGMENTS, ORDERS, FARS = 12, 12, 4, 8, 4
STRATA, WHERE, DAYS = 5, 50, 8192
DEBT_MONTHS = 61  # months in which a debt may end, from 0


def _record(**fields: tuple[int, ...]) -> np.dtype[np.void]:
    return np.dtype([(name, np.int64, shape) for name, shape in fields.items()])


# What all arms of a run share. One record, so that a kernel's function takes one pointer.
WORLD = _record(
    kinds=(),  # how many acts
    lead=(len(ACT_LAYERS),),  # by layer: thinning uniforms with larger first LEAD digits let no act happen
    thin=(KINDS,),  # value ÷ bound, 1 = 2**32
    ceiling=(KINDS,),  # no arm's threshold exceeds it
    kind=(KINDS,),  # 0 offence or incivility, 1 lawful, 2 merit
    today=(KINDS,),  # probability that an act is charged today
    normaliser=(KINDS,),  # status-quo normaliser in 1/65536, written by the burn-in alone
    unlearn=(KINDS,),  # step down of an uncharged act in 1/2**30
    deter=(2, 4098),  # exp(-e (p - p0)) in 1/65536
    fade=(DAYS,),  # what is left of a change after so many days, in 1/2**30
    learn=(3,),  # own charge, tie's charge, share of the other class; in 1/2**30
    prior=(2,),  # in 1/65536
    eyes=(),  # sensors of all arms, by purpose
    e_purpose=(EYES,),
    e_acts=(EYES,),  # acts that some arm may see by it, bit by act
    layers=(),  # false-alarm layers, by purpose, so that arms with other sensors stay paired
    f_purpose=(LAYERS,),
    f_level=(LAYERS,),  # candidates have probability 2**-level
    chances=(),  # opportunities: trips (refused by lists) and offers (taken up in some tiers)
    o_purpose=(CHANCES,),
    o_level=(CHANCES,),
    o_kind=(CHANCES,),  # 0 a trip, 1 an offer
    caution=(257,),  # exp(-kappa l) in 1/65536, l in 1/256
    orders=(),  # in-block tie orders
    tie_kind=(ORDERS,),  # 0 household, 1 ring, 2 clique
    tie_reach=(ORDERS,),  # reach of a ring, size of a clique
    fars=(),
    far_key=(FARS,),  # keys of the permutations
    known_mask=(),  # tie orders through which a charge becomes known
    # -- work and money
    month=(),  # calendar months since the year 0 (see society.engine)
    month_begins=(),  # 1 on the first day of a month
    works=(),  # 1 where the country declares work
    work_purpose=(),
    begin_purpose=(),
    moves=(9, 3, 2),  # thresholds by age band and status: employed, then unemployed, next month
    begins=(9,),  # who is unemployed of those not in work, by age band; 0 where nobody works
    covered_days=(),
    strain=(2, 3),  # factor on acts by class and level of hardship, in 1/65536
    of_work=(KINDS,),  # 1 for acts that only people at work do
    deficit_purpose=(),
    star_purpose=(),
    fines=(),  # 1 where the country declares money
    fine=(KINDS,),  # cents owed when not paid at once; 0 without a fine
    fine_notice=(KINDS,),
    fine_purpose=(KINDS,),
    fine_pay=(KINDS, 10, 3, 2),  # by income decile, level of hardship, arrears
    fine_mean=(KINDS,),  # what the burn-in brings the mean chance to, over fines
    fine_ends=(KINDS, DEBT_MONTHS),  # recovered within so many months
    debt_months=(),  # after so many a debt lapses
    unpaid=(),  # the act that arises from arrears, or -1
    short=(20,),  # cents a month by decile, covered and then not
    short_ends=(DEBT_MONTHS,),
    short_purpose=(),
    m_work=(),
    m_money=(),
    m_rating=(),
    k_work=(),
    k_money=(),
    k_rating=(),
    # -- opinion
    # -- what sensors do beside: reports, review, context errors
    # -- shunning, bought repair, displacement
    # -- redress, memory, the ledger by domain, decisions by tier
    m_false=(),  # first column of each family of measures
    m_scheme=(),
    m_list=(),
    m_trip=(),
    m_clamped=(),
    k_tier=(),
    k_list=(),
)

# What differs between arms; one record an arm.
ARM = _record(
    institutions=(),  # 1 where fines and courts act as today
    notice=(),  # 1 where people are told of a charge by the regime
    ambient_day=(SEGMENTS,),  # first day of each segment of what is in the air
    ambient=(2, SEGMENTS),  # in 1/65536
    sensors=(),
    s_purpose=(SENSORS,),
    s_eye=(SENSORS,),  # row in which its draws stand
    s_need=(SENSORS,),  # flags that the person must carry
    s_register=(SENSORS,),  # 1 where the sensor reads today's charges
    s_seen=(SENSORS, KINDS, STRATA),
    s_right=(SENSORS, CLASSES),  # threshold of the right identification
    s_wrong=(SENSORS, CLASSES),  # threshold of right or wrong
    s_scope=(SENSORS,),  # 0 the country, 1 the region
    s_same=(SENSORS,),  # probability that a wrong match shares the appearance class
    f_threshold=(LAYERS, CLASSES),  # on the next 32 digits; 0 where the arm has no such sensor
    f_sensor=(LAYERS,),  # sensor, or -1
    f_points=(SENSORS, SCHEMES),
    schemes=(),
    reads=(SCHEMES,),  # TODAY or REGIME
    who=(SCHEMES,),  # flags that the person must carry
    scale=(SCHEMES, 4),  # start, floor, ceiling, hysteresis
    tiers=(SCHEMES,),
    lower=(SCHEMES, TIERS),  # lowest score of each tier, from the top
    repair=(SCHEMES, REPAIR_COLUMNS),
    points=(SCHEMES, KINDS),  # cost of a charge (merits are negative)
    counts=(SCHEMES, KINDS),  # 1 where the catalogue holds the act
    cap=(SCHEMES, KINDS),  # most points a day
    heavy=(SCHEMES, KINDS),
    tie_points=(SCHEMES,),  # what a fall costs each tie
    tie_mask=(SCHEMES,),  # in-block tie orders read, bit by order
    far_mask=(SCHEMES,),  # permutations read, bit by permutation
    tie_breaks=(SCHEMES,),  # 1 where a tie's fall breaks clean time
    stake_scheme=(),  # disclosed scheme whose losses make cautious, or -1
    stake_span=(2,),  # start, and points from start to the worst known consequence
    lists=(),
    l_scheme=(LISTS,),
    l_entry=(LISTS, 2),  # kind (0 tier, 1 act, 2 offer) and which
    l_exit=(LISTS, 4),  # kind (0 tier, 1 term), tier or days, score restored or -1, novice
    prevents=(256,),  # acts prevented for each set of lists, bit by act
    watched_lists=(),  # lists that refuse something, bit by list
    # -- work and money
    hires=(SCHEMES, TIERS),  # share of hires that stand, by tier
    dismisses=(SCHEMES, TIERS),  # chance a month that a job ends, by tier
    hire_purpose=(SCHEMES,),
    dismiss_purpose=(SCHEMES,),
    r_count=(),  # ratings a month, 0 without a platform that rates
    r_window=(),
    r_level=(BINS,),  # mean rating by bin of the deficit, in 1/8192 of a star
    r_bias=(CLASSES,),
    r_drift=(),  # stars a day, in 1/8192 of 2**-20
    r_since=(),  # day from which it runs
    r_line=(),
    r_warning=(),  # months
    # -- opinion
    # -- what sensors do beside: reports, review, context errors
    # -- shunning, bought repair, displacement
    # -- redress, memory, the ledger by domain, decisions by tier
    o_threshold=(CHANCES, WHERE),  # on the next 32 digits
    o_refuse=(CHANCES, 256),  # probability of refusal for each set of lists
    o_scheme=(CHANCES,),  # offer: scheme, or -1
    o_tiers=(CHANCES,),  # offer: tiers in which it is open, bit by tier
    o_points=(CHANCES,),
    o_blocked=(CHANCES,),  # offer: lists that close it, bit by list
    o_enters=(CHANCES,),  # offer: list that it enters, or -1
)


# Boxes of a block's desk: OWN charges of the block's people; OUT charges for people elsewhere; FALLS that
# reach people in the block; FAR falls for people elsewhere; KNOWN charges that ties hear of; JUDGE people to
# judge tomorrow; TERM entries on lists with a term.
OWN, OUT, FALLS, FAR, KNOWN, JUDGE, TERM = range(7)
BOXES = ("own", "out", "falls", "far", "known", "judge", "term")
