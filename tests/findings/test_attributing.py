"""Effects divided among mechanisms, against what is known beforehand: null players, independence, sums."""

import copy
import functools
import json
import tempfile
from pathlib import Path

import numpy as np
import pytest

from moot.cli.attributing import _asked
from moot.cli.main import main
from moot.errors import DeclarationError, UserError
from moot.experiment.scenario import Scenario
from moot.findings import attributing
from moot.findings.attributing import Attributed, Replicate, attribute
from moot.regime.players import GROUND, coalition, load_players, mechanisms_of
from tests.laws import worlds as w

PEOPLE, DAYS, REPLICATES = 300, 60, (Replicate(1, 1), Replicate(2, 2))
TIERS = {"tiers": [{"tier": "high", "from": 90}, {"tier": "low", "from": 0}]}
TIE_COST = {"points": 4, "on": "tier-fall", "to": ["household"]}


def rate(base: float) -> dict[str, object]:
    return {"base": base, "per": "person", "headroom": 3.0}


ACTS = {name: rate(12.0) for name in ("jaywalking", "littering")} | {"volunteering": rate(6.0)}


def scored(name: str, act: str, **changes: object) -> dict[str, object]:
    """A scheme about one act, whose falls cost jobs nothing and ties something."""
    made = w.scheme({act: {"points": 12}}, score=copy.deepcopy(TIERS), **changes)
    return made | {"scheme": name}


REGIME = w.regime(
    scored("walking", "jaywalking", association=TIE_COST),
    scored("waste", "littering", association=None, lists=[
        {"list": "no-bin", "entry": {"tier": "low"}, "exit": {"tier": "high"}, "refuses": {"air": 0.0}},
    ], redress={"appealed": 0.5, "delay_days": 3, "upheld_wrong": 1.0, "upheld_right": 0.5}),
    sensors=[w.eye({"jaywalking": 1.0, "littering": 1.0})],
    notice=True,
)  # fmt: skip


@functools.cache
def scenario(fear: float = 0.5) -> Scenario:
    """Two schemes about two acts; the first makes ties pay, the second refuses with chance 0.

    `fear`: how far perceived certainty moves acts; with 0 nobody knows a score either.
    """
    regime = dict(REGIME)
    regime["schemes"] = [
        {k: v for k, v in one.items() if v is not None} | {"disclosed": fear > 0} for one in REGIME["schemes"]
    ]
    regime["announced"], regime["believed_share"] = "2028-01-01", 0.9
    beliefs = {"elasticity": {"offence": fear, "lawful": fear}, "learning": 0.1}
    travel = {"air": {"per_year": 4}}
    folder = Path(tempfile.mkdtemp(prefix="moot-tests-"))
    return w.scenario(
        folder, w.country(ACTS, beliefs=beliefs, travel=travel), {"watch": regime}, people=PEOPLE, days=DAYS
    )


def listed(folder: Path, players: str, *measures: str, groups: str = "") -> Path:
    file = folder / "players.yaml"
    one_each = "".join(f"  - {{group: {name}, players: [{name}]}}\n" for name in players.split())
    file.write_text(
        f"players: mine\ntitle: Mine\nmeasures: [{', '.join(measures)}]\ngroups:\n{groups or one_each}"
    )
    return file


@functools.cache
def divided(players: str = "announcement association refusals-air", fear: float = 0.5) -> Attributed:
    folder = Path(tempfile.mkdtemp(prefix="moot-tests-"))
    measures = (
        "scheme:walking:points-from-ties", "redress:waste:points-restored", "\"act:*:acts\"",
    )  # fmt: skip
    file = listed(folder, players, *measures)
    return attribute(scenario(fear), load_players(file), REPLICATES, threads=1)


def test_parts_add_up_to_the_whole_effect_in_each_replicate():
    for one in divided().measures:
        assert np.allclose(one.attribution.values.sum(axis=1), one.attribution.totals, atol=1e-9)
        assert one.whole.mean - one.ground.mean == pytest.approx(one.attribution.total.mean)


def test_a_mechanism_that_does_nothing_is_a_null_player():
    """Refusals with chance 0 are there and neutral: their part is 0, exactly, in each replicate."""
    for one in divided().measures:
        part = one.attribution.parts[2]
        assert part.name == "refusals-air"
        assert np.all(one.attribution.values[:, 2] == 0)
        assert part.alone.mean == part.last.mean == 0


def test_what_ties_pay_is_all_due_to_association():
    """Without association no tie pays, whatever people know: alone and last are the whole."""
    one = divided().measures[0]
    names = [part.name for part in one.attribution.parts]
    ties = one.attribution.parts[names.index("association")]
    assert one.ground.mean == 0 and ties.last.mean == pytest.approx(one.attribution.total.mean)
    assert ties.value.mean > 0


def test_of_two_schemes_about_two_acts_each_has_its_own_effect():
    """Where nobody acts otherwise for fear: 0 exactly for the mechanism of the other scheme."""
    ties, restored, _ = divided("association redress", fear=0.0).measures
    assert np.all(ties.attribution.values[:, 1] == 0) and np.all(restored.attribution.values[:, 0] == 0)
    for one, own in ((ties, 0), (restored, 1)):
        part = one.attribution.parts[own]
        assert part.alone.mean == part.last.mean == part.value.mean == one.attribution.total.mean > 0
        assert one.attribution.pairs[0].index.mean == 0


