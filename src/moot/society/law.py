"""What the kernels know of the arms: small integer tables, no names, no YAML.

The tables are records of fixed shape: a new regime compiles nothing, and a function takes a pointer, not a
thousand arguments (numba passes every array of a tuple apart, which made compiling take minutes). All is
int64; probabilities are thresholds on 32-bit uniforms (1 = 2**32), factors in 1/65536 or 1/2**30.
"""

import numpy as np

from moot.country.rates import ACT_LAYERS, BINS, INCOMES
from moot.society.memory import EYES

# Columns of `repair` (days and points; 0 = the rule is absent).
R_EVERY, R_POINTS, R_CAP, R_ONE_DAYS, R_ONE_POINTS, R_FULL, R_FULL_HEAVY = 0, 1, 2, 3, 4, 5, 6
R_NOVICE_EVERY, R_NOVICE_POINTS, R_NOVICE_START, R_NOVICE_CYCLE = 7, 8, 9, 10
REPAIR_COLUMNS = 11

NO_SCORE = -(1 << 20)  # of a list that leaves the score of those who come off it as it is

# Bits of a scheme's mark; the tier sits above them.
ABOVE, ONE, HEAVY, NOVICE, TIER = 1, 2, 4, 8, 4  # TIER is a shift

# Bits of a charge record.
TODAY, REGIME, UNCHARGED, BORNE = 1, 2, 4, 8
ALLEGED = 16  # somebody reported what did not happen

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

# What people think and said in the last week (see `society.opinion.sum_minds`); `:sum` in 1/16384.
MIND_MEASURES = (
    "private:sum",
    "private:support",
    "spoken:sum",
    "spoken:for",
    "spoken:against",
    "unafraid:for",
    "unafraid:against",
    "silent:for",
    "silent:against",
    "asked:support",
)


# Measures of redress and memory, by scheme.
REDRESS_MEASURES = (
    "wrong-charges",
    "appeals",
    "upheld",
    "upheld-wrong",
    "rejected",
    "points-restored",
    "days-wronged",
    "points-expired",
)
CHANCE_MEASURES = ("tried-by-listed", "refused", "refused-across-contexts")
DECISION_MEASURES = ("decided", "refused", "refused-across-contexts", "refused-by-score")
PER_CHANCE = 4
REFUSED, ACROSS, BY_SCORE = 1, 2, 3
REDRESS_WIDTH = len(REDRESS_MEASURES)
WRONG, APPEALED, UPHELD, UPHELD_WRONG, REJECTED, BACK, DAYS_WRONGED, EXPIRED = range(REDRESS_WIDTH)
# Domains of the ledger: those of the vocabulary, then what ties cost and what false alarms cost.
DOMAINS, OF_TIES, ALARMS = 12, 10, 11
# Own intents of the listed are thresholds; from DRAWN_ENTRY on, a share of everybody's in 1/65536.
RATES, TRY_DAYS, DRAWN_ENTRY = 16, 1024, 1 << 40
DELAYS = 1024  # equally likely delays of a ruling


# What kernels may hold at most; a regime or country beyond these is refused when compiled.
KINDS, SENSORS, SCHEMES, TIERS, LISTS, CLASSES = 48, 12, 4, 8, 8, 3
CHANCES, LAYERS, SEGMENTS, ORDERS, FARS = 12, 12, 4, 8, 4
STRATA, WHERE, DAYS = 5, 50, 8192
PUSHES = 128  # days on which an arm's people are told something
DEBT_MONTHS = 61  # months in which a debt may end, from 0


def _record(**fields: tuple[int, ...]) -> np.dtype[np.void]:
    return np.dtype([(name, np.int64, shape) for name, shape in fields.items()])


