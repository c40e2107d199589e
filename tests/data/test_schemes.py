"""Every shipped regime and scenario: declared whole, its cases hold, it runs, it says what it is."""

import re

import pytest
from ruamel.yaml import YAML

from moot.declaring.files import data_folder, shipped_names
from moot.experiment.scenario import load_scenario
from moot.experiment.simulation import simulate
from moot.regime.cases import load_cases, run_cases
from moot.regime.engines import points_table
from moot.regime.reading import load_regime
from moot.regime.words import account

REGIMES = shipped_names("regime")
SCENARIOS = shipped_names("scenario")
QUIET = {"china-2018-quiet", "halmerra-quiet"}
NO_SUCH_SCORE = re.compile(r"[Nn]o such national score existed")
OF_CHINA = {"essay-2018", "essay-together", "opt-in-city-card", "rongcheng-2014", "suining-2010"}
MARK = re.compile(r"[;(]\s*(V|V-calc|V-weak|K|C)\b[^()]*\)|\b(V|V-calc|V-weak|K)\b[);,]")
PEOPLE, DAYS = 5_000, 60
IN_USE = {
    regime.regime
    for scenario in map(load_scenario, SCENARIOS)
    for regime in (*scenario.existing_models, *scenario.arm_regimes.values())
    if regime is not None
}


def content(name):
    return YAML(typ="safe").load((data_folder() / "regimes" / f"{name}.yaml").read_text("utf-8"))


@pytest.mark.parametrize("name", REGIMES)
def test_a_regime_is_declared_whole_and_says_what_it_is(name):
    regime = load_regime(name)
    assert regime.warnings == ()
    assert regime.regime == name
    assert regime.summary and regime.assumed and regime.myth
    assert regime.documented or regime.kind == "invented"
    said = " ".join(account(regime))
    assert "{" not in said
    if name in OF_CHINA:
        assert NO_SUCH_SCORE.search(said)


@pytest.mark.parametrize("name", REGIMES)
def test_what_is_documented_has_a_mark(name):
    """Facts of the world end with where they were read and how; what a fiction says is said to be fiction."""
    unmarked = [line for line in load_regime(name).documented if not MARK.search(line)]
    known = ("differ", "is not published", "was not found", "Nearly everybody", "Fiction", "were withdrawn")
    assert [line for line in unmarked if not any(words in line for words in known)] == []


@pytest.mark.parametrize("name", REGIMES)
def test_the_cases_of_a_regime_hold(name):
    cases = load_cases(data_folder() / "regimes" / f"{name}.test.yaml")
    assert cases.regime == name
    assert [result.case for result in run_cases(cases) if not result.passed] == []


@pytest.mark.parametrize("name", REGIMES)
def test_every_regime_is_in_a_scenario_of_its_own_or_in_force(name):
    assert name in IN_USE


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_runs_and_no_probability_is_clamped(name):
    scenario = load_scenario(name)
    assert [x.message for x in scenario.warnings if "more than five years" not in x.message] == []
    assert (len(scenario.arms) > 1) != (name in QUIET)
    result = simulate(scenario.replace(people=PEOPLE, days=DAYS, burn_in_years=0), threads=1, panel=0)
    for a in range(len(result.arms)):
        names = {what: column for column, what in result.compiled.columns.flow_names[a].items()}
        assert int(result.record.month[a][..., names["engine:clamped"]].sum()) == 0
    assert len(set(result.digests.values())) == len(result.digests)


# Rank my Life: the facts of the fiction are sections that can be deleted.

RML = "rank-my-life-2028"


def without(fact):
    """The declaration of Rank my Life without one fact of the fiction."""
    regime = content(RML)
    scheme = regime["schemes"][0]
    if fact == "F1":
        regime["sensors"] = [one for one in regime["sensors"] if one["sensor"] != "station-watch"]
    elif fact.startswith("F2"):
        what = fact.partition(" ")[2]
        del (scheme if what in scheme else scheme["decisions"])[what]
    elif fact == "F3":
        for decision in scheme["decisions"].values():
            decision["weight"] = 0.0
    elif fact == "F5":
        del scheme["catalogue"]["night-out"]
    elif fact == "F6":
        regime["sensors"] = [one for one in regime["sensors"] if one["sensor"] != "online-reading"]
        for act in ("critical-post", "petition"):
            del scheme["catalogue"][act]
    elif fact == "F7":
        del scheme["bought_repair"]
    elif fact.startswith("F8"):
        del scheme[fact.partition(" ")[2]]
    elif fact == "F9":
        del scheme["lists"]
        del scheme["decisions"]
    elif fact == "redress":
        del scheme["redress"]
    return regime


