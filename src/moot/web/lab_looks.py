"""What a page looks at of a laboratory: tiers, refusals by cause, groups, lives, reasons, a quotation."""

from __future__ import annotations

import secrets
from collections import Counter
from typing import Any

from moot.catalogue import LANGUAGES, catalogue
from moot.errors import UnknownNameError
from moot.findings.explaining import explain
from moot.findings.lives import described, gathered, moments, on
from moot.findings.report_groups import what_depends
from moot.findings.summary import FEW, two
from moot.regime.schema import ListRule
from moot.web.lab import Laboratory
from moot.web.lab_counts import Words, both
from moot.web.lab_uncertainty import Uncertainty

__all__ = ["explanation", "groups", "life", "quote", "refusals", "tiers"]

EVERY = 7
"""Days between two points of a drawing of tiers."""
GROUPED = ("age", "sex", "income", "stratum", "education", "appearance")


def tiers(lab: Laboratory) -> dict[str, Any]:
    """Who stands in which tier, week by week, per 1,000 of those who have the score; schemes by name."""
    _, counted = lab.ready()
    found = {}
    for name, scheme in lab.rules.arms[lab.arm].own_schemes.items():
        names = list(scheme.tier_names)
        shares = counted[lab.arm].tiers(name, names)
        days = [*range(0, lab.days, EVERY)]
        if days[-1] != lab.days - 1:
            days.append(lab.days - 1)
        found[name] = {
            "tiers": [
                {"tier": tier.tier, "from": tier.from_} for tier in scheme.score.tiers
            ] or [{"tier": one, "from": None} for one in names],
            "start": scheme.score.start,
            "days": days,
            "per_1000": [[row[day] for day in days] for row in shares],
        }  # fmt: skip
    return {"schemes": found, "synthetic": True}


def cause_of(rule: ListRule) -> str:
    """What puts people on a list: a court or register, the score, conduct, or something else."""
    entry = rule.entry
    if entry.drawn_per_year is not None:
        return "court"
    if entry.tier is not None:
        return "score"
    return "conduct" if entry.act is not None else "other"


def refusals(lab: Laboratory) -> dict[str, Any]:
    """Refused trips by what puts people on the lists that refuse them: court, score, conduct.

    How many there are is counted; the causes are those of the lives of the panel, a random sample.
    """
    shown, counted = lab.ready()
    run, out = lab.run(), []
    lists = lab.rules.arms[lab.arm].lists
    by_cause: dict[str, Counter[str]] = {}
    for number in run.lives:
        for event in run.lives[number].arms[lab.arm]:
            if event.kind == "refused":
                causes = {cause_of(lists[one][1]) for one in run.rules.barring(event)} or {"other"}
                by_cause.setdefault(event.what, Counter()).update(causes)
    for context in lab.scenario.country_model.travel:
        name = f"trip:{context}:refused"
        total = counted[lab.arm].total(name) if counted[lab.arm].has([name]) else 0
        found = by_cause.get(context, Counter())
        out.append(
            {
                "context": context,
                "title": both("measures", f"context.{context}"),
                "per_1000": float(f"{1000 * total / lab.people:.1e}") if total >= FEW or not total else None,
                "panel_events": sum(found.values()),
                "causes": [
                    {
                        "cause": cause,
                        "title": both("laboratory", f"cause.{cause}"),
                        "says": both("laboratory", f"cause-note.{cause}"),
                        "events": count if count >= FEW else None,
                    }
                    for cause in ("court", "score", "conduct", "other")
                    if (count := found.get(cause, 0)) or cause != "other"
                ],
            }
        )
    return {
        "version": shown.version, "panel": len(run.lives), "contexts": out,
        "says": both("laboratory", "refusals-note", panel=len(run.lives)), "synthetic": True,
    }  # fmt: skip


def groups(lab: Laboratory, by: str) -> dict[str, Any]:
    """Groups side by side, with what the declarations make depend on the group.

    One attribute at a time: nobody is looked at by several. Raises `UnknownNameError`.
    """
    _, counted = lab.ready()
    rules = lab.rules
    known = [one for one in GROUPED if any(slot[0] == one for slot in counted[lab.arm].slots)]
    if by not in known:
        raise UnknownNameError("attribute", by, known)
    acts = rules.acts_of("offence", "incivility", "lawful")
    arm = rules.arms[lab.arm]
    wrong = [*(f"act:{act}:borne-for-another" for act in acts),
             *(f"sensor:{name}:false-alarms" for name in arm.sensors)]  # fmt: skip
    columns = {
        "charges": [f"act:{act}:charged-by-regime" for act in acts],
        "wrong": wrong,
        "lowest": [f"tier:{name}-{one.tier_names[-1]}:people" for name, one in arm.own_schemes.items()],
    }
    levels = list(rules.vocabulary.attributes[by])
    return {
        "by": by,
        "attributes": known,
        "measures": [{"name": name, "title": both("laboratory", f"group.{name}")} for name in columns],
        "levels": [
            {
                "level": level,
                "title": _level(level),
                "per_1000": {name: counted[lab.arm].group(of, by, level) for name, of in columns.items()},
            }
            for level in levels
        ],
        "says": what_depends(rules, lab.arm, by),
        "synthetic": True,
    }


