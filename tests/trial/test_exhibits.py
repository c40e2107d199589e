"""An exhibit is an experiment's: replicates, a twin, a sweep, and it is made again byte for byte."""

import hashlib
import json
import re

import pytest

import moot
from moot.cli.main import main
from moot.errors import CaseError, UserError
from moot.findings.results import Results
from moot.trial.case import CONTENT
from moot.trial.exhibits import Exhibit, _content, exhibit_from, exhibit_of
from moot.trial.keeping import keep, kept_case
from tests.experiment.texts import declared
from tests.findings.a_run import folder as run_folder
from tests.trial.hearings import fresh, ready

pytestmark = pytest.mark.slow

MEASURE = "act:jaywalking:charged-by-regime"
TEXT = """\
experiment: shown
title: A small experiment
scenarios: [rank-my-life-2028]
people: 1000
days: 2
burn_in_years: 0
replicates: 10
measures: ['act:*:charged-by-regime']
draws: {count: 2, over: [regime.sensors], replicates: 1}
arms: {status-quo: {}, scheme: {regime: rank-my-life-2028}}
"""


def compared(folder, text):
    moot.compare(declared(folder, text), threads=1, out=folder / "out")
    return folder / "out"


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    return compared(tmp_path_factory.mktemp("shown"), TEXT)


@pytest.fixture(scope="module")
def exhibit(shown):
    words = next(one.words for one in moot.open_experiment(shown).effects if one.interval and one.span)
    return exhibit_of(shown, words, asked_by="claimants")


def test_f15_an_exhibit_says_runs_seeds_version_parameters_and_who_asked(exhibit):
    content = exhibit.content
    assert content["seeds"][1] - content["seeds"][0] == 9 and len(content["runs"]) == 12
    assert content["draws"]["over"] and content["draws"]["values"]
    assert content["asked_by"] == "claimants" and re.fullmatch("[0-9a-f]{64}", content["code"])
    text = "\n".join(exhibit.lines())
    assert text.index("Range over declared assumptions") < text.index("Simulation interval")
    assert "mechanism, not forecast" in text and "moot case rebuild" in text and exhibit.digest in text


def test_f15_filed_and_made_again_byte_for_byte_from_the_command_line(shown, exhibit, tmp_path, capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(["case", *(str(one) for one in arguments)])
        assert not ended.value.code, capsys.readouterr().err
        return capsys.readouterr().out

    folder, measure = tmp_path / "a-case", exhibit.content["measure"]
    keep(fresh(), folder)
    run("exhibit", folder, shown, "--measure", measure, "--by", "claimants")
    filed = kept_case(folder).exhibits[0]
    assert (filed.digest, filed.status) == (exhibit.digest, "admitted")
    told = json.loads(run("rebuild", folder, 1, "--threads", 2, "--json"))
    assert told == {"exhibit": 1, "same": True, "filed": exhibit.digest, "rebuilt": exhibit.digest}
    page = run("export", folder)
    assert "Range over declared assumptions" in page and exhibit.digest in page


def test_it_is_kept_as_text_and_any_change_gives_another_digest(exhibit):
    assert exhibit_from(exhibit.text) == exhibit
    changed = json.loads(exhibit.text)
    changed["effect"]["difference"] += 1
    assert Exhibit(changed).digest != exhibit.digest
    with pytest.raises(CaseError, match="cannot read"):
        exhibit_from('{"format": "other"}')


def test_f16_no_exhibit_of_a_single_run():
    with pytest.raises(CaseError, match="a single run is no exhibit"):
        exhibit_of(run_folder(), MEASURE, asked_by="court")


def test_f16_none_without_a_sweep_or_an_interval_or_with_jobs_left_out(shown, exhibit):
    """What an experiment without them would have written, in place of what this one did."""
    measure, about = exhibit.content["measure"], json.loads(exhibit.content["about"])

    def refused(says, effects=None, **changed):
        content = json.loads(json.dumps(moot.open_experiment(shown).as_dict() | changed))
        for one in content["effects"]:
            one.update(effects or {})
        with pytest.raises(CaseError, match=says):
            _content(Results(content), about, measure, "court", None, None)

    refused("without a sweep there is no exhibit", draws=None)
    refused("without a sweep", effects={"span": None})
    refused("2 replicates give no interval", effects={"interval": None, "replicates": 2})
    refused("too few people", effects={"too_few": True})
    refused("left out: a job: it failed", left_out=[{"job": "a", "words": "a job", "error": "it failed"}])


def test_who_asks_is_a_side_or_the_court_and_the_measure_is_one_that_is_there(shown, exhibit):
    with pytest.raises(CaseError, match="asked for by"):
        exhibit_of(shown, exhibit.content["measure"], asked_by="Mr Martin")
    with pytest.raises(UserError, match="no effect in") as refused:
        exhibit_of(shown, "happiness", asked_by="court")
    listed = [line.strip() for line in str(refused.value).splitlines() if line.startswith("  ")]
    assert exhibit.content["words"] in listed
    assert all(exhibit_of(shown, line, asked_by="court").content["words"] == line for line in listed[:3])


def test_an_exhibit_that_lacks_what_papers_tell_is_not_filed(exhibit):
    case = ready()

    def filed(content):
        text = json.dumps(content)
        digest = hashlib.sha256(text.encode()).hexdigest()
        case.do("exhibit", "claimants", 0, digest=digest, texts={"title": "One", CONTENT: text})

    whole = json.loads(exhibit.text)
    for name in ("seeds", "people", "arm", "versions", "asked_by"):
        with pytest.raises(CaseError, match="made from an experiment"):
            filed({key: value for key, value in whole.items() if key != name})
    for changed in (
        {"asked_by": "Mr Martin"},
        {"seeds": 3},
        {"effect": whole["effect"] | {"span": {"low": 1}}},
    ):
        with pytest.raises(CaseError, match="made from an experiment"):
            filed(whole | changed)
    filed(whole)
    assert case.exhibits[0].status == "admitted"


def test_a_sheet_that_lacks_what_papers_tell_is_not_filed(exhibit):
    case = ready()
    about = {"digest": exhibit.digest, "texts": {"title": "One", CONTENT: exhibit.text}}
    told = {
        "sentence": "More.",
        "draws": {"held": 1, "of": 2, "share": {"low": 0.1, "high": 0.9}},
        "smallest": None,
    }

    def sheet(**changed):
        return json.dumps({"scenarios": [{"name": "a", "conclusions": [told | changed]}]})

    for wrong in ("[]", "{", sheet(draws={}), sheet(smallest={}), sheet(sentence="")):
        digest = hashlib.sha256(wrong.encode()).hexdigest()
        with pytest.raises(CaseError, match="moot flip"):
            case.do("exhibit", "claimants", 0, digest=about["digest"], sheet_digest=digest,
                    texts=about["texts"] | {"sheet": wrong})  # fmt: skip
    right = sheet()
    digest = hashlib.sha256(right.encode()).hexdigest()
    case.do("exhibit", "claimants", 0, digest=about["digest"], sheet_digest=digest,
            texts=about["texts"] | {"sheet": right})  # fmt: skip
