"""A desk that is too small grows between the phases of a day, and changes no bit."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from moot.experiment import simulation
from moot.experiment.scenario import load_scenario
from moot.society.books import Books

LAW = Path(__file__).parents[2] / "benchmarks" / "ledger-1" / "scenario.yaml"


@pytest.mark.parametrize("threads", [1, 2])
def test_boxes_grow_within_a_day(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    law, grown = load_scenario(LAW), []
    expected = simulation.simulate(law, people=20_000, days=30, threads=threads, panel=0).digest
    build, watch, make_room = Books.__init__, Books.watch_mail, Books.make_room

    def small(self: Books, *args: Any, **options: Any) -> None:
        build(self, *args, **options)
        self.sizes["mail_cap"] = 24
        self.arrays["mail"] = self._new("mail")
        for mine in self.own:
            mine["chain"] = self._new("chain")
        self._point()

    def watched(self: Books) -> None:
        watch(self)
        assert 2 * int(self["mail_n"].max()) <= self.sizes["mail_cap"]

    def grow(self: Books, cap: str, wanted: int, used: int | None = None) -> None:
        before = self.sizes[cap]
        make_room(self, cap, wanted, used)
        if self.sizes[cap] > before and cap == "mail_cap":
            grown.append(np.array(self["mail_n"]).sum(axis=1).tolist())

    monkeypatch.setattr(Books, "__init__", small)
    monkeypatch.setattr(Books, "watch_mail", watched)
    monkeypatch.setattr(Books, "make_room", grow)
    found = simulation.simulate(law, people=20_000, days=30, threads=threads, panel=0).digest
    assert found == expected
    assert any(sum(boxes) > 0 for boxes in grown)  # while messages wait, not between two days alone