FACTS = [
    "F1",
    "F2 housing",
    "F2 credit",
    "F2 school",
    "F3",
    "F5",
    "F6",
    "F7",
    "F8 association",
    "F8 shunning",
    "F9",
    "redress",
]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return run_of(content(RML), tmp_path_factory.mktemp("whole"))


def run_of(regime, folder):
    with (folder / "regime.yaml").open("w", encoding="utf-8") as file:
        YAML().dump(regime, file)
    scenario = {
        "scenario": "part",
        "title": "Part",
        "country": "france",
        "start": "2028-01-01",
        "days": 60,
        "people": 5000,
        "burn_in_years": 0,
        "arms": {"status-quo": {}, "part": {"regime": "regime.yaml"}},
    }
    with (folder / "scenario.yaml").open("w", encoding="utf-8") as file:
        YAML().dump(scenario, file)
    return simulate(load_scenario(folder / "scenario.yaml"), threads=1, panel=0)


@pytest.mark.parametrize("fact", FACTS)
def test_each_fact_of_the_fiction_can_be_deleted_and_was_in_force(fact, whole, tmp_path):
    part = run_of(without(fact), tmp_path)
    assert part.digests["status-quo"] == whole.digests["status-quo"]
    assert part.digests["part"] != whole.digests["part"]


@pytest.mark.parametrize("fact", ["F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10"])
def test_sections_are_marked_with_their_fact(fact):
    text = (data_folder() / "regimes" / f"{RML}.yaml").read_text("utf-8")
    assert re.search(rf"# (?:F\d+, )*{fact}\b", text[text.index("sensors:") :])
    assert any(line.startswith(fact) or f"{fact} " in line for line in load_regime(RML).assumed)


def test_themes_and_weights_come_to_the_points_that_they_were_made_for(whole, tmp_path):
    """F5 off: a table of the points that `weights` come to is the same scheme, bit for bit."""
    scheme = load_regime(RML).schemes[0]
    regime = content(RML)
    plain = regime["schemes"][0]
    plain["catalogue"] = {
        act: entry.model_dump(include={"points", "merit", "cap_per_day"}, exclude_none=True)
        for act, entry in points_table(scheme).catalogue.items()
    }
    del plain["weights"]
    assert plain["catalogue"]["drink-driving"] == {"points": 250}
    assert plain["catalogue"]["littering"] == {"points": 30, "cap_per_day": 30}
    assert run_of(regime, tmp_path).digests == whole.digests


def test_all_together_is_the_sections_of_the_four():
    """`essay-together` has the sensors of four files and the schemes of three, letter by letter."""
    together = content("essay-together")
    alone = [content(name) for name in ("essay-2018", RML, "opt-in-city-card", "live-face-recognition")]
    assert alone[3]["sensors"][0].pop("enrols") == ["sought"]  # its list is in the scheme that is left out
    assert together["ratings"] == content("platform-rating")["ratings"]
    assert together["sensors"] == [sensor for one in alone for sensor in one["sensors"]]
    assert together["schemes"] == [scheme for one in alone[:3] for scheme in one["schemes"]]


def test_the_licence_lost_the_point_under_five_and_nothing_else():
    """One line of the catalogue is what the first of January 2024 changed."""
    now, before = content("permis-a-points"), content("permis-a-points-2018")
    one = before["schemes"][0]["catalogue"].pop("speeding-under-5")
    assert one == {"points": 1}
    for names in (before["schemes"][0], *before["schemes"][0]["lists"]):
        for key in ("scheme", "list"):
            if key in names:
                names[key] = names[key].removesuffix("-2018")
    before["schemes"][0]["offers"] = now["schemes"][0]["offers"]
    before["schemes"][0]["lists"][1]["entry"] = {"offer": "course"}
    assert now["schemes"] == before["schemes"]


def test_a_misread_score_is_told_as_misread():
    """The picture and the fiction say that a score kept nobody from travelling in China."""
    for name in ("essay-2018", RML):
        assert any("tries" in line or "refusals" in line for line in load_regime(name).myth)
