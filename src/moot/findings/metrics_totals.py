"""Metrics from what an arm counted over the run, and from what its file says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from moot.findings.disparities import TOO_FEW, Rates
from moot.findings.disparities import Group as RateGroup
from moot.findings.metric_parts import Asked, Found, Group, missing, share
from moot.regime.aims import GUARDED, permitted_acts
from moot.regime.schema import ListRule, Scheme

__all__ = ["BURDENS", "OF_TOTALS", "burdens", "charges", "wrong_charges"]

PER_YEAR = "per 1,000 people and year"
OF_1000 = "of 1,000"
NO_CHARGES = "the regime charged nobody"


# What several metrics count.


def charges(asked: Asked) -> list[str]:
    """Measures of all charges of the regime: right ones, another's act, reports of what did not happen."""
    return [*asked.acts("charged-by-regime"), *wrong_charges(asked)]


def wrong_charges(asked: Asked) -> list[str]:
    """Measures of charges for what the person did not do."""
    return [*asked.acts("borne-for-another"), *_sensors(asked, "malicious")]


def refusals(asked: Asked) -> dict[str, str]:
    """Measures of refusals for a list or a score, by context."""
    trips = {one: f"trip:{one}:refused" for one in asked.rules.scenario.country_model.travel}
    decided = [context for scheme in asked.schemes.values() for context in scheme.decisions]
    return trips | {one: f"decision:{one}:refused-by-score" for one in decided}


def _sensors(asked: Asked, what: str) -> list[str]:
    return [f"sensor:{name}:{what}" for name in asked.own.sensors]


def aimed(asked: Asked) -> list[str]:
    """The offences that the regime counts against people, of those that have a rate in the country."""
    return [act for act in permitted_acts(asked.regime) if act in asked.rules.scenario.country_model.acts]


# Effect, and what is milder.


def effect(asked: Asked) -> Iterator[Found]:
    """M_EFF: true acts of the offences aimed at, less the twin's."""
    acts = aimed(asked)
    unit = f"acts {PER_YEAR}"
    if not acts:
        yield missing("offences that it counts", unit, "it counts no offence that may be aimed at")
    else:
        done = [f"act:{act}:acts" for act in acts]
        yield asked.yearly("offences that it counts", asked.more(done), unit=unit)
        for act, name in zip(acts, done, strict=True):
            yield asked.yearly(act, asked.more([name]), unit=unit)
    others = [f"act:{act}:acts" for act in asked.rules.acts_of("offence") if act not in acts]
    yield asked.yearly("offences that it does not count", asked.more(others), unit=unit)


BURDENS: dict[str, Callable[[Asked], Sequence[str]]] = {
    "charges for lawful acts": lambda asked: asked.acts("charged-by-regime", "lawful"),
    "charges for what was not done": wrong_charges,
    "stops by a false alarm": lambda asked: _sensors(asked, "false-alarms"),
    "refusals": lambda asked: list(refusals(asked).values()),
    "hires refused and jobs ended": lambda _: ["work:jobs:hires-refused", "work:jobs:dismissed-by-score"],
    "lawful acts forgone": lambda asked: asked.acts("forgone", "lawful"),
    "lawful acts prevented": lambda asked: asked.acts("prevented", "lawful"),
    "ties cut": lambda _: ["ties:regular:cut"],
}
"""What is put beside an effect, each apart; counts over the run."""


def burdens(asked: Asked) -> dict[str, int]:
    """Each burden of an arm, less the twin's."""
    return {name: asked.more(list(of(asked))) for name, of in BURDENS.items()}


def milder(asked: Asked) -> Iterator[Found]:
    """M_ALT: arms that do as much, and burdens beyond the least of them."""
    others = [
        Asked(asked.run, arm, asked._totals)
        for arm in asked.run.arms
        if arm != asked.arm and asked.rules.arms[arm].regime is not None
    ]
    acts = [f"act:{act}:acts" for act in aimed(asked)]
    why = ""
    if not others:
        why = "the run has no other arm with a regime"
    elif not acts:
        why = "it counts no offence that may be aimed at"
    if why:
        yield missing("arms that do as much", "arms", why)
        return
    own, fall = burdens(asked), asked.more(acts)
    as_much = {one.arm: burdens(one) for one in others if one.more(acts) <= fall}
    if not as_much:
        yield Found("arms that do as much", 0.0, "arms", of=len(others))
        return
    yield Found(f"arms that do as much: {', '.join(as_much)}", float(len(as_much)), "arms", of=len(others))
    better = [arm for arm, found in as_much.items() if all(found[x] <= own[x] for x in own)]
    names = f": {', '.join(better)}" if better else ""
    yield Found(f"of these, with no burden larger{names}", float(len(better)), "arms", of=len(others))
    for name, count in own.items():
        least = min([count, *(found[name] for found in as_much.values())])
        yield asked.yearly(f"{name}, more than the least of them", count - least)


