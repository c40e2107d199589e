"""Draws of assumptions: within their ranges, from one end to the other, and of nothing else."""

from datetime import date

import numpy as np
import pytest

from moot.country.synthesis import synthesise
from moot.declaring.values import Quantity
from moot.errors import UserError
from moot.experiment import varying
from moot.experiment.scenario import load_scenario
from moot.experiment.varying import drawn_scenario, names_in, ranged_in, share_of, value_at
from moot.vocabulary import load_vocabulary

WHEN = date(2028, 1, 1)


@pytest.fixture(scope="module")
def scenario():
    return load_scenario("rank-my-life-2028")


@pytest.mark.parametrize("of", [2, 7, 64])
def test_each_part_of_a_range_is_drawn_from_once(of):
    for name in ("country.a", "regime.b"):
        shares = [share_of(3, name, n, of) for n in range(1, of + 1)]
        assert sorted(int(share * of) for share in shares) == list(range(of))
    assert [share_of(3, "country.a", n, of) for n in range(1, of + 1)] != shares


def test_names_and_seeds_are_drawn_apart():
    """Two ranges of 200 draws are not in step with each other."""
    a, b, c = (
        np.array([share_of(seed, name, n, 200) for n in range(1, 201)])
        for seed, name in ((1, "x"), (1, "y"), (2, "x"))
    )
    for one, other in ((a, b), (a, c)):
        assert abs(np.corrcoef(one, other)[0, 1]) < 4 / 200**0.5


def test_a_number_moves_along_its_range():
    plain, wide = Quantity(value=2, range=(1, 3)), Quantity(value=0.1, range=(0.001, 1))
    assert [value_at(plain, share, WHEN) for share in (0, 0.25, 1)] == [1, 1.5, 3]
    assert value_at(wide, 1 / 3, WHEN) == 0.01, "tenfold or more: on a logarithmic scale"
    assert value_at(Quantity(value=1, range=(0, 2)), 0.123456789, WHEN) == 0.246914, "six digits"


def test_a_number_with_dates_moves_by_as_much_on_each():
    part = {"values": [{"from": "2020-01-01", "value": 1.0}, {"from": "2027-01-01", "value": 2.0}]}
    number = Quantity.model_validate(part | {"range": (0.5, 2.5)})
    varying._move(part, number, 1.25, WHEN)
    assert [one["value"] for one in part["values"]] == [0.5, 1.25], "and not out of the range"


def test_only_what_is_drawn_changes(scenario):
    name = "country.acts.jaywalking.base"
    drawn, told = drawn_scenario(scenario, {name: 0.9}, "draw 1")
    quantity = scenario.country_model.acts["jaywalking"].base
    assert told == {name: value_at(quantity, 0.9, scenario.start)}
    assert drawn.country_model.acts["jaywalking"].base.at() == told[name]
    assert drawn.country_model.acts["jaywalking"].base.range == quantity.range
    assert drawn.country_model.acts["littering"] == scenario.country_model.acts["littering"]
    assert drawn.arm_regimes == scenario.arm_regimes
    assert drawn.country_model.regions.rows == scenario.country_model.regions.rows
    assert drawn.content_hash != scenario.content_hash
    assert drawn_scenario(scenario, {}, "draw 1")[0].content_hash == scenario.content_hash


def test_all_ranges_of_the_example_can_be_drawn(scenario):
    names = names_in(scenario)
    assert {name.partition(".")[0] for name in names} == {"country", "existing", "regime"}
    for number in (1, 2, 3):
        shares = {name: share_of(1, name, number, 3) for name in names}
        drawn, told = drawn_scenario(scenario, shares, "draw")
        assert len(told) == len(names)
        again = {spot.path for spot in ranged_in(drawn.country_model)}
        assert again == {spot.path for spot in ranged_in(scenario.country_model)}


def test_people_stay_who_they_are_unless_propensities_are_drawn(scenario):
    names = [name for name in names_in(scenario) if name.startswith("country.")]
    own = [name for name in names if name.startswith("country.propensity.")]

    def people(shares):
        country = drawn_scenario(scenario, shares, "draw")[0].country_model
        made = synthesise(country, load_vocabulary(), seed=1, people=1500, when=scenario.start)
        return made.person.tobytes() + made.order.tobytes() + made.classes.tobytes()

    declared = people({})
    assert people({name: 0.9 for name in names if name not in own}) == declared
    assert people(dict.fromkeys(own, 0.9)) != declared


def test_numbers_that_do_not_go_together_are_refused(scenario, monkeypatch):
    def check(country):
        yield varying.Complaint(at=("acts", "jaywalking"), message="is too much")

    monkeypatch.setattr(varying, "check_country", check)
    with pytest.raises(UserError, match=r"draw 4: country: these numbers .* acts\.jaywalking: is too much"):
        drawn_scenario(scenario, {"country.acts.jaywalking.base": 0.5}, "draw 4")