def _level(level: str) -> Words:
    key = f"level.{level}"
    return {
        language: catalogue("measures", language)(key) if key in catalogue("measures", language) else level
        for language in LANGUAGES
    }


def life(lab: Laboratory, number: str) -> dict[str, Any]:
    """A panel life beside its twin's, with the reason of each point; ``random`` takes any of the panel.

    Nobody is looked for by what they are or do: a life is opened by its random number. Raises
    `UnknownNameError`.
    """
    run = lab.run()
    if number == "random":
        number = secrets.choice(list(run.lives))
    one = run.life(number)
    pair = one.pair(run.rules, lab.arm)
    start = lab.scenario.start
    told = [
        {
            "day": (on_date(moment.day) - start).days,
            "date": on(moment.day),
            "where": moment.where,
            "kind": moment.kind,
            "text": moment.text,
            "why": "" if moment.why == "an own act" else moment.why,
            "twin": moment.twin,
            "points": moment.event.points,
            "score": moment.event.score,
            "event": moment.event.place,
            "arm": moment.event.arm,
        }
        for moment in gathered(moments(pair))
    ]
    person = run.person(one.number)
    return {
        "number": one.number,
        "who": described(person),
        "age": person["age"],
        "stratum": person["stratum"],
        "moments": told,
        "scores": {arm: _scores(lab, run, one.number, arm) for arm in (lab.twin, lab.arm)},
        "synthetic": True,
    }


def on_date(day: int) -> Any:
    """A day number as a date."""
    from moot.society.arms import date_of

    return date_of(day)


def _scores(lab: Laboratory, run: Any, number: str, arm: str) -> list[dict[str, Any]]:
    """Points of a life line: the score wherever an event tells it, by scheme."""
    return [
        {"day": event.day - day_zero(lab), "score": event.score, "scheme": event.scheme, "kind": event.kind}
        for event in run.lives[number].arms[arm]
        if event.score is not None and event.kind not in ("act", "forgone", "hushed")
    ]


def day_zero(lab: Laboratory) -> int:
    """The day number of the first day."""
    from moot.society.arms import day_number

    return int(day_number(lab.scenario.start))


def explanation(lab: Laboratory, number: str, event: int, arm: str | None) -> dict[str, Any]:
    """Why an event of a panel life happened: rule, data, causes, and what would have been needed."""
    run = lab.run()
    told = explain(run, number, event, arm or lab.arm)[0]
    return {**told.as_dict(), "lines": told.lines(), "synthetic": True}


def quote(lab: Laboratory, uncertainty: Uncertainty, name: str | None) -> dict[str, Any]:
    """A sentence that is ready to be quoted, with range and band; another where they are not there yet."""
    shown, counted = lab.ready()
    measure = lab.measure(name or lab.measures[0].name)
    ends, band = uncertainty.ends(measure, "range"), uncertainty.ends(measure, "band")
    fresh = uncertainty.version == shown.version
    never = both("laboratory", "quote-never")
    if not fresh or band is None or ends is None:
        return {**both("laboratory", "quote-none"), "ready": False, "never": never}
    here = counted[lab.arm].series(measure)
    there = counted[lab.twin].series(measure) if measure.twin else here * 0
    by = float((here - there).mean() if measure.flow else (here - there)[-1])

    def between(pair: tuple[float, float], language: str) -> str:
        to = "to" if language == "en" else "à"
        return f"{_two(pair[0], language)} {to} {_two(pair[1], language)}"

    said: Words = {}
    for language in LANGUAGES:
        say = catalogue("laboratory", language)
        said[language] = say(
            "quote",
            people=say.number(lab.people), days=say.number(lab.days), version=version_of_moot(),
            title=lab.scenario.title, seed=lab.seed, digest=lab.run().digest[:12],
            measure=measure.title[language], difference=_two(by, language),
            over=say("quote-flow" if measure.flow else "quote-stock"),
            changed=say("quote-changed", number=len(shown.changes)) if shown.changes else "",
            range=between(ends, language), band=between(band, language),
        )  # fmt: skip
    return {**said, "ready": True, "never": never}


def _two(value: float, language: str) -> str:
    said = two(value, sign=True)
    return said.replace(",", "\u202f").replace(".", ",") if language == "fr" else said


def version_of_moot() -> str:
    """The version that is installed."""
    from moot.findings.saving import versions

    return str(versions().get("moot", ""))