# Refusals.


def cross_context(asked: Asked) -> Iterator[Found]:
    """M_CTX: refusals that points of other domains alone bring about, by context."""
    found = refusals(asked)
    none = "nothing was refused"
    across = {one: f"{name.rpartition(':')[0]}:refused-across-contexts" for one, name in found.items()}
    for context, name in found.items():
        part, of = asked.count([across[context]]), asked.count([name])
        yield share(asked.rules.context(context), part, of, f"{OF_1000} refusals", none)
    if len(found) != 1:
        part, of = asked.count(across.values()), asked.count(found.values())
        yield share("all contexts", part, of, f"{OF_1000} refusals", none)


def detriment(asked: Asked) -> Iterator[Found]:
    """M_DET, of totals: refusals, work, arrears and lists, less the twin's."""
    for context, name in refusals(asked).items():
        told = asked.yearly(f"refused: {asked.rules.context(context)}", asked.more([name]))
        yield Found(told.what, told.value, told.unit, told.events, groups=asked.rates([name]))
    for words, name in (
        ("hires refused for the score", "hires-refused"),
        ("jobs ended for it", "dismissed-by-score"),
    ):
        yield asked.yearly(words, asked.more([f"work:jobs:{name}"]))
    ends = {"out of work": ["work:unemployed:people"], "in arrears": ["money:arrears:people"]}
    ends |= {f"on the list {name}": [f"list:{name}:people"] for name in asked.lists}
    for words, names in ends.items():
        more = asked.more(names)
        yield Found(f"people {words} at the end", more * 1000 / asked.run.people, "per 1,000 people", more)


def mobility(asked: Asked) -> Iterator[Found]:
    """M_MOV: trips refused, days on lists, entries that nobody looked at."""
    travel = list(asked.rules.scenario.country_model.travel)
    for context in travel:
        name = f"trip:{context}:refused"
        told = asked.yearly(f"refused: {asked.rules.context(context)}", asked.more([name]))
        yield Found(told.what, told.value, told.unit, told.events, groups=asked.rates([name]))
    closing = {name: found for name, found in asked.lists.items() if set(travel) & set(found[1].refuses)}
    entries = {name: asked.count([f"list:{name}:entries"]) for name in closing}
    for name in closing:
        days = sum(int(x) for x in asked.run.sums([f"list:{name}:people"], asked.arm, "day")["value"])
        told = share(f"days on {name}", days, entries[name], "days by entry", "nobody was entered", scale=1)
        yield Found(told.what, told.value, told.unit, entries[name], entries[name], why=told.why)
    alone = [name for name, (scheme, rule) in closing.items() if _by_rule_alone(scheme, rule)]
    yield share(
        "entries that follow from a rule alone",
        sum(entries[name] for name in alone),
        sum(entries.values()),
        f"{OF_1000} entries",
        "nobody was entered on a list that closes a trip",
    )


def _by_rule_alone(scheme: Scheme, rule: ListRule) -> bool:
    """Whether nobody looks at a case before the list: not at its charges, and not in a register outside."""
    if rule.entry.drawn_per_year is not None or rule.entry.offer is not None:
        return False
    redress = scheme.redress
    return not (redress is not None and redress.suspensive and redress.appealed.lower() >= 1.0)


# Points, groups, decisions.


def cascade(asked: Asked) -> Iterator[Found]:
    """M_CASC: all points lost by those that own charges took."""
    for name in asked.schemes:
        lost, ties = (asked.count([f"scheme:{name}:{x}"]) for x in ("points-lost", "points-from-ties"))
        fines = asked.count(["money:arrears:points"]) if len(asked.schemes) == 1 else 0
        unit = "points by point that own charges took"
        yield share(
            f"points of {name}",
            lost + ties,
            lost - fines,
            unit,
            "no point was lost for an own charge",
            scale=1,
        )


