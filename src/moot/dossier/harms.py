"""Harms that a run can count, from ``data/harms.yaml``: what counts them, which rights they may touch."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from moot.declaring.files import data_folder
from moot.declaring.source import read_source
from moot.declaring.values import Many, Part, Slug, Text

__all__ = ["Harm", "harms"]


class Harm(Part):
    """One harm.

    `counts` are lines of the table of effects by their keys in the catalogue ``measures``; `measures` the
    last parts of names of measures that an experiment may ask for; `charter` the articles of the EU Charter
    that it may touch.
    """

    name: Slug
    counts: Many[Text]
    measures: Many[Text] = ()
    charter: Many[int]


@lru_cache(maxsize=1)
def harms() -> tuple[Harm, ...]:
    """The harms, in the order of the file."""
    given: Any = read_source(data_folder() / "harms.yaml").data["harms"]
    return tuple(Harm.model_validate(one) for one in given)
