"""Runs of a case, asked for and told to both sides at once; witnesses; remedies that are simulated."""

import hashlib
import json

import pytest

import moot
from moot.cli.main import main
from moot.errors import CaseError, UserError
from moot.findings.run import open_run
from moot.regime.harder import harder
from moot.regime.reading import load_regime
from moot.regime.remedied import ordered
from moot.trial.case import CONTENT
from moot.trial.exhibits import Exhibit, differ_in_code, exhibit_of, sheet_of
from moot.trial.keeping import keep, kept_case
from moot.trial.ordering import asked_run, folder_of, made_run, problems_of_runs
from moot.trial.papers import bordereau, outside, runs_of
from moot.trial.remedies import load_remedies
from moot.trial.resimulating import experiment_with
from moot.trial.witness import LoggedLife, answer_of, life_from, life_of
from tests.experiment.texts import declared
from tests.findings.a_run import folder as run_folder
from tests.trial.hearings import fresh, ready, to_stage, vote

pytestmark = pytest.mark.slow

TEXT = """\
experiment: asked
title: A run that was asked for
scenarios: [rank-my-life-2028]
people: 1000
days: 2
burn_in_years: 0
replicates: 10
measures: ['act:*:charged-by-regime']
draws: {count: 2, over: [regime.sensors], replicates: 1}
arms: {status-quo: {}, scheme: {regime: rank-my-life-2028}}
"""


def clock(case):
    return case.now + 7


def run(*arguments):
    with pytest.raises(SystemExit) as ended:
        main(["case", *(str(one) for one in arguments)])
    return ended.value.code


@pytest.fixture(scope="module")
def experiment(tmp_path_factory):
    return declared(tmp_path_factory.mktemp("declared"), TEXT)


@pytest.fixture(scope="module")
def kept(tmp_path_factory, experiment):
    """A case in which one run was made for the claimants, and one asked for by the respondent."""
    folder = tmp_path_factory.mktemp("kept") / "a-case"
    keep(ready(), folder)
    assert asked_run(folder, experiment, "claimants", clock=clock, reason="To see charges.") == 1
    made_run(folder, 1, clock=clock, threads=1)
    assert asked_run(folder, experiment.replace(seed=90), "respondent", clock=clock) == 2
    return folder


@pytest.fixture(scope="module")
def measure(kept):
    results = moot.open_experiment(folder_of(kept, 1))
    return next(one.words for one in results.effects if one.interval and one.span)


@pytest.fixture(scope="module")
def life():
    found = open_run(run_folder())
    most = max(found.lives, key=lambda one: len(found.lives[one].arms[found.other_arm]))
    return life_of(found, most)


def test_f20_request_and_result_reach_both_sides_at_the_same_instant(kept):
    case = kept_case(kept)
    first, second = runs_of(case)
    assert first["told"] == ["claimants", "respondent"] and first["made"]
    assert first["told_at"] == case.minutes[case.asked[0].made].at > first["asked_at"]
    assert first["reason"] == "To see charges." and first["side"] == "claimants"
    assert not second["made"] and second["told_at"] is None and second["side"] == "respondent"


def test_f20_a_run_is_asked_for_once_and_its_result_is_of_what_was_asked(kept, experiment):
    with pytest.raises(CaseError, match="asked for already, as run 1; both sides have it"):
        asked_run(kept, experiment, "respondent", clock=clock)
    case = kept_case(kept)
    result = case.text(case.asked[0].made, CONTENT)
    digest = hashlib.sha256(result.encode()).hexdigest()
    with pytest.raises(CaseError, match="another experiment than was asked for"):
        case.do("run-made", "respondent", clock(case), texts={CONTENT: result}, run=2, digest=digest)
    with pytest.raises(CaseError, match="was asked for by respondent"):
        case.do("run-made", "claimants", clock(case), texts={CONTENT: result}, run=2, digest=digest)
    with pytest.raises(CaseError, match="written by the program alone"):
        text = json.dumps({"format": "moot-request-1"})
        case.do("ask-run", "claimants", clock(case), texts={CONTENT: text}, experiment="a",
                digest=hashlib.sha256(text.encode()).hexdigest())  # fmt: skip


def test_f20_no_run_is_asked_for_once_the_court_votes(experiment, tmp_path):
    case = ready()
    case.do("open", "president", 0)
    to_stage(case, "vote")
    keep(case, tmp_path / "case")
    with pytest.raises(CaseError, match="before the vote"):
        asked_run(tmp_path / "case", experiment, "claimants", clock=clock)