def contagion(asked: Asked) -> Iterator[Found]:
    """M_NET: points lost because ties fell, of all."""
    for name in asked.schemes:
        lost, ties = (asked.count([f"scheme:{name}:{x}"]) for x in ("points-lost", "points-from-ties"))
        yield share(f"points of {name}", ties, lost + ties, f"{OF_1000} points lost", "no point was lost")


def wrong(asked: Asked) -> Iterator[Found]:
    """M_FPR: charges for what was not done, and stops."""
    bad, every = wrong_charges(asked), charges(asked)
    told = share(
        "charges for what was not done",
        asked.count(bad),
        asked.count(every),
        f"{OF_1000} charges",
        NO_CHARGES,
    )
    yield Found(told.what, told.value, told.unit, told.events, told.of, why=told.why, groups=asked.rates(bad))
    for words, names in (
        ("charges for another person's act", asked.acts("borne-for-another")),
        ("charges from reports of what did not happen", _sensors(asked, "malicious")),
    ):
        yield asked.yearly(words, asked.count(names))
    alarms = _sensors(asked, "false-alarms")
    told = asked.yearly("stops by a false alarm", asked.count(alarms), unit=f"stops {PER_YEAR}")
    yield Found(told.what, told.value, told.unit, told.events, groups=asked.rates(alarms))


def disparity(asked: Asked) -> Iterator[Found]:
    """M_DISP: the widest ratio and difference between groups, by attribute."""
    lowest = [
        f"tier:{n}-{s.tier_names[-1]}:people" for n, s in asked.schemes.items() if len(s.tier_names) > 1
    ]
    shown = {
        "charges for own acts": asked.acts("charged-by-regime"),
        "charges for what was not done": wrong_charges(asked),
        "refusals": list(refusals(asked).values()),
        "people in the lowest tier at the end": lowest,
    }
    for words, names in shown.items():
        rates = asked.rates(names, per_year=False)
        for attribute in dict.fromkeys(one.attribute for one in rates):
            yield from _widest(words, attribute, [one for one in rates if one.attribute == attribute])


def _widest(words: str, attribute: str, groups: list[Group]) -> Iterator[Found]:
    """The ratio and the difference of the lowest and the highest rate among groups that have one."""
    every = Rates(
        tuple(RateGroup(one.level, one.people, one.events) for one in groups),
        RateGroup("overall", sum(one.people for one in groups), sum(one.events for one in groups)),
    )
    ratio, difference = every.ratio(), every.difference()
    what = f"{words}, by {attribute}"
    if ratio is None or difference is None:
        yield missing(f"{what}: ratio", "lowest by highest", TOO_FEW)
        return
    what += f": {ratio.lowest} against {ratio.highest}"
    events = min(every[ratio.lowest].events, every[ratio.highest].events)
    yield Found(f"{what}, ratio", ratio.value, "lowest by highest", events, groups=tuple(groups))
    unit = "per 1,000 people of the group"
    yield Found(f"{what}, difference", 1000 * difference.value, unit, events)


def weight(asked: Asked) -> Iterator[Found]:
    """M_WEIGHT, of totals: refusals that the score alone brought about."""
    decided = dict.fromkeys(context for scheme in asked.schemes.values() for context in scheme.decisions)
    if not decided:
        yield missing("decisions of others", f"{OF_1000} decisions", "the score decides nothing of others")
    for context in decided:
        part, of = (
            asked.count([f"decision:{context}:refused-by-score"]),
            asked.count([f"decision:{context}:decided"]),
        )
        what = f"refused only for the score: {asked.rules.context(context)}"
        yield share(
            what, part, of, f"{OF_1000} decisions", "nothing was decided about anybody that it concerns"
        )


