"""Effects from replicates that are made up, against what can be worked out by hand."""

import math

import numpy as np
import pytest

from moot.errors import RunError
from moot.experiment.plan import plan_of
from moot.findings.effects import ASKED, DECLARED, effects_of
from moot.findings.intervals import t_quantile
from moot.findings.outcomes import KEYS, Outcome
from tests.experiment.texts import EXPERIMENT, declared

PEOPLE = 4000
ACT, OTHER = "act:protest:acts", "act:petition:acts"
HEAD = EXPERIMENT.partition("  later:")[0]


def part(arm, counts):
    """Columns of an arm: a row for everybody, and one for each half of people."""
    rows = {("all", "all"): (PEOPLE, {name: sum(pair) for name, pair in counts.items()})}
    for x, level in enumerate(("women", "men")):
        rows["sex", level] = (PEOPLE // 2, {name: pair[x] for name, pair in counts.items()})
    keys = [(arm, "run", "2028-01-06", *at) for at in rows]
    columns = {key: np.array([row[n] for row in keys], object) for n, key in enumerate(KEYS)}
    columns["people"] = np.array([people for people, _ in rows.values()])
    return columns | {name: np.array([row[name] for _, row in rows.values()]) for name in counts}


def outcome(today, scheme):
    """An outcome of two arms, from (women, men) by measure."""
    return Outcome({}, {"status-quo": part("status-quo", today), "scheme": part("scheme", scheme)})


def plan(tmp_path, more, replicates=12):
    text = HEAD.replace("replicates: 3", f"replicates: {replicates}")
    return plan_of(declared(tmp_path, f"{text}{more}\n"))


def effects(made, counts):
    """By words and level; `counts(replicate, draw)` is (women, men) by measure, today and in the scheme."""
    outcomes = {job: outcome(*counts(job.replicate, job.draw)) for job in made.jobs}
    return {(one.words, one.level): one for one in effects_of(made, outcomes)}


def test_the_difference_is_the_mean_within_replicates_with_its_t_interval(tmp_path):
    made = plan(tmp_path, f"measures: ['{ACT}']\nlevel: 0.9")

    def counts(replicate, _):
        return {ACT: (100 * replicate, 0)}, {ACT: (100 * replicate + replicate % 3, 40)}

    one = effects(made, counts)[ACT, ""]
    scale = 1000 / PEOPLE
    apart = np.array([40 + r % 3 for r in range(1, 13)]) * scale
    assert (one.arm, one.family, one.group, one.replicates) == ("scheme", "exploratory", ASKED, 12)
    assert one.difference == pytest.approx(apart.mean())
    reach = t_quantile(0.9, 11) * apart.std(ddof=1) / math.sqrt(12)
    assert (one.interval.low, one.interval.high) == pytest.approx(
        (apart.mean() - reach, apart.mean() + reach)
    )
    assert (one.interval.df, one.interval.level, one.interval.kind) == (11, 0.9, "t")
    today = np.array([100.0 * r for r in range(1, 13)]) * scale
    assert one.today_mean == pytest.approx(today.mean())
    assert one.ratio.mean == pytest.approx((today.mean() + apart.mean()) / today.mean())
    assert one.ratio.low < one.ratio.mean < one.ratio.high
    both = (today + apart).var(ddof=1) + today.var(ddof=1)
    assert one.gain == pytest.approx(both / apart.var(ddof=1))
    assert one.span is None and one.p is None and not one.few


def test_below_ten_replicates_there_is_no_interval(tmp_path):
    made = plan(tmp_path, f"primary: ['{ACT}']", replicates=9)
    one = effects(made, lambda r, _: ({ACT: (50, 50)}, {ACT: (50 + r, 50)}))[ACT, ""]
    assert (one.interval, one.ratio, one.p) == (None, None, None)
    assert one.difference == pytest.approx(5 * 1000 / PEOPLE)
    alone = plan(tmp_path, f"measures: ['{ACT}']", replicates=1)
    assert effects(alone, lambda r, _: ({ACT: (50, 50)}, {ACT: (50, 50)}))[ACT, ""].gain is None


def test_what_one_arm_never_counts_has_no_ratio(tmp_path):
    made = plan(tmp_path, f"measures: ['{ACT}']")
    one = effects(made, lambda r, _: ({ACT: (0, 0)}, {ACT: (r, 0)}))[ACT, ""]
    assert one.ratio is None and one.interval is not None and one.few
    assert effects(made, lambda r, _: ({ACT: (0, 0)}, {ACT: (0, 0)}))[ACT, ""].few is False


def test_the_range_over_assumptions_is_of_the_same_replicates(tmp_path):
    made = plan(tmp_path, f"measures: ['{ACT}']\ndraws: {{count: 3, over: [country.acts], replicates: 2}}")
    effect = {0: 10, 1: -4, 2: 30, 3: 12}

    def counts(replicate, draw):
        return {ACT: (100, 100)}, {ACT: (100 + effect[draw] + (100 if replicate > 2 else replicate), 100)}

    one = effects(made, counts)[ACT, ""]
    scale = 1000 / PEOPLE
    assert one.span.low == pytest.approx((-4 + 1.5) * scale)
    assert one.span.high == pytest.approx((30 + 1.5) * scale)
    assert (one.span.draws, one.span.replicates, one.span.inner) == (3, 2, None)
    assert one.difference == pytest.approx((10 * 12 + 100 * 10 + 3) / 12 * scale), "of all, as declared"


def test_many_draws_also_have_their_middle(tmp_path):
    made = plan(tmp_path, f"measures: ['{ACT}']\ndraws: {{count: 20, over: [country.acts], replicates: 1}}")
    one = effects(made, lambda r, draw: ({ACT: (100, 0)}, {ACT: (100 + draw, 0)}))[ACT, ""]
    assert one.span.low == 0 and one.span.high == pytest.approx(20 * 1000 / PEOPLE)
    assert one.span.inner == pytest.approx((2 * 1000 / PEOPLE, 18 * 1000 / PEOPLE))


@pytest.mark.parametrize(("women", "said"), [(10, True), (9, False)])
def test_a_level_is_told_from_ten_events_in_each_replicate(tmp_path, women, said):
    made = plan(tmp_path, f"measures: ['{ACT}']\ngroups: [sex]")

    def counts(replicate, _):
        return {ACT: (0, 500)}, {ACT: (women if replicate == 5 else 400, 500 + replicate)}

    found = effects(made, counts)
    one = found[ACT, "women"]
    assert (one.attribute, one.too_few, one.difference is None) == ("sex", not said, not said)
    assert found[ACT, "men"].difference == pytest.approx(6.5 * 1000 / (PEOPLE / 2)), "of the men alone"
    assert found[ACT, "men"].family == "exploratory"


def test_a_level_of_few_people_is_not_told(tmp_path, monkeypatch):
    monkeypatch.setattr("moot.findings.effects.LEAST_GROUP", PEOPLE // 2 + 1)
    made = plan(tmp_path, f"measures: ['{ACT}']\ngroups: [sex]")
    found = effects(made, lambda r, _: ({ACT: (900, 900)}, {ACT: (800 + r, 900)}))
    assert found[ACT, "women"].too_few and found[ACT, "men"].too_few and not found[ACT, ""].too_few


def test_the_declared_family_is_corrected_and_nothing_else(tmp_path):
    made = plan(tmp_path, f"primary: ['{ACT}', '{OTHER}']\nmeasures: ['act:strike:acts']\ngroups: [sex]")

    def counts(r, _):
        today = {ACT: (50, 50), OTHER: (50, 50), "act:strike:acts": (50, 50)}
        return today, {ACT: (50 + r, 50), OTHER: (50 + r % 2, 50), "act:strike:acts": (50 + r, 50)}

    alone = plan(tmp_path, f"primary: ['{ACT}']")
    found, single = effects(made, counts), effects(alone, counts)
    assert found[ACT, ""].p == pytest.approx(2 * single[ACT, ""].p), "the smaller of two is doubled"
    assert found[OTHER, ""].p >= found[ACT, ""].p
    assert {one.group for one in found.values() if one.p is not None} == {DECLARED}
    assert found["act:strike:acts", ""].p is None and found[ACT, "women"].p is None


def test_a_pattern_is_a_sum(tmp_path):
    made = plan(tmp_path, "measures: ['act:*:forgone']")
    names = made.measures["act:*:forgone"]
    assert len(names) > 2

    def counts(r, _):
        return {ACT: (0, 0)}, dict.fromkeys(names, (10, r))

    one = effects(made, counts)["act:*:forgone", ""]
    assert one.difference == pytest.approx(len(names) * (10 + 6.5) * 1000 / PEOPLE)


def test_resampling_needs_fifty_replicates_and_is_used_where_asked_for(tmp_path):
    made = plan(tmp_path, f"measures: ['{ACT}']\ninterval: bca", replicates=50)
    one = effects(made, lambda r, _: ({ACT: (50, 50)}, {ACT: (50 + r * r % 17, 50)}))[ACT, ""]
    assert one.interval.kind == "bca" and one.interval.low < one.difference < one.interval.high
    flat = effects(made, lambda r, _: ({ACT: (50, 50)}, {ACT: (60, 50)}))[ACT, ""]
    assert flat.interval.low == flat.interval.high == flat.difference


def test_a_replicate_that_is_missing_is_left_out(tmp_path):
    made = plan(tmp_path, f"measures: ['{ACT}']")
    outcomes = {
        job: outcome({ACT: (50, 50)}, {ACT: (50 + job.replicate, 50)})
        for job in made.jobs
        if job.replicate not in (3, 12)
    }
    (one,) = effects_of(made, outcomes)
    assert one.replicates == 10 and one.interval.df == 9
    with pytest.raises(RunError, match="no replicate was done"):
        effects_of(made, {})


def test_no_effect_is_told_of_a_run_in_which_probabilities_were_clamped(tmp_path):
    made = plan(tmp_path, f"measures: ['{ACT}']")
    one = {ACT: (50, 50), "engine:clamped": (3, 0)}
    with pytest.raises(RunError, match="replicate 1, draw 0: 3 probabilities were clamped"):
        effects(made, lambda r, _: ({ACT: (50, 50)}, one))