def test_f25_every_run_is_listed_filed_or_not_and_the_list_is_the_run_store(kept, measure, capsys, tmp_path):
    assert problems_of_runs(kept) == []
    assert {path.name for path in (kept / "runs").iterdir()} == {
        str(one["run"]) for one in runs_of(kept_case(kept)) if one["made"]
    }
    assert [one["exhibits"] for one in runs_of(kept_case(kept))] == [[], []]
    assert not run("exhibit", kept, "--run", 1, "--measure", measure, "--by", "claimants")
    case = kept_case(kept)
    assert [one["exhibits"] for one in runs_of(case)] == [[1], []] and outside(case) == []
    capsys.readouterr()
    assert not run("run", kept, "--list")
    said = capsys.readouterr().out
    assert "Runs made outside this case are unknown to it." in said
    assert "exhibit 1" in said and "no result yet; not filed" in said
    moot.compare(declared(tmp_path, TEXT.replace("days: 2", "days: 3")), threads=1, out=tmp_path / "out")
    assert not run("exhibit", kept, tmp_path / "out", "--measure", measure, "--by", "respondent")
    assert outside(kept_case(kept)) == [2]


def test_f25_a_run_folder_that_was_changed_or_put_there_is_told(kept):
    (kept / "runs" / "9").mkdir()
    results = folder_of(kept, 1) / "results.json"
    before = results.read_bytes()
    results.write_bytes(before.replace(b'"difference": ', b'"difference": 1', 1))
    said = problems_of_runs(kept)
    assert said[0].startswith("run 1: ") and said[1] == (
        "the folder runs/9 is of no run that was asked for in this case"
    )
    results.write_bytes(before)
    (kept / "runs" / "9").rmdir()
    assert problems_of_runs(kept) == []


def test_f27_the_bordereau_of_a_party_is_what_was_filed():
    from tests.trial.hearings import file

    case = ready()
    file(case, "claimants", "First", 1)
    file(case, "respondent", "Second", 2)
    file(case, "claimants", "Third", 3)
    case.do("withdraw", "claimants", 5, exhibit=1)
    case.do("open", "president", 9)
    file(case, "claimants", "Late", 4)
    lines = bordereau(case, "claimants")
    assert [(one.number, one.title, one.status, one.late) for one in lines] == [
        (1, "First", "withdrawn", False),
        (3, "Third", "admitted", False),
        (4, "Late", "pending", True),
    ]
    assert [one.number for one in bordereau(case, "respondent")] == [2]
    assert all(case.minutes[one.record].at == one.at for one in lines)
    with pytest.raises(CaseError, match="no bordereau of public"):
        bordereau(case, "public")


def test_f18_the_sheet_stands_beside_its_exhibit_and_a_changed_one_is_refused(kept, measure, tmp_path):
    assert sheet_of(folder_of(kept, 1)) is None
    (tmp_path / "sheet.json").write_text('{"format": "moot-sheet-1", "scenarios": []}')
    text, digest = sheet_of(tmp_path)
    made = exhibit_of(folder_of(kept, 1), measure, asked_by="court")
    case = fresh()
    texts = {"title": made.title, CONTENT: made.text, "sheet": text}
    with pytest.raises(CaseError, match="sheet of the exhibit does not have this hash"):
        case.do("exhibit", "claimants", 0, digest=made.digest, sheet_digest="0" * 64, texts=texts)
    case.do("exhibit", "claimants", 0, digest=made.digest, sheet_digest=digest, texts=texts)
    assert case.text(case.exhibits[0].record, "sheet") == text
    (tmp_path / "sheet.json").write_text("{")
    with pytest.raises(CaseError, match="cannot be read"):
        sheet_of(tmp_path)


def test_f15_another_model_code_with_the_same_numbers_is_told_apart_from_other_numbers(kept, measure):
    made = exhibit_of(folder_of(kept, 1), measure, asked_by="court")
    other = Exhibit(dict(made.content) | {"code": "f" * 64})
    assert differ_in_code(made, other) == (made.content["code"], "f" * 64)
    assert differ_in_code(made, made) is None
    assert differ_in_code(made, Exhibit(dict(other.content) | {"people": 1})) is None


def test_f22_a_witness_tells_the_logged_life_and_every_sentence_has_its_event(life):
    found = open_run(run_folder())
    events = {
        (arm, one.place): one
        for arm, lives in found.lives[life.content["person"]].arms.items()
        for one in lives
    }
    assert len(life.content["sentences"]) > 5
    for one in life.content["sentences"]:
        assert moot.findings.lives.on(events[one["arm"], one["event"]].day) == one["date"]
    text = "\n".join(life.lines())
    assert text.count("event ") >= len(life.content["sentences"]) and "Synthetic person" in text
    assert " I " not in text and life_from(life.text) == life
    changed = dict(life.content) | {"person": "SYN-0000001"}
    assert LoggedLife(changed).digest != life.digest