def gaming(asked: Asked) -> Iterator[Found]:
    """M_GAME: repairs bought, merits beyond the twin's, acts done elsewhere."""
    for name, scheme in asked.schemes.items():
        bought = scheme.bought_repair
        if bought is None:
            continue
        purchases = [f"scheme:{name}:repairs-bought"]
        told = asked.yearly(f"repairs bought in {name}", asked.count(purchases))
        yield Found(told.what, told.value, told.unit, told.events, groups=asked.rates(purchases))
        points = asked.count(purchases) * bought.points
        lost = asked.count([f"scheme:{name}:points-lost", f"scheme:{name}:points-from-ties"])
        told = share(
            f"points bought in {name}", points, lost, "by 100 points lost", "no point was lost", scale=100
        )
        yield Found(told.what, told.value, told.unit, asked.count(purchases), told.of, why=told.why)
        yield asked.yearly(
            f"euros spent on {name}", asked.count([f"scheme:{name}:euros-spent"]), unit=f"euros {PER_YEAR}"
        )
    merits = asked.acts("acts", "merit")
    yield asked.yearly("merits beyond the twin's", asked.more(merits))
    yield asked.yearly("scored acts done elsewhere, unscored", asked.count(asked.acts("displaced")))


# Records, redress, reach.


def records(asked: Asked) -> Iterator[Found]:
    """M_ACC: records on the wrong person or on nobody, of acts seen."""
    seen = [
        *asked.acts("charged-by-regime"),
        *asked.acts("charged-to-another"),
        *asked.acts("seen-unidentified"),
    ]
    unit, none = f"{OF_1000} acts seen", "nothing was seen"
    of = asked.count(seen)
    yield share("records on the wrong person", asked.count(asked.acts("charged-to-another")), of, unit, none)
    yield share("seen, nobody found", asked.count(asked.acts("seen-unidentified")), of, unit, none)
    for name, scheme in asked.schemes.items():
        cost = borne = 0
        for act, entry in scheme.table.catalogue.items():
            if entry.points and scheme.reads == "regime":
                count = asked.count([f"act:{act}:borne-for-another"])
                borne, cost = borne + count, cost + count * entry.points
        told = share(
            f"a charge for another's act in {name}",
            cost,
            borne,
            "points by charge",
            "there was none",
            scale=1,
        )
        yield Found(told.what, told.value, told.unit, borne, borne, why=told.why)


def remedy(asked: Asked) -> Iterator[Found]:
    """M_APP: contests, rulings, what is put right and what ran before a ruling."""
    for name, scheme in asked.schemes.items():
        costly = [act for act, entry in scheme.table.catalogue.items() if entry.points]
        charged = [f"act:{act}:{x}" for act in costly for x in ("charged-by-regime", "borne-for-another")]
        every = asked.count(charged)
        if scheme.redress is None:
            yield missing(f"charges contested in {name}", f"{OF_1000} charges", "no charge can be contested")
            yield share(
                f"charges executed before a ruling in {name}", every, every, f"{OF_1000} charges", NO_CHARGES
            )
            continue
        appeals, upheld, right, rejected, bad, days = (
            asked.count([f"redress:{name}:{x}"])
            for x in ("appeals", "upheld", "upheld-wrong", "rejected", "wrong-charges", "days-wronged")
        )
        told = share(f"charges contested in {name}", appeals, every, f"{OF_1000} charges", NO_CHARGES)
        groups = asked.rates([f"redress:{name}:appeals"])
        yield Found(told.what, told.value, told.unit, told.events, told.of, why=told.why, groups=groups)
        none = "there was no ruling"
        yield share(
            f"rulings for the person in {name}", upheld, upheld + rejected, f"{OF_1000} rulings", none
        )
        unit = f"{OF_1000} wrong charges"
        yield share(
            f"wrong charges put right in {name}",
            right,
            bad,
            unit,
            "there was no wrong charge that cost points",
        )
        why = "no wrong charge was put right"
        told = share(f"days wronged in {name}", days, right, "days by wrong charge put right", why, scale=1)
        yield Found(told.what, told.value, told.unit, right, right, why=told.why)
        before = every - appeals if scheme.redress.suspensive else every
        yield share(
            f"charges executed before a ruling in {name}", before, every, f"{OF_1000} charges", NO_CHARGES
        )


def coverage(asked: Asked) -> Iterator[Found]:
    """M_COV: people who have a score, and acts seen."""
    for name, scheme in asked.schemes.items():
        people = asked.count([f"tier:{name}-{tier}:people" for tier in scheme.tier_names])
        yield share(f"people with a score of {name}", people, asked.run.people, f"{OF_1000} people", "")
    kinds = ("charged-by-regime", "charged-to-another", "seen-unidentified")
    seen = asked.count(
        [one for kind in kinds for one in asked.acts(kind, "offence", "incivility", "lawful", "merit")]
    )
    yield Found("acts seen", seen / asked.run.people / asked.years, "acts a person and year", seen)


