"""Groups side by side, each with what the declarations make depend on the group, if anything.

A bar that is longer than its neighbour invites a finding. Most of the time there is none: neither an act nor
a mistake depends on the attribute, and what is seen is chance. The caption says which it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import TYPE_CHECKING

from moot.declaring.values import Quantity
from moot.findings.report_chart import bars
from moot.findings.report_parts import figure, table
from moot.findings.rules import Rules
from moot.findings.summary import FEW, two

if TYPE_CHECKING:
    from moot.findings.run import Run
    from moot.store.parquet import Columns

__all__ = ["LEAST_GROUP", "TOO_FEW", "depends", "groups", "rate", "told"]

LEAST_GROUP = 50
"""People in a group, and `FEW` events, from which a number is shown for it."""
TOO_FEW = "too few to say"
_GROUPS = {
    "age": "Age",
    "sex": "Sex",
    "income": "Income",
    "stratum": "Kind of place",
    "appearance": "Appearance class",
}
_CALLED = {"stratum": "the kind of place", "appearance": "the appearance class"}
_EXPOSED = {"licence": "a licence", "smartphone": "a smartphone", "employed": "work"}


def groups(run: Run, arm: str) -> str:
    """Groups side by side; a group of fewer than 50 people or with 1 to 9 events says so instead."""
    schemes = run.rules.arms[arm].own_schemes
    if not schemes:
        return ""
    acts = run.rules.acts_of("offence", "incivility", "lawful")
    alarms = [f"sensor:{name}:false-alarms" for name in run.rules.arms[arm].sensors]
    lowest = [f"tier:{name}-{scheme.tier_names[-1]}:people" for name, scheme in schemes.items()]
    shown = (
        ("charges by the scheme for own acts", [f"act:{act}:charged-by-regime" for act in acts]),
        (
            "charges for another’s act, and stops by a false alarm",
            [*(f"act:{act}:borne-for-another" for act in acts), *alarms],
        ),
        ("people in the lowest tier on the last day", lowest),
    )
    found = [(words, run.sums(names, arm, "level")) for words, names in shown]
    out = ['<section id="groups"><h2>Groups side by side</h2>']
    known = {str(one) for one in found[0][1]["attribute"]}
    for attribute, heading in _GROUPS.items():
        if attribute not in known:
            continue
        levels = list(run.rules.vocabulary.attributes[attribute])
        drawings, columns = [], []
        for words, counted in found:
            rows = [(level, rate(counted, attribute, level)) for level in levels]
            description = f"{heading}: {words}, per 1,000 people in each group. " + "; ".join(
                f"{level} {told(value)}" for level, value in rows
            )
            drawings.append(
                f"<div><h4>{escape(words)}</h4>{bars(f'{heading}: {words}', description, rows)}</div>"
            )
            columns.append([value for _, value in rows])
        caption = (
            "Per 1,000 synthetic people of each group, over the whole run; a person can be charged many "
            f"times. {what_depends(run.rules, arm, attribute)}"
        )
        table_rows = [[level, *(told(column[n]) for column in columns)] for n, level in enumerate(levels)]
        numbers = table(
            [heading.lower(), *(words for words, _ in shown)],
            table_rows,
            "The numbers, per 1,000 people of each group",
        )
        out.append(figure(heading, f'<div class="three">{"".join(drawings)}</div>', caption, numbers))
    out.append("</section>")
    return "".join(out)


def told(value: float | None) -> str:
    """A rate as read: none where nothing happened, and nothing said where it rests on too few."""
    if value is None:
        return TOO_FEW
    return two(value) if value else "none"


def rate(counted: Columns, attribute: str, level: str) -> float | None:
    """Events per 1,000 people of a group, or None where that rests on too few people or events."""
    row = (counted["attribute"] == attribute) & (counted["level"] == level)
    if not row.any():
        return None
    people, events = int(counted["people"][row][0]), int(counted["value"][row][0])
    if people < LEAST_GROUP or 0 < events < FEW:
        return None
    return 1000 * events / people


def what_depends(rules: Rules, arm: str, attribute: str) -> str:
    """The sentence of a caption: what is declared to depend on the attribute, or that nothing is."""
    found = depends(rules, arm, attribute)
    called = _CALLED.get(attribute, attribute)
    if attribute == "appearance":
        said = "Appearance classes are abstract, and no act depends on them. "
        if found:
            return (
                f"{said}The ratio between classes is an input of the scheme’s declaration "
                f"({'; '.join(found)}), not a result."
            )
        return f"{said}No mistake depends on them here either: differences between the bars are chance."
    if found:
        return f"What is declared to depend on {called}: {'; '.join(found)}. The rest is chance."
    said = f"No act and no mistake depends on {called} here: differences between the bars are chance"
    if attribute == "sex" and rules.scenario.country_model.age_sex and depends(rules, arm, "age"):
        said += ", or come with age, because the sexes are not of the same ages"
    return f"{said}."


def depends(rules: Rules, arm: str, attribute: str) -> list[str]:
    """What the country and the scheme make depend on an attribute, of all that the bars count."""
    return list(_depends(rules, arm, attribute))


def _depends(rules: Rules, arm: str, attribute: str) -> Iterator[str]:
    country, regime = rules.scenario.country_model, rules.arms[arm].regime
    charged = [name for name in country.acts if rules.class_of(name) != "merit"]
    uneven = []
    for name in charged:
        gradient = country.acts[name].gradient
        factors = gradient.tables().get(attribute, ()) if gradient is not None else ()
        if len(set(factors)) > 1:
            uneven.append(name)
    if uneven:
        yield f"how often people do some acts ({', '.join(uneven)})"
    if attribute == "age":
        yield from _by_age(rules, arm, charged)
    if attribute == "income":
        trips = {
            rules.scenario.country_model.act(name, rules.vocabulary).needs or "fast-rail"
            for name in charged
            if country.acts[name].per == "trip"
        }
        if any(context in country.travel and country.travel[context].by_income for context in trips):
            yield "how often people travel"
    for sensor in regime.sensors if regime is not None else ():
        if attribute == "stratum" and _uneven((sensor.density_per_km2 or {}).values()):
            yield f"how many cameras there are ({sensor.sensor})"
        means = sensor.identification
        if attribute == "appearance" and means is not None:
            if _uneven((means.multipliers or {}).values()):
                yield f"false-match multipliers of {sensor.sensor}"
            if _uneven((means.wrong or {}).values()):
                yield f"shares of wrong persons of {sensor.sensor}"


def _by_age(rules: Rules, arm: str, charged: list[str]) -> Iterator[str]:
    """What comes with age through what people have: a licence, a telephone, work, ties."""
    country, regime = rules.scenario.country_model, rules.arms[arm].regime
    named = country.attributes
    tables = {"licence": named.licence, "smartphone": named.smartphone, "employed": named.employed}
    used: set[str] = {country.acts[name].per for name in charged}
    if regime is not None:
        used |= {"smartphone"} if any(sensor.kind == "phone" for sensor in regime.sensors) else set()
        used |= {scheme.who for scheme in regime.schemes}
    having = [
        words
        for name, words in _EXPOSED.items()
        if name in used and tables[name] is not None and len(set(tables[name].by_age)) > 1  # type: ignore[union-attr]
    ]
    if having:
        yield f"who has {', '.join(having[:-1])}{' or ' if having[:-1] else ''}{having[-1]}"
    if regime is None:
        return
    if any(scheme.who == "adults" for scheme in regime.schemes):
        yield "who has a score"
    to = {tie for scheme in regime.schemes if scheme.association for tie in scheme.association.to}
    if any(tie.name in to and tie.kind in ("household", "clique") for tie in country.ties):
        yield "who lives, works or studies with how many others, whose falls cost points"


def _uneven(quantities: Iterable[Quantity]) -> bool:
    return len({one.model_dump_json(include={"value", "values"}) for one in quantities}) > 1
