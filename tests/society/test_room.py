"""A desk that is too small grows between the phases of a day, and changes no bit."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from moot.experiment import simulation
from moot.experiment.scenario import load_scenario
from moot.society import books
from moot.society.books import Books
from moot.society.law import BOXES

LAW = Path(__file__).parents[2] / "benchmarks" / "ledger-1" / "scenario.yaml"


@pytest.mark.parametrize("threads", [1, 2])
def test_boxes_grow_within_a_day(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    law, grown = load_scenario(LAW), []
    expected = simulation.simulate(law, people=20_000, days=30, threads=threads, panel=0).digest
    build, watch, make_room = Books.__init__, Books.watch_mail, Books.make_room

    def small(self: Books, *args: Any, **options: Any) -> None:
        monkeypatch.setattr(books, "FEWEST", 18)
        monkeypatch.setattr(books, "ROOM", dict.fromkeys(books.ROOM, 0.0))
        build(self, *args, **options)

    def watched(self: Books) -> None:
        watch(self)
        for rows, box in zip(self["mail_n"], BOXES, strict=True):
            assert 4 * int(rows.max()) <= 3 * self.sizes[f"{box}_cap"]

    def grow(self: Books, cap: str, wanted: int, used: int | None = None) -> None:
        before = self.sizes[cap]
        make_room(self, cap, wanted, used)
        if self.sizes[cap] > before and cap.removesuffix("_cap") in BOXES:
            grown.append(np.array(self["mail_n"]).sum(axis=1).tolist())

    monkeypatch.setattr(Books, "__init__", small)
    monkeypatch.setattr(Books, "watch_mail", watched)
    monkeypatch.setattr(Books, "make_room", grow)
    found = simulation.simulate(law, people=20_000, days=30, threads=threads, panel=0).digest
    assert found == expected
    assert any(sum(boxes) > 0 for boxes in grown)  # while messages wait, not between two days alone
