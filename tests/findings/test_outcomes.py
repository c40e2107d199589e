"""What is kept of a job says what the run's folder would say."""

import numpy as np
import pytest

from moot.findings.outcomes import KEYS, MONTH, outcome_of
from tests.findings.a_run import REGIME, in_memory, result

ARMS = ["status-quo", REGIME]
TALK = ("opinion:private:support", "dissidents:spoken:for")


@pytest.fixture(scope="module")
def outcome():
    return outcome_of(result())


@pytest.mark.parametrize("arm", ARMS)
def test_totals_are_those_of_the_run(outcome, arm):
    mine, run = outcome.totals(arm), in_memory()
    totals = run.totals(arm)
    assert {name: mine[name] for name in totals} == totals
    talk = run.measures(*TALK, arm=arm, period="month", attribute="all")
    last = talk["at"].astype(str) == max(talk["at"].astype(str))
    assert [mine[name] for name in TALK] == [int(np.sum(talk[name][last])) for name in TALK]
    assert outcome.digests == result().digests


@pytest.mark.parametrize("attribute", ["sex", "income"])
def test_levels_are_those_of_the_run(outcome, attribute):
    names = ["act:jaywalking:acts", "work:unemployed:people"]
    levels = outcome.levels(REGIME, attribute)
    for name in names:
        rows = in_memory().sums([name], REGIME, "level")
        for of, level, people, value in zip(*rows.values(), strict=True):
            if of == attribute:
                assert (levels[level]["people"], levels[level][name]) == (people, value)
    for name in ("people", *names, "scheme:rank:score-sum", "certainty:offence:sum"):
        assert sum(row[name] for row in levels.values()) == outcome.totals(REGIME)[name]


@pytest.mark.parametrize("arm", ARMS)
def test_months_add_up_to_the_run(outcome, arm):
    columns = outcome.parts[arm]
    months = columns["period"] == MONTH
    assert columns["at"][months].tolist() == ["2028-01", "2028-02"]
    for name in ("act:jaywalking:acts", "act:red-light:charged-today"):
        assert columns[name][months].sum() == outcome.totals(arm)[name]
    assert columns["work:unemployed:people"][months][-1] == outcome.totals(arm)["work:unemployed:people"]


def test_it_is_small_and_holds_nobody(outcome):
    """Rows by arm: the run, two months, one a level; no region, and no life."""
    for columns in outcome.parts.values():
        assert set(columns) > {*KEYS, "people"} and "region" not in columns
        assert len(columns["arm"]) == 1 + 2 + len(result().compiled.slots)
