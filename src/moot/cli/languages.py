"""The option that chooses the language of what is told."""

from __future__ import annotations

from enum import StrEnum

import typer

__all__ = ["LANG", "Lang"]


class Lang(StrEnum):
    """The languages that Moot tells things in."""

    en = "en"
    fr = "fr"


LANG = typer.Option(Lang.en, "--lang", help="en or fr; what people typed is not translated.")
