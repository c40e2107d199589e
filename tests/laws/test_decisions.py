"""Decisions by tier, and refusals for what was lost in another domain of life."""

from __future__ import annotations

import math

import numpy as np
import pytest

from moot.errors import DeclarationError
from moot.society.acts import L_REFUSED, L_REGIME
from tests.laws import worlds

ACTS = {
    "jaywalking": {"base": 3, "per": "person"},  # public space
    "fare-evasion": {"base": 3, "per": "person"},  # transport
    "late-payment": {"base": 1, "per": "person"},  # money
}
COST = {"jaywalking": {"points": 10}, "fare-evasion": {"points": 10}, "late-payment": {"points": 10}}
TIERS = [{"tier": "high", "from": 50}, {"tier": "low", "from": 0}]
PLACES = {"opportunities": {"housing": {"per_year": 6}, "credit": {"per_year": 6}}}
HOUSING = {"weight": 0.5, "without_score": 0.2, "refused": {"low": 0.8}}
AIR = {"travel": {"air": {"per_year": 20}}}
NO_PLANE = {"list": "no-plane", "entry": {"tier": "low"}, "exit": {"tier": "high"}, "refuses": {"air": 1.0}}


def law(tmp_path, *, catalogue=COST, of=PLACES, people=4000, days=500, name="law", **changes):
    eye = worlds.eye(dict.fromkeys(ACTS, 0.5))
    scheme = worlds.scheme(catalogue, score={"tiers": TIERS}, **changes)
    arms = {"watch": worlds.regime(scheme, sensors=[eye])}
    return worlds.scenario(tmp_path / name, worlds.country(ACTS, **of), arms, people=people, days=days)


def decided(result, context, what):
    return worlds.total(result, f"decision:{context}:{what}", "watch")


def test_the_score_changes_the_decisions_that_it_should(tmp_path):
    """P(refused) = (1 - w) b + w R, and the score is why in w |R - b| of the decisions."""
    result = worlds.run(law(tmp_path, decisions={"housing": HOUSING}))
    tried = decided(result, "housing", "decided")
    low = worlds.stock(result, "tier:score-low:people", "watch").sum()
    expected = low * 6 / worlds.YEAR
    worlds.agrees(tried, expected, math.sqrt(expected), what="decisions about people in the tier")
    refused = 0.5 * 0.2 + 0.5 * 0.8
    share = decided(result, "housing", "refused") / tried
    worlds.agrees(share, refused, worlds.binomial(refused, tried), what="refused")
    flips = 0.5 * (0.8 - 0.2)
    share = decided(result, "housing", "refused-by-score") / tried
    worlds.agrees(share, flips, worlds.binomial(flips, tried), what="refused because of the score")


def test_weight_zero_or_the_same_chance_in_every_tier_is_no_decision_at_all(tmp_path):
    without = worlds.run(law(tmp_path))
    for x, neutral in enumerate(({"weight": 0.0}, {"refused": {}}, {"refused": {"low": 0.2}})):
        of = law(tmp_path, decisions={"housing": HOUSING | neutral}, name=f"neutral-{x}")
        result = worlds.run(of)
        for what in ("decided", "refused", "refused-by-score", "refused-across-contexts"):
            assert decided(result, "housing", what) == 0
        a = result.arms.index("watch")
        np.testing.assert_array_equal(result.record.score[a], without.record.score[a])
        assert result.digests["status-quo"] == without.digests["status-quo"]


def test_a_refusal_is_across_contexts_where_the_points_were_lost_elsewhere(tmp_path):
    """With one domain in the catalogue every refusal is, or none; with several, some are."""
    shares = {}
    for name, acts in (
        ("money", ["late-payment"]),
        ("street", ["jaywalking"]),
        ("all", list(COST)),
    ):
        only = {act: COST[act] for act in acts}
        of = law(tmp_path, catalogue=only, decisions={"housing": HOUSING}, name=name, days=700)
        result = worlds.run(of)
        by_score = decided(result, "housing", "refused-by-score")
        assert by_score > 100
        shares[name] = decided(result, "housing", "refused-across-contexts") / by_score
    assert shares["money"] == 0.0
    assert shares["street"] == 1.0
    assert 0.5 < shares["all"] < 1.0


def test_trips_across_contexts_are_counted_from_the_people_themselves(tmp_path, monkeypatch):
    """Each refusal once more, from the life of the person: points lost in transport, and in anything else."""
    worlds.everybody_seen(monkeypatch)
    of = law(tmp_path, of=AIR, lists=[NO_PLANE], people=1000, days=400)
    result = worlds.run(of)
    arm, acts = result.arms.index("watch"), list(result.compiled.acts)
    across = refused = 0
    lost: dict[int, dict[str, int]] = {}
    for _, person, a, what, k, _, _, _ in worlds.lives(result).tolist():
        if a != arm:
            continue
        if what == L_REGIME:
            mine = lost.setdefault(person, dict.fromkeys(acts, 0))
            mine[acts[k]] += min(10, 100 - sum(mine.values()))
        if what == L_REFUSED:
            refused += 1
            across += 100 - lost[person]["fare-evasion"] >= 50
    assert refused == worlds.total(result, "trip:air:refused", "watch") > 300
    # the events of a day are read in their order: a refusal comes after the charges of its day
    assert across == worlds.total(result, "trip:air:refused-across-contexts", "watch")
    assert 0 < across < refused


def test_a_list_for_an_act_of_the_context_is_not_across(tmp_path):
    ban = NO_PLANE | {"list": "ban", "entry": {"act": "fare-evasion"}, "exit": {"after_days": 90}}
    result = worlds.run(law(tmp_path, of=AIR, lists=[ban]))
    assert worlds.total(result, "trip:air:refused", "watch") > 300
    assert worlds.total(result, "trip:air:refused-across-contexts", "watch") == 0
    street = ban | {"entry": {"act": "jaywalking"}}
    result = worlds.run(law(tmp_path, of=AIR, lists=[street], name="street"))
    refused = worlds.total(result, "trip:air:refused", "watch")
    assert worlds.total(result, "trip:air:refused-across-contexts", "watch") == refused > 300


def test_the_ledger_does_not_depend_on_threads_and_arms(tmp_path):
    of = law(tmp_path, of=AIR | PLACES, lists=[NO_PLANE], decisions={"housing": HOUSING}, days=200)
    one = worlds.run(of)
    assert worlds.run(of, threads=2).digests == one.digests
    assert worlds.run(of, arms=["watch"]).digests["watch"] == one.digests["watch"]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"houses": HOUSING}, "context"),
        ({"housing": HOUSING | {"refused": {"lowest": 1}}}, "tier"),
        ({"housing": HOUSING | {"weight": 2}}, "2"),
    ],
)
def test_bad_decisions_are_told(tmp_path, bad, said):
    with pytest.raises(DeclarationError, match=said):
        law(tmp_path, decisions=bad)
