"""Players: every mechanism of a regime can be left out, alone and together, and is documented."""

import re
from pathlib import Path

import pytest

from moot.declaring.files import shipped_names
from moot.regime.players import GROUND, coalition, load_players, mechanisms_of
from moot.regime.reading import load_regime
from tests.society import everything

ROOT = Path(__file__).parents[2]
SHIPPED = ("rank-my-life-2028", "essay-together", "rongcheng-2014", "platform-rating")


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """The regime in which every mechanism is on."""
    return everything.scenario(tmp_path_factory.mktemp("all"), {"on": everything.REGIME}).arm_regimes["on"]


def test_every_mechanism_can_be_left_out_by_itself_and_all_at_once(full):
    known = mechanisms_of(full)
    assert {"association", "shunning", "redress", "past", "false-reports", "refusals-air"} <= known.keys()
    assert {"decisions-housing", "bought-repair", "hiring", "ratings", "prevention", "offers"} <= known.keys()
    players = list(known.values())
    for name in known:
        without = coalition(full, players, [one for one in known if one != name])
        assert without.content_hash != full.content_hash
        left = mechanisms_of(without)
        # what stays as a declaration with a rate of 0 is still named, and does nothing
        assert name not in left or name in ("false-reports", "offers")
    ground = coalition(full, players, [])
    assert set(mechanisms_of(ground)) <= {"false-reports", "offers"}
    assert ground.schemes[0].catalogue == full.schemes[0].catalogue
    assert [one.score for one in ground.schemes] == [one.score for one in full.schemes]
    assert [one.sensor for one in ground.sensors] == [one.sensor for one in full.sensors]


def test_all_players_are_the_regime_itself(full):
    known = mechanisms_of(full)
    assert coalition(full, list(known.values()), list(known)).content_hash == full.content_hash


@pytest.mark.parametrize("name", SHIPPED)
def test_the_ground_of_a_shipped_regime_is_a_regime(name):
    assert name in shipped_names("regime")
    regime = load_regime(name)
    players = list(mechanisms_of(regime).values())
    assert players and coalition(regime, players, []).acts == regime.acts


def test_the_example_is_a_list_for_its_regime():
    players = load_players(ROOT / "examples" / "rank-my-life-players.yaml")
    found = players.check_against(load_regime(str(players.arm)))
    assert tuple(found) == players.names and players.grouped[0] == ("association", "shunning")


def test_the_page_names_every_mechanism_and_no_other(full):
    text = (ROOT / "docs" / "how-to" / "explain.md").read_text("utf-8")
    table = text[text.index("| player |") : text.index("Sensing, catalogue, score")]
    rows = [line.split("|")[1] for line in table.splitlines()[2:] if line.startswith("|")]
    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    known = {re.sub(r"^(refusals|decisions)-.*", r"\1-CONTEXT", name) for name in mechanisms_of(full)}
    assert named == known and not named & GROUND.keys()
