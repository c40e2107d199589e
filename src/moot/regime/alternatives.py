"""The battery of milder alternatives to a regime, R0 to R9, each a pure transformation of its file.

The question is that of necessity: does something milder do as much? So no alternative has more sensors,
heavier sanctions, a longer memory or less redress than its start (`moot.regime.harder` is asked of each), and
each is read again by the schema that every regime is read by. A rule that does not apply says why.

R1 and R8 spend the *budget* of their start without a score: identifications searched and cases reviewed, a
person and year. A budget depends on a country (`moot.experiment.budget`); without one, both look at as little
as the start looks at anything.
"""

from __future__ import annotations

import copy
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from moot.declaring.files import looks_like_name
from moot.declaring.source import source_of_text
from moot.errors import MootError, UserError
from moot.regime.aims import GUARDED, Aim, aim_of, check_aim, permitted_acts
from moot.regime.battery import IDS, RuleId, RuleWords, load_battery
from moot.regime.harder import harder
from moot.regime.milder import (
    OFFICERS,
    RULES,
    Budget,
    Draft,
    RefusedError,
    act_of,
    costing_acts,
    does_anything,
    followed_acts,
    main_domain,
)
from moot.regime.reading import load_regime, regime_from
from moot.regime.schema import Regime
from moot.regime.writing import content_of, text_of
from moot.vocabulary import load_vocabulary

__all__ = ["OFFICERS", "Alternative", "Budget", "alternatives", "followed_acts", "main_domain", "write_all"]

Content = dict[str, Any]


@dataclass(frozen=True)
class Alternative:
    """One milder alternative: the regime, what was changed in words, and how it is held to the budget.

    `regime` is None for R0, where there is none, and where the rule was refused: then `refused` says why.
    """

    id: RuleId
    words: RuleWords
    regime: Regime | None
    changed: tuple[str, ...] = ()
    refused: str = ""
    text: str = ""
    """The file of the regime, header included; empty without one."""

    @property
    def applies(self) -> bool:
        """Whether there is such an alternative to this regime; R0 always is."""
        return not self.refused

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.regime.regime}.yaml" if self.regime is not None else ""

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "id": self.id,
            "title": self.words.title,
            "asks": self.words.asks,
            "budget": self.words.budget,
            "applies": self.applies,
            "refused": self.refused or None,
            "changed": list(self.changed),
            "regime": self.regime.resolved() if self.regime is not None else None,
        }


def alternatives(
    regime: Regime | str | Path,
    *,
    aim: str | None = None,
    domain: str | None = None,
    budget: Budget | None = None,
) -> dict[RuleId, Alternative]:
    """The alternatives R0 to R9 to a regime (or its name or file), by id.

    `aim`: the acts that R1 and R2 go for (see `moot.regime.aims.aim_of`; default: every offence that the
    regime counts against people). `domain`: that of R4 (default: `main_domain`). `budget`: what the regime
    spends in a country, which R1 and R8 then match as far as that needs no closer look than its own.

    Raises `UserError` for an aim that may not be aimed at, and a domain in which the regime counts nothing.
    """
    start = regime if isinstance(regime, Regime) else load_regime(regime)
    named = aim_of(aim, start) if aim is not None else None
    if named is not None:
        outside = [act for act in named.acts if act not in start.acts]
        if outside:
            raise UserError(
                f"{outside[0]}: {start.regime} does not count it; there is no such aim of its own"
            )
    acts = permitted_acts(start)
    found = named or (Aim(acts) if acts else None)
    if found is not None:
        check_aim(found.acts, {**load_vocabulary().acts, **start.new_acts})
    if domain is not None:
        _check_domain(start, domain)
    plan = Draft(start, {}, found, domain or main_domain(start), budget)
    return {name: _derived(name, plan) for name in IDS}


def _check_domain(regime: Regime, domain: str) -> None:
    if domain in GUARDED:
        raise UserError(f"{domain}: {GUARDED[domain]} always count as burden; no alternative keeps to them")
    acts = (act_of(regime, name) for name in costing_acts(regime))
    there = dict.fromkeys(act.domain for act in acts if act is not None and act.domain not in GUARDED)
    if domain not in there:
        known = ", ".join(there) or "none"
        raise UserError(f"{domain}: {regime.regime} counts nothing against people in it; there is {known}")


# One alternative.


def _derived(name: RuleId, plan: Draft) -> Alternative:
    words = load_battery().rules[name]
    if name == "R0":
        return Alternative(name, words, None, ("The regime is absent; what is in force today stays.",))
    start = plan.start
    draft = replace(plan, content=copy.deepcopy(content_of(start)), changed=[])
    try:
        RULES[name](draft)
        if not draft.changed:
            raise RefusedError("it would be the regime itself: there is nothing that this rule changes")
        if not does_anything(draft.content):
            raise RefusedError("what would be left does nothing: it is R0")
    except RefusedError as why:
        return Alternative(name, words, None, refused=str(why))
    text = text_of(_named(draft, name, words), _header(start, name, words, draft.changed))
    derived = regime_from(source_of_text(text, f"{start.regime}-{name.lower()}.yaml"))
    found = harder(start, derived)
    if found:
        raise MootError(f"{name} of {start.regime} is harder than its start: {'; '.join(found)}")
    return Alternative(name, words, derived, tuple(draft.changed), text=text)


def _named(draft: Draft, name: RuleId, words: RuleWords) -> Content:
    """The content under its own name, as an invented scheme that says what it is derived from."""
    start, content = draft.start, draft.content
    content["regime"] = f"{start.regime[:57].rstrip('-')}-{name.lower()}"
    content["name"] = f"{start.name}: {words.title}"[:2000]
    content["kind"] = "invented"
    content["summary"] = f"An alternative to {start.regime}: {words.title}. {' '.join(draft.changed)}"[:2000]
    said = f"Derived from {start.regime} by the rule {name}; what follows is what that file assumes."
    content["assumed"] = [said, *content.get("assumed", [])]
    order = [key for key in Regime.model_fields if key in content]
    rest = [key for key in content if key not in order]
    return {key: content[key] for key in (*order, *rest)}


def _header(start: Regime, name: RuleId, words: RuleWords, changed: Iterable[str]) -> list[str]:
    said = [
        f"Derived from {start.regime} (content {start.content_hash[:12]}) by the rule {name}: {words.title}.",
        *changed,
        f"Budget: {words.budget}.",
        "What is documented, assumed and myth is said of the start.",
        "Synthetic people; mechanism, not forecast.",
    ]
    return [line for sentence in said for line in textwrap.wrap(sentence, 108)]


def write_all(found: Mapping[RuleId, Alternative], folder: Path, *, force: bool = False) -> list[Path]:
    """Write the files of the alternatives that there are into `folder`, which is made; their paths.

    Raises `UserError` where the folder cannot be written, and `ExistsError` for a file that is there.
    """
    from moot.errors import ExistsError

    wanted = {folder / one.file: one.text for one in found.values() if one.regime is not None}
    for path in wanted:
        if not looks_like_name(path.stem):
            raise UserError(f"{path.name} is not a name that a scenario can use")
        if (path.exists() or path.is_symlink()) and not force:
            raise ExistsError(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in wanted.items():
            path.write_text(text, "utf-8")
    except OSError as error:
        raise UserError(f"{folder} cannot be written: {error.strerror}") from None
    return list(wanted)
