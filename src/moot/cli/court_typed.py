"""What is typed about a step of a case: NAME=VALUE, read as its field has it."""

from __future__ import annotations

from moot.errors import UserError

__all__ = ["MADE", "pair_of", "value_of"]

MADE = {
    "exhibit": "moot case exhibit CASE EXPERIMENT --measure LINE --by ROLE",
    "ask-run": "moot case run CASE EXPERIMENT --by ROLE",
    "run-made": "moot case run CASE --number N",
    "witness": "moot case witness CASE RUN PERSON --by ROLE",
    "examined": "moot case examine CASE WITNESS EVENT --by ROLE",
}
"""Steps that hold what the program wrote, and the commands that write it."""
TAKEN = ("kind", "by", "at", "texts", "salt")
"""Names that a step uses for something else."""
NUMBERS = (
    "ground",
    "fact",
    "exhibit",
    "incident",
    "point",
    "record",
    "seconds",
    "people",
    "written",
    "yes",
    "no",
    "blank",
    "page",
    "expertise",
    "question",
)
LISTS = ("exhibits", "facts", "points", "law")
YES_OR_NO = {"yes": True, "no": False}
SWITCHES = ("machine", "none")


def pair_of(text: str, option: str) -> tuple[str, str]:
    """NAME and VALUE of what was typed as NAME=VALUE. Raises `UserError`."""
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise UserError(f"{option} {text!r}: expected NAME=VALUE")
    return name.strip(), value


def value_of(name: str, text: str) -> object:
    """A value as its field has it: a number, a list of numbers or ids, yes or no, or text."""
    if name in TAKEN:
        raise UserError(
            f"--set {name}={text}: no step has this; see docs/how-to/hold-a-trial.md for what it has"
        )
    if name in SWITCHES:
        if text not in YES_OR_NO:
            raise UserError(f"--set {name}={text}: expected yes or no")
        return YES_OR_NO[text]
    try:
        if name in NUMBERS:
            return int(text)
        if name in LISTS:
            parts = [one.strip() for one in text.split(",") if one.strip()]
            return parts if name == "law" else [int(one) for one in parts]
    except ValueError:
        raise UserError(f"--set {name}={text}: expected a whole number") from None
    return text