def explanation(asked: Asked) -> Iterator[Found]:
    """M_EXPL, of totals: charges whose true reason is told."""
    of = asked.count(charges(asked))
    told = [one for one in asked.schemes.values() if one.redress is not None and one.redress.reasons]
    right = asked.count(asked.acts("charged-by-regime")) if asked.regime.notice and told else 0
    words = "charges whose true reason is told"
    yield share(words, right, of, f"{OF_1000} charges", NO_CHARGES)


def retroactive(asked: Asked) -> Iterator[Found]:
    """M_RETRO: charges for acts before the rule was in force or announced."""
    every = ("offence", "incivility", "lawful", "merit")
    of = asked.count([*asked.acts("charged-by-regime", *every), *wrong_charges(asked)])
    unit = f"{OF_1000} charges and merits"
    yield share("acts before the first day", asked.count(["past:acts:disclosed"]), of, unit, NO_CHARGES)
    day = asked.regime.announced
    names = [*asked.acts("charged-by-regime", *every), *wrong_charges(asked)]
    by_day = asked.run.sums(names, asked.arm, "day")
    early = sum(
        int(count)
        for at, count in zip(by_day["at"], by_day["value"], strict=True)
        if day is None or str(at) < day.isoformat()
    )
    words = "before it was announced" if day is not None else "under a rule that is never announced"
    yield share(words, early, of, unit, NO_CHARGES)


def secrecy(asked: Asked) -> Iterator[Found]:
    """M_SECRET: what of a scheme its file tells."""
    for name, scheme in asked.schemes.items():
        told = {
            "announced": asked.regime.announced is not None,
            "score": scheme.disclosed,
            "charges": asked.regime.notice,
            "reasons": scheme.redress is not None and scheme.redress.reasons,
        }
        said = ", ".join(word for word, yes in told.items() if yes) or "nothing"
        yield Found(f"told of {name}: {said}", float(sum(told.values())), "of 4")


def minimisation(asked: Asked) -> Iterator[Found]:
    """M_DATA: what is looked at, and of it what always counts as burden."""
    acts = dict.fromkeys(act for one in asked.own.sensors.values() for act in (*one.sees, *one.reads))
    country, words = asked.rules.scenario.country_model, asked.rules.vocabulary
    guarded = [act for act in acts if act in country.acts and country.act(act, words).domain in GUARDED]
    yield Found("sensors", float(len(asked.own.sensors)), "sensors")
    yield Found("kinds of acts that they look at", float(len(acts)), "kinds")
    yield Found("of these, kinds that always count as burden", float(len(guarded)), "kinds")
    every = asked.acts("charged-by-regime", "offence", "incivility", "lawful", "merit")
    part = asked.count([f"act:{act}:charged-by-regime" for act in guarded])
    yield share(
        "records of such acts", part, asked.count(every), f"{OF_1000} records", "nothing was recorded"
    )


def drift(asked: Asked) -> Iterator[Found]:
    """M_DRIFT: changes of the rules within the run."""
    changes = [one for one in asked.rules.scenario.changes if one.arm == asked.arm]
    yield Found(
        "changes of the rules within the run, none with a recorded validation", float(len(changes)), "changes"
    )
    for name, scheme in asked.schemes.items():
        learned = scheme.engine == "learned"
        said = "learned once and shipped as it is" if learned else "written down"
        yield Found(f"changes by learning in {name}, whose numbers are {said}", 0.0, "changes")


OF_TOTALS: dict[str, Callable[[Asked], Iterator[Found]]] = {
    "M_EFF": effect,
    "M_ALT": milder,
    "M_CTX": cross_context,
    "M_DET": detriment,
    "M_CASC": cascade,
    "M_FPR": wrong,
    "M_DISP": disparity,
    "M_WEIGHT": weight,
    "M_EXPL": explanation,
    "M_MOV": mobility,
    "M_GAME": gaming,
    "M_NET": contagion,
    "M_SECRET": secrecy,
    "M_RETRO": retroactive,
    "M_DATA": minimisation,
    "M_ACC": records,
    "M_APP": remedy,
    "M_COV": coverage,
    "M_DRIFT": drift,
}
"""By metric: what it finds in an arm with a regime."""
