"""What may be an aim: a fall in true acts that are offences, and nothing else.

Speech, assembly, association, the press, petition, religion, strike and private life are never aimed at,
whatever a file calls acts in them; nor are fear, opinion, support, silence, uptake and adoption, nor records
of acts, which rise with watching. Parameters are fitted in countries and behaviour alone, never in a regime.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moot.declaring.complaints import nearest
from moot.errors import UserError
from moot.vocabulary import Act, load_vocabulary

if TYPE_CHECKING:
    from moot.regime.schema import Regime

__all__ = [
    "GUARDED",
    "Aim",
    "aim_of",
    "check_aim",
    "check_path",
    "permitted_acts",
    "why_no_aim",
    "why_not_fitted",
]

GUARDED: dict[str, str] = {
    "online": "speech",
    "assembly": "assembly and strike",
    "civic": "association, petition, religion and contact with the press",
    "private-life": "private life",
}
"""Domains of acts that always count as burden, and what is done in them."""
_NEVER: dict[str, str] = {
    "fear": "fear is a burden that is measured, never something to bring about",
    "certainty": "perceived certainty is fear of a charge: a burden that is measured",
    "opinion": "what people think is theirs",
    "private": "what people think is theirs",
    "support": "support is what people think, or say; it is theirs",
    "spoken": "what people say is theirs",
    "unafraid": "what people say is theirs",
    "asked": "what people answer is theirs",
    "silent": "silence is a burden that is measured, never something to bring about",
    "silence": "silence is a burden that is measured, never something to bring about",
    "uptake": "how many take part is no harm and no fall in one",
    "offer": "how many take an offer is no harm and no fall in one",
    "adoption": "adoption is measured and is nobody's aim",
    "speech": "speech always counts as burden",
    "assembly": "assembly always counts as burden",
    "association": "association always counts as burden",
    "press": "contact with the press always counts as burden",
    "petition": "petition always counts as burden",
    "religion": "religion always counts as burden",
    "strike": "strike always counts as burden",
    "private-life": "private life always counts as burden",
    "score": "a score is a means; expected the acts that are to fall",
    "points": "points are a means; expected the acts that are to fall",
    "list": "a list is a means; expected the acts that are to fall",
    "tier": "a tier is a means; expected the acts that are to fall",
    "charges": "charges are records, and more watching raises records; expected true acts",
}
_NEVER_FITTED = (
    "fear", "certainty", "opinion", "private", "support", "spoken", "unafraid", "asked", "silent", "silence",
    "uptake", "offer", "adoption",
)  # fmt: skip
"""Of these, what is no figure to fit a parameter on either."""
_FORGONE = "what is forgone is silence: a burden that is measured, never something to fit"
_CLASSES = {
    "lawful": "is the exercise of a right",
    "incivility": "is no offence: no sanction exists today",
    "merit": "is a merit; nothing is gained by fewer of them",
}
_OF_A_REGIME = {
    "regime", "regimes", "sensors", "schemes", "campaigns", "repression_told", "retroactive", "ratings",
    "notice", "announced", "believed_share", "displacement", "arms", "adoption",
}  # fmt: skip


@dataclass(frozen=True)
class Aim:
    """A fall in true acts of these kinds; all of them offences outside the guarded domains."""

    acts: tuple[str, ...]

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures of a run that count them: true acts, never records."""
        return tuple(f"act:{act}:acts" for act in self.acts)


def why_no_aim(act: Act) -> str | None:
    """Why fewer acts of this kind cannot be an aim, or None."""
    if act.domain in GUARDED:
        return f"lies in {act.domain} ({GUARDED[act.domain]}), which always counts as burden"
    return _CLASSES.get(act.class_)


def permitted_acts(regime: Regime) -> tuple[str, ...]:
    """The acts that a regime counts against people and that may be aimed at, in its order."""
    acts = _known(regime)
    costs = dict.fromkeys(
        name
        for scheme in regime.schemes
        for name, entry in scheme.table.catalogue.items()
        if entry.merit is None and name in acts
    )
    return tuple(name for name in costs if why_no_aim(acts[name]) is None)