def test_an_announcement_works_against_what_ties_pay():
    """Who fears charges does less, so fewer fall: its part is not positive, and needs association."""
    part = divided().measures[0].attribution.parts[0]
    assert part.name == "announcement" and part.value.mean <= 0
    assert part.alone.mean == 0  # alone, there is nothing to pay


def test_passes_change_no_number(tmp_path):
    players = load_players(listed(tmp_path, "announcement association", '"act:*:acts"'))
    few, many = (
        attribute(scenario(), players, REPLICATES, threads=1, most_arms=n).measures[0] for n in (2, 8)
    )
    assert np.array_equal(few.attribution.values, many.attribution.values)
    assert few.comparator == many.comparator and few.ground == many.ground


def test_orders_that_are_drawn_give_the_same_where_they_are_all(tmp_path, monkeypatch):
    """Of two players an order and its reverse are every order."""
    players = load_players(listed(tmp_path, "announcement association", '"act:*:acts"'))
    exact = attribute(scenario(), players, REPLICATES, threads=1)
    monkeypatch.setattr(attributing, "EXACT", 1)
    drawn = attribute(scenario(), players, REPLICATES, threads=1, pairs_of_orders=2)
    assert drawn.orders == 4 and exact.orders == 0
    assert np.allclose(drawn.measures[0].attribution.values, exact.measures[0].attribution.values)


def test_what_is_told_says_that_a_share_is_a_convention():
    text = " ".join(" ".join(divided().lines()).split())
    for said in ("convention", "no finding of legal cause", "negative", "Synthetic", "association", "ground"):
        assert said in text
    assert all(len(line) <= 100 for line in divided().lines())
    assert divided().as_dict()["synthetic"] is True


@pytest.mark.parametrize("name", GROUND)
def test_the_ground_is_no_player(tmp_path, name):
    with pytest.raises(DeclarationError, match=f"{name} is no player"):
        load_players(listed(tmp_path, f"association {name}", "act:jaywalking:acts"))


def test_players_are_held_to_the_regime_and_to_eight_groups(tmp_path):
    players = load_players(listed(tmp_path, "association shunning", "act:jaywalking:acts"))
    with pytest.raises(DeclarationError, match="has no shunning; it has: announcement, notice, association"):
        attribute(scenario(), players, REPLICATES)
    with pytest.raises(DeclarationError, match="at most 8"):
        load_players(listed(tmp_path, "a b c d e f g h i", "act:jaywalking:acts"))
    with pytest.raises(DeclarationError, match="twice"):
        load_players(listed(tmp_path, "association association", "act:jaywalking:acts"))
    with pytest.raises(UserError, match="at least 2"):
        attribute(scenario(), players, REPLICATES[:1])


def test_groups_give_the_value_of_owen(tmp_path):
    groups = (
        "  - {group: one, players: [association, refusals-air]}\n  - {group: b, players: [announcement]}\n"
    )
    players = load_players(listed(tmp_path, "", "act:jaywalking:acts", groups=groups))
    assert players.grouped == (("association", "refusals-air"), ("announcement",))
    assert load_players(listed(tmp_path, "association", "act:jaywalking:acts")).grouped == ()


def test_a_coalition_is_the_regime_without_the_others():
    regime = scenario().arm_regimes["watch"]
    assert regime is not None
    known = mechanisms_of(regime)
    alone = coalition(regime, list(known.values()), ["association"])
    assert alone.announced is None and not alone.notice and alone.schemes[0].association is not None
    assert not alone.lists or all(not rule.refuses for one in alone.schemes for rule in one.lists)
    whole = coalition(regime, list(known.values()), list(known))
    assert whole.content_hash == regime.content_hash


def test_mechanisms_that_need_each_other_share_what_they_do_together():
    """Nobody contests a charge of which nobody is told: alone both do nothing, together all; half each."""
    restored = divided("notice redress", fear=0.0).measures[1].attribution
    assert np.all(restored.totals > 0)
    assert np.array_equal(restored.values, np.repeat(restored.totals[:, None] / 2, 2, axis=1))
    assert all(part.alone.mean == 0 and part.last.mean == restored.total.mean for part in restored.parts)


def test_the_command_divides_a_scenario_and_an_experiment(tmp_path, capsys):
    asked = scenario()
    assert asked.source_path is not None
    file = listed(tmp_path, "association", "scheme:walking:points-from-ties")
    words = ["attribute", str(asked.source_path), "--players", str(file), "--days", "20", "--threads", "1"]
    with pytest.raises(SystemExit) as ended:
        main([*words, "--replicates", "2", "--json"])
    assert not ended.value.code
    said = json.loads(capsys.readouterr().out)
    assert said["days"] == 20 and len(said["replicates"]) == 2 and said["coalitions"] == 2
    experiment = asked.source_path.parent / "experiment.yaml"
    experiment.write_text(
        "experiment: e\ntitle: E\nscenarios: [scenario.yaml]\nseed: 7\n"
        "replicates: {count: 3, people: fixed}\nprimary: [act:jaywalking:acts]\n"
    )
    of, repeated = _asked(str(experiment), None, None)
    assert of.people == PEOPLE and repeated == [Replicate(7, chance) for chance in (7, 8, 9)]