# What all arms of a run share. One record, so that a kernel's function takes one pointer.
WORLD = _record(
    kinds=(),  # how many acts
    twin=(),  # the first of the arms that have an account in common, and the one behind the last
    twins=(),
    alike=(),  # 1 where they also go by the same law (see `society.twins`)
    plain=(),  # 1 where a judgment of them leaves nothing behind that is kept arm by arm
    act_words=(),  # words of a hot row that decide whether and how an act is done in a twin
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
    o_kind=(CHANCES,),  # 0 a trip, 1 an offer, 2 a decision by tier
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
    fixed=(),  # 1 where hires of a month and region are as many as the comparator's
    places_arm=(),  # the comparator among the arms, or -1
    place_purpose=(),
    moves=(9, 3, 2),  # thresholds by age band and status: employed, then unemployed, next month
    begins=(9,),  # who is unemployed of those not in work, by age band; 0 where nobody works
    covered_days=(),
    strain=(2, 3),  # factor on acts by class and level of hardship, in 1/65536
    of_work=(KINDS,),  # 1 for acts that only people at work do
    deficit_purpose=(),
    people_key=(),  # the key of what is drawn once for a person
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
    m_places=(),
    m_money=(),
    m_rating=(),
    k_work=(),
    k_money=(),
    k_rating=(),
    # -- opinion
    minds=(),  # 1 where the country declares opinion
    openness=(BINS,),  # weight of what others say, in 1/256
    eager=(BINS,),  # how far a voice speaks up, in 1/65536
    logistic=(2050,),
    speaking=(4,),  # base, climate, fear, fear of supporters: log-odds in 1/4096
    answers=(),  # how far fear falsifies answers, in 1/65536; -1 where nobody is asked
    felt=(3,),  # steps of the anchor: charged, charged wrongly, a tie charged; in 1/16384
    start_below=(4,),  # cumulative shares of four parts of the scale on the first day
    start_from=(5,),  # and where each begins
    m_forgone=(),  # first column of lawful acts forgone, or -1
    # -- what sensors do beside: reports, review, context errors
    reports=(),  # layers of false reports, by purpose
    r_purpose=(LAYERS,),
    r_level=(LAYERS,),
    watches=(),  # layers in which listed people are recognised, by purpose
    w_purpose=(LAYERS,),
    w_level=(LAYERS,),
    m_malicious=(),
    m_review=(),  # two columns a sensor: looked at by a human, beyond what can be looked at
    m_recognised=(),
    # -- shunning, bought repair, displacement
    shuns=(),  # 1 where some arm cuts ties
    chance_key=(),  # the key of what is drawn by day
    cut_bit=(ORDERS,),  # first bit of a ring among the cuts of a person, or -1
    m_ties=(),  # ties cut, ties mended, each counted for both people
    k_ties=(),  # people with a cut tie
    m_bought=(),  # two columns a scheme: purchases, euros
    m_displaced=(),  # one column an act
    # -- redress, memory, the ledger by domain, decisions by tier
    past_acts=(),  # acts of the years before that some arm may read, bit by act
    past_from=(),  # first day that some arm may read
    past_day=(),  # the day on which they are read, or 0
    m_past=(),
    act_purpose=(KINDS,),
    act_domain=(KINDS,),
    drawn=(),  # lists with drawn entries, by name
    d_purpose=(LISTS, 2),  # of an entry, of an exit
    d_level=(LISTS, 2),
    o_domains=(CHANCES,),  # domains that belong to the context of a chance, bit by domain
    m_redress=(),
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
    l_exit=(LISTS, 4),  # kind (0 tier, 1 term), tier or days, score restored or NO_SCORE, novice
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
    pushes=(),  # days on which everybody is told something
    push_day=(PUSHES,),
    push_trusted=(PUSHES,),  # step of the anchor at full trust, in 1/2**30
    push_all=(PUSHES,),  # step of everybody's anchor, in 1/16384
    # -- what sensors do beside: reports, review, context errors
    s_review=(SENSORS,),  # 0 nobody looks, 1 beyond capacity all passes, 2 beyond it nothing does
    s_share=(SENSORS,),  # share of matches that a human sees
    s_review_purpose=(SENSORS,),
    s_raw=(SENSORS, CLASSES, 2),  # thresholds of right, and of right or wrong, before review
    s_context=(SENSORS,),  # probability that somebody absent is charged
    f_raw=(LAYERS, CLASSES),  # as f_threshold, before review
    r_threshold=(LAYERS,),  # for each tie, on the next 32 digits; 0 where the arm has no such sensor
    r_sensor=(LAYERS,),
    r_act=(LAYERS,),
    w_threshold=(LAYERS,),
    w_sensor=(LAYERS,),
    w_lists=(LAYERS,),  # lists whose members are enrolled, bit by list
    # -- shunning, bought repair, displacement
    shunning=(),  # 1 where some scheme declares it
    shun=(SCHEMES,),  # probability at full stake that a tie cuts
    shun_purpose=(SCHEMES,),
    mend_purpose=(SCHEMES,),
    shun_span=(SCHEMES, 2),  # start, and points from start to the worst known consequence
    b_chance=(SCHEMES,),  # bought repair in a month; 0 where there is none
    b_purpose=(SCHEMES,),
    b_tier=(SCHEMES,),  # it is sold below this tier
    b_decile=(SCHEMES,),  # to this decile of income and those above
    b_points=(SCHEMES,),
    b_price=(SCHEMES,),  # euros
    game_acts=(),  # merits done for the score, bit by act
    game_scheme=(),
    game_span=(2,),
    gamed=(257,),  # 1 + g l in 1/65536, l in 1/256
    displaced=(),  # probability that a prevented scored act is done elsewhere
    displace_acts=(),  # bit by act
    # -- redress, memory, the ledger by domain, decisions by tier
    past_from=(),  # first day of the past that the regime reads, or 0
    past_sensors=(),  # sensors that read it, bit by sensor
    s_registers=(),  # sensors that are registers, bit by sensor
    appeals=(SCHEMES,),  # 1 where a charge may be appealed
    appeal_purpose=(SCHEMES,),
    appeal=(SCHEMES, 3, INCOMES, 2),  # by education, income, right or wrong
    delay=(SCHEMES, DELAYS),  # days until a ruling, equally likely
    upheld=(SCHEMES, 2),  # right or wrong
    suspensive=(SCHEMES,),
    restores=(SCHEMES,),  # 1 points, 2 lists
    d_list=(LISTS,),  # drawn list: the list of the arm, or -1
    d_day=(LISTS, RATES),  # first day of each piece of its rate of entries
    d_entry=(LISTS, RATES),  # threshold on the next 32 digits
    d_exit=(LISTS,),
    t_intent=(LISTS, CHANCES),  # what the listed set out for; -1 as everybody (see `society.listing`)
    t_again=(LISTS, TRY_DAYS),  # probability of one more try after a refusal, by days listed
    ledger=(SCHEMES,),  # 1 where lost points are kept by domain
    only_domain=(SCHEMES,),  # where they are not: the one domain in which they are lost, or -1
    l_refuses=(LISTS,),  # chances that a list refuses, bit by chance
    o_decide=(CHANCES, TIERS),  # decision: probability of a refusal in each tier
    o_before=(CHANCES,),  # without the score
    memory=(SCHEMES,),  # days after which a charge expires, 0 = never
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
# judge tomorrow; TERM entries on lists with a term; SHUN falls and rises that cut or mend ties.
OWN, OUT, FALLS, FAR, KNOWN, JUDGE, TERM, SHUN = range(8)
BOXES = ("own", "out", "falls", "far", "known", "judge", "term", "shun")