def aim_of(text: str, regime: Regime | None = None) -> Aim:
    """The aim that somebody typed: an act, `act:NAME:acts`, a domain, or `offences`.

    With a regime, its own acts are known as well, and a domain stands for those of its acts in the domain
    that may be aimed at. Raises `UserError` with the reason for everything else.
    """
    word = text.strip().lower()
    parts = word.split(":")
    if parts[0] == "act" and len(parts) >= 3:
        name, what = ":".join(parts[1:-1]), parts[-1]
        if what != "acts":
            raise UserError(
                f"{text}: counts records or what a list prevents, and more watching raises records; expected "
                f"true acts: act:{name}:acts"
            )
        word = name
    acts = _known(regime)
    if word in acts:
        check_aim((word,), acts)
        return Aim((word,))
    for said in (word, *parts, *word.replace(":", " ").replace("_", " ").split()):
        if said in _NEVER:
            raise UserError(f"{text}: no aim; {_NEVER[said]}")
    of = permitted_acts(regime) if regime is not None else tuple(acts)
    free = [name for name in of if why_no_aim(acts[name]) is None]
    domains = load_vocabulary().domains
    if word in GUARDED:
        raise UserError(f"{text}: no aim; {GUARDED[word]} always count as burden")
    if word in ("offence", "offences") or word in domains:
        found = tuple(name for name in free if word not in domains or acts[name].domain == word)
        if not found:
            where = f"the regime {regime.regime} counts none" if regime is not None else "there is none"
            raise UserError(f"{text}: no aim; of offences outside what always counts as burden, {where}")
        return Aim(found)
    hint = nearest(word, [*acts, *domains])
    raise UserError(
        f"{text}: no aim; expected an act that is an offence, such as drink-driving, a domain of such acts, "
        f"or `offences`{'; ' + hint if hint else ''}"
    )


def check_aim(names: Iterable[str], acts: Mapping[str, Act] | None = None) -> None:
    """Refuse acts that may not be aimed at. Raises `UserError` with the reason for the first of them."""
    known = load_vocabulary().acts if acts is None else acts
    for name in names:
        if name not in known:
            hint = nearest(name, known)
            raise UserError(f"{name}: no act that is known{'; ' + hint if hint else ''}")
        why = why_no_aim(known[name])
        if why is not None:
            raise UserError(f"{name}: no aim; it {why}")


def check_path(path: str) -> None:
    """Refuse a parameter to be fitted that belongs to a regime: a country and behaviour alone are free.

    `path` is dotted, as in ``acts.red-light.certainty_now``. Raises `UserError`.
    """
    first = path.strip().split(".")[0].lower()
    if not first:
        raise UserError("an empty path; expected one such as acts.red-light.certainty_now")
    if first in _OF_A_REGIME:
        raise UserError(
            f"{path}: lies in a regime, and no regime is fitted to anything; expected a parameter of the "
            "country or of behaviour"
        )


def why_not_fitted(measure: str) -> str | None:
    """Why no parameter is fitted on a measure (a name, or a pattern with `*`), or None.

    Fear, opinion, support, silence, uptake and adoption are never fitted; neither is how often people do what
    silence is measured on. Records of offences and true acts of them are figures as others.
    """
    parts = measure.strip().lower().split(":")
    for said in (*parts, *(word for part in parts for word in part.split("-"))):
        if said in _NEVER_FITTED:
            return _NEVER[said]
    if parts[0] != "act":
        return None
    if parts[-1] == "forgone":
        return _FORGONE
    acts, name = load_vocabulary().acts, ":".join(parts[1:-1])
    if "*" in name:
        return "`*` stands for acts of speech and assembly as well; expected the acts by their names"
    if name in acts and acts[name].domain in GUARDED:
        where = f"{acts[name].domain} ({GUARDED[acts[name].domain]})"
        return f"{name} lies in {where}: how often it is done is what silence is measured on"
    return None


def _known(regime: Regime | None) -> dict[str, Act]:
    added = regime.new_acts if regime is not None else {}
    return {**load_vocabulary().acts, **added}
