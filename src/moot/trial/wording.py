"""Words: the sentence at every text field, a check for neutral questions, and words no judgment uses."""

from __future__ import annotations

import re
import unicodedata

from moot.catalogue import catalogue
from moot.errors import UserError

__all__ = [
    "BANNER",
    "FICTION",
    "MOST",
    "REHEARSAL",
    "SAYS",
    "approving",
    "arm_in",
    "checked_text",
    "not_neutral",
]

BANNER = "An invented scheme and invented people. Do not write about a real person or a real case."
"""Stands at every text field."""
FICTION = "FICTION: imaginary proceedings about an invented scheme; no legal value."
"""Stands on every page of every export."""
REHEARSAL = "REHEARSAL: machines in the seats, blank ballots, no judgment."
"""Stands beside it on every page of what a rehearsal exports."""
SAYS = (
    "Synthetic people; mechanism, not forecast; not proof about any real population.",
    "Not a fundamental rights impact assessment, data protection impact assessment, audit or approval.",
    "If article 5(1)(c) of Regulation (EU) 2024/1689 applies, no assessment makes the scheme lawful.",
    "Runs made outside this case are unknown to it.",
)
"""Stands on the first page of every export."""
MOST = 8_000
"""Characters of one text."""


def arm_in(arm: str, language: str) -> str:
    """An arm of an experiment in the papers of a court: by what it is where that has words, else its name."""
    say, key = catalogue("trial", language), f"arm-{arm}"
    return say(key) if key in say else arm


_VERDICT = re.compile(
    r"\b(unlawful\w*|illegal\w*|lawful\w*|legal|necessary|unnecessary|justified|unjustified|abusive|unfair\w*|fair|"
    r"unjust|just|violat\w*|infring\w*|guilty|innocent|dangerous|harmful|harmless|dystopian|totalitarian|orwellian|"
    r"obvious\w*|clearly|evident\w*|outrageous\w*|cruel|monstrous|beneficial|excellent|effective|"
    r"illégal\w*|licite|illicite|nécessaire|injustifié\w*|justifié\w*|abusi\w+|injuste|coupable\w*|"
    r"dangereu\w+|totalitaire|évidemment|manifestement|scandaleu\w+)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"\b(is|are|was|were|est|sont)\s+(?:\w+\s+){0,3}(guilty|a liar|liars|dishonest|evil|bad|"
    r"criminals?|coupables?|malhonnêtes?|méchants?)\b|\b(blame|fault of|responsible for the death)\b",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"\b(shouldn't we|should we not|isn't it|aren't they|don't you|how could|why does nobody|n'est-ce pas)\b",
    re.IGNORECASE,
)
_APPROVING = re.compile(
    r"\b(safe|safely|compliant|compliance|approved?|certified|recommended|validated\s+scheme|passed|"
    r"conformes?|sûre?s?|approuvée?s?|certifiée?s?|homologuée?s?)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(no|not|never|nothing|neither|nor|without|cannot|ne|pas|aucune?|jamais|sans)\b", re.IGNORECASE
)


def checked_text(text: str, what: str) -> str:
    """`text` without blanks around it; `UserError` where it is empty, too long or holds control signs."""
    text = text.strip()
    if not text:
        raise UserError(f"{what}: is empty; expected a sentence")
    if len(text) > MOST:
        raise UserError(f"{what}: {len(text):,} characters; expected at most {MOST:,}")
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Co") and sign not in "\n\t" for sign in text):
        raise UserError(f"{what}: has characters that are not text; expected ordinary text")
    return text


def not_neutral(text: str, what: str, *, question: bool = False) -> list[str]:
    """What is not neutral in a title or question: words of a verdict, a person judged, a leading turn.

    Warnings, not refusals: words have more than one use, and people decide. `question` asks for one
    question, with a question mark at its end.
    """
    said = []
    for found in dict.fromkeys(match[0].lower() for match in _VERDICT.finditer(text)):
        said.append(f'{what}: "{found}" names an answer; ask whether, and leave the answer to the court')
    if _PERSON.search(text):
        said.append(f"{what}: judges a person; the respondent is a scheme")
    if _LEADING.search(text):
        said.append(f"{what}: leads to an answer; ask it so that either side could have written it")
    if question:
        if not text.rstrip().endswith("?"):
            said.append(f"{what}: is no question; expected one that ends with a question mark")
        if text.count("?") > 1:
            said.append(f"{what}: is more than one question; expected one, and elements are asked one by one")
    return said


def approving(text: str) -> list[str]:
    """Sentences that approve of a scheme, which no judgment may hold: a denial of them is left alone."""
    sentences = re.split(r"(?<=[.!?:;])\s+|\n+", text)
    return [one.strip() for one in sentences if _APPROVING.search(one) and not _DENIED.search(one)]
