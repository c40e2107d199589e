"""Rules 5 and 6: no real case, no sensitive attribute, no stereotype; texts that ship are read."""

import itertools
import json
import math
import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from moot.cli.declarations import BANNER
from moot.country.population import ATTRIBUTES
from moot.country.reading import load_country
from moot.country.synthesis import rates_of, synthesise
from moot.errors import UserError
from moot.vocabulary import load_vocabulary
from tests.laws import worlds as w

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "src" / "moot" / "data"
TEXTS = [path for path in sorted(DATA.rglob("*")) if path.suffix in {".yaml", ".csv", ".json"}]
FRAMES = (
    "violent husbands",
    "reckless drivers",
    "racists",
    "polluters",
    "racaille",
    "wife-beaters",
    "fraudsters",
)
SENSITIVE = (
    r"\b(ethnic\w*|race|racial|religio\w*|muslim|jew\w*|christian|arab|black people|white people|asian|"
)
SENSITIVE += r"homosexual\w*|gay|lesbian|transgender|disabled|immigrant\w*|trade union|nationality)\b"
PEOPLE = 60_000


@pytest.fixture(scope="module")
def people():
    return synthesise(
        load_country("france"), load_vocabulary(), seed=11, people=PEOPLE, when=date(2028, 1, 1)
    )


def levels(people, attribute):
    """Level of everybody, counted from 0."""
    column = people.levels[:, ATTRIBUTES.index(attribute)].astype(int)
    return column - column.min()


def test_attributes_are_the_closed_list_and_nothing_else_is_kept():
    assert ATTRIBUTES == (
        "age", "sex", "income", "education", "stratum", "appearance", "licence", "platform-worker",
        "smartphone",
    )  # fmt: skip
    assert tuple(load_vocabulary().attributes) == ATTRIBUTES


def test_appearance_classes_have_numbers_and_no_names():
    assert load_vocabulary().attributes["appearance"] == ("class-1", "class-2", "class-3")
    country = load_country("france").attributes.appearance
    assert set(country.shares) == {"class-1", "class-2", "class-3"}
    assert country.mark == "assumed"


def chi_square_apart(one, other):
    """(χ² − degrees of freedom) ÷ √(2 × degrees): how far two attributes are from independent."""
    table = np.zeros((one.max() + 1, other.max() + 1))
    np.add.at(table, (one, other), 1)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    degrees = (table.shape[0] - 1) * (table.shape[1] - 1)
    return (((table - expected) ** 2 / expected).sum() - degrees) / math.sqrt(2 * degrees)


@pytest.mark.parametrize("attribute", [name for name in ATTRIBUTES if name != "appearance"])
def test_appearance_is_independent_of_every_attribute(people, attribute):
    assert chi_square_apart(levels(people, "appearance"), levels(people, attribute)) < 4


def test_appearance_is_independent_of_region(people):
    region = people.region.astype(int)
    large = np.isin(region, np.flatnonzero(np.bincount(region) > 300))
    assert chi_square_apart(levels(people, "appearance")[large], region[large]) < 4


def test_appearance_is_independent_of_the_propensity_to_act(people):
    for column in range(people.theta.shape[1]):
        tenths = people.theta[:, column].astype(int) * 10 // 4096
        assert chi_square_apart(levels(people, "appearance"), tenths) < 4


def test_appearance_is_independent_of_ties(people):
    """Neighbours in each order of ties share a class as often as two people at random."""
    looks = levels(people, "appearance")
    chance = float(((np.bincount(looks) / PEOPLE) ** 2).sum())
    starts = people.layout.block_start
    for order in people.order:
        same = pairs = 0
        for first, end in itertools.pairwise(starts.tolist()):
            line = looks[first + order[first:end].astype(int)]
            same += int((line[1:] == line[:-1]).sum())
            pairs += len(line) - 1
        assert abs(same / pairs - chance) < 4 * math.sqrt(chance * (1 - chance) / pairs)


def test_appearance_is_independent_of_acts(tmp_path):
    """True acts by class in a simulated year: a person's class does not enter what the person does."""
    shares = {"class-1": 0.5, "class-2": 0.3, "class-3": 0.2}
    of = w.country(
        {"jaywalking": {"base": 4, "per": "person"}}, attributes={"appearance": {"shares": shares}}
    )
    result = w.run(w.scenario(tmp_path, of, people=40_000, days=365), panel=0)
    acts = w.by_slot(result, "act:jaywalking:acts", "status-quo")
    faces = np.bincount(result.population.levels[:, ATTRIBUTES.index("appearance")])
    first = result.compiled.slots.index(("appearance", "class-1"))
    mean = 4 * 365 / w.YEAR
    for c, name in enumerate(shares):
        n = int(faces[first + c])
        w.agrees(acts["appearance", name], mean * n, w.clustered(mean, 0.5, n), what=name)


def test_no_act_of_france_depends_on_income_or_sex():
    for name, rate in load_country("france").acts.items():
        if rate.gradient is not None:
            assert rate.gradient.income is None, name
            assert rate.gradient.sex is None, name
            assert rate.gradient.measures == "conduct", name


def test_the_rates_of_france_are_the_same_for_all_incomes():
    rates, names, *_ = rates_of(load_country("france"), load_vocabulary(), date(2028, 1, 1))
    for k, name in enumerate(names):
        assert len(set(rates[0]["by_place"][:, k].tolist())) == 1, name


def test_a_gradient_seen_in_records_does_not_move_conduct(tmp_path):
    """Ten times the records at one age is no ten times the acts."""
    table = [1, 1, 10, 1, 1, 1, 1, 1, 1]
    act = {"base": 4, "per": "person", "gradient": {"age": table, "measures": "record"}}
    made = {"plain": {"base": 4, "per": "person"}, "record": act}
    found = {}
    for name, one in made.items():
        try:
            asked = w.scenario(tmp_path / name, w.country({"jaywalking": one}), people=2_000, days=1)
            rates, *_ = rates_of(asked.country_model, load_vocabulary(), date(2028, 1, 1))
        except UserError as refused:  # a refusal keeps the rule as well
            assert name == "record"
            assert "records" in str(refused)
            return
        found[name] = rates[0]["by_person"][:, 0]
    assert (found["plain"] == found["record"]).all()


def test_domestic_violence_is_never_an_act():
    assert not [name for name in load_vocabulary().acts if "violence" in name]
    for path in TEXTS:
        if path.suffix == ".yaml":
            assert not re.search(r"^\s*[\w:-]*violence[\w-]*:", path.read_text("utf-8"), re.MULTILINE), (
                path.name
            )


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(DATA)))
def test_nobody_is_named_by_their_worst_act_or_by_what_they_are(path):
    text = path.read_text("utf-8").lower()
    assert not [words for words in FRAMES if words in text]
    assert re.findall(SENSITIVE, text) == []


def test_the_banner_says_invented():
    assert (
        BANNER == "An invented scheme and invented people. Do not write about a real person or a real case."
    )


def test_shipped_tables_have_no_row_about_a_person():
    """Rows are regions or age bands of thousands of people, and every table has its source."""
    sources = json.loads((DATA / "SOURCES.json").read_text("utf-8"))
    said = json.dumps(sources)
    for path in DATA.rglob("*.csv"):
        header, *rows = path.read_text("utf-8").splitlines()
        assert header in ("code,name,population", "age_band,sex,population")
        assert min(int(row.rsplit(",", 1)[1]) for row in rows) >= 50
        assert path.name in said