def test_f22_a_witness_is_called_once_and_from_the_panel(life, capsys, tmp_path):
    folder = tmp_path / "a-case"
    keep(ready(), folder)
    assert not run("witness", folder, run_folder(), life.content["person"], "--by", "claimants")
    assert "witness 1:" in capsys.readouterr().out
    assert run("witness", folder, run_folder(), life.content["person"], "--by", "respondent") == 2
    assert "called already" in capsys.readouterr().err
    assert run("witness", folder, run_folder(), "SYN-9999999") == 2
    assert run("do", folder, "witness", "--set", "person=SYN-0000001") == 2
    assert "written by the program" in capsys.readouterr().err
    assert not run("examine", folder, 1, life.content["sentences"][0]["event"], "--run", run_folder())
    case = kept_case(folder)
    assert len(case.witnesses[0].answers) == 1 and case.minutes.problems() == []


def test_f23_a_witness_is_examined_by_one_change_and_a_second_simulation(life):
    """The event does not come where the rule behind it is changed, and the people are the same."""
    found = open_run(run_folder())
    arm = life.content["arm"]
    charged = [one for one in life.content["sentences"] if one["arm"] == arm]
    charge = next(one for one in charged if one["text"].startswith("is charged by the scheme"))
    answer = answer_of(life, charge["event"], run=found, rerun=True, threads=1)
    told = answer["explained"]
    assert told["rule"] and told["alterations"] and told["again"]["other_events"] > 0
    assert told["again"]["digest"] != found.digest
    assert any("Simulated again" in line for line in answer["lines"])
    with pytest.raises(UserError, match="none that this witness told"):
        answer_of(life, 999_999, run=found)


def test_f49_every_remedy_of_the_menu_is_simulated_or_says_why_not(kept, measure):
    shown = exhibit_of(folder_of(kept, 1), measure, asked_by="claimants")
    regime = load_regime("rank-my-life-2028")
    for name, one in load_remedies().menu.items():
        assert one.title and one.title.french
        if one.order is None:
            assert one.unmeasured and one.unmeasured.french
            with pytest.raises(CaseError, match="cannot be simulated"):
                experiment_with(shown, name)
            continue
        experiment, arm, words = experiment_with(shown, name)
        played = experiment.scenario_models[0]
        assert words and experiment.draws.count == 2 and played.days >= 2
        after = played.arm_regimes[arm]
        assert not harder(regime, after)
        assert (after.content_hash == regime.content_hash) == (one.order == "as-it-is")
    probation, _, _ = experiment_with(shown, "probation-in-the-simulator")
    assert probation.seed == shown.content["seeds"][1] + 1


def test_f49_erase_after_12_months_changes_the_memory_and_nothing_that_is_short():
    regime = load_regime("rank-my-life-2028")
    after, words = ordered(regime, "erase", months=12)
    assert [one.score.memory_months for one in after.schemes] == [12] * len(after.schemes) and words
    with pytest.raises(UserError, match="keeps nothing longer than 12 months already"):
        ordered(after, "erase", months=12)


def test_f49_a_measurable_remedy_is_simulated_for_the_court_before_it_is_ordered(kept, tmp_path, capsys):
    """`review-before-effect` gives a run of the case and two exhibits: the scheme as it is, and under it."""
    folder = tmp_path / "a-case"
    keep(ready(), folder)
    measure = json.loads(kept_case(kept).text(kept_case(kept).exhibits[0].record, CONTENT))["measure"]
    assert not run("exhibit", folder, folder_of(kept, 1), "--measure", measure, "--by", "claimants")
    assert not run("remedy", folder, "review-before-effect", "--exhibit", 1, "--threads", 1)
    case = kept_case(folder)
    (asked,) = runs_of(case)
    assert asked["remedy"] == "review-before-effect" and asked["side"] == "bench"
    assert asked["exhibits"] == [2, 3] and [one.status for one in case.exhibits] == ["admitted"] * 3
    contents = [json.loads(case.text(one.record, CONTENT)) for one in case.exhibits]
    assert [one["arm"] for one in contents] == ["scheme", "scheme", "review-before-effect"]
    assert contents[2]["twin"] == contents[0]["twin"]

    case.do("open", "president", case.now)
    at = to_stage(case, "vote")
    vote(case, at, 2, "1", "met")
    case.do("next", "president", at)
    with pytest.raises(CaseError, match="not upheld"):
        case.do("remedy", "president", at, remedy="stop", ground=2)
    case.do("reason", "president", at, ground=2, element="1", texts={"text": "Both sides were heard."})
    case.do("operative", "president", at, ground=2, outcome="upheld", texts={"text": "Upheld."})
    case.do("operative", "president", at, ground=1, outcome="dismissed", texts={"text": "Dismissed."})
    with pytest.raises(CaseError, match="can be simulated, and was not in this case"):
        case.do("remedy", "president", at, remedy="one-domain-only", ground=2)
    with pytest.raises(UserError, match="no remedy called"):
        case.do("remedy", "president", at, remedy="fine", ground=2)
    case.do("remedy", "president", at, remedy="review-before-effect", ground=2)
    case.do("remedy", "president", at, remedy="stop", ground=2)
    assert [(one.remedy, one.exhibit) for one in case.remedies] == [
        ("review-before-effect", 3),
        ("stop", None),
    ]
    case.do("deliver", "president", at)
