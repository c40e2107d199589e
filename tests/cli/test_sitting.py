"""A hearing at one keyboard: scripted lessons to a judgment on an injected clock, and what is told on it."""

import io
import json
from pathlib import Path

import pytest

from moot.cli.main import main
from moot.cli.sitting import Sitting, line_of
from moot.trial.exports import FORMATS, text_of
from moot.trial.keeping import kept_case
from moot.trial.offers import offers
from moot.trial.procedure import PARTIES
from moot.trial.robots import elements_of
from moot.trial.wording import BANNER, FICTION
from tests.cli.test_court import run

QUESTION = "Is the scheme compatible with the fundamental rights of individuals?"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def sit(capsys, monkeypatch, lines, *options, case="a-case"):
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))
    return run(capsys, "case", "sit", case, *options)


def made(capsys, procedure="class-55", *options):
    return run(capsys, "case", "new", "a-case", "--regime", "rank-my-life-2028", "--question", QUESTION,
               "--procedure", procedure, *options)  # fmt: skip


def prepared(jury=1, machines=""):
    """Lines that seat everybody and plead one ground."""
    machine = dict.fromkeys(PARTIES, "") | dict.fromkeys(machines.split(), " machine=yes")
    return [
        'claimant "Claimant 1"',
        'fact status=disputed origin="invented by the authors" : An employer read the score.',
        "admit 1",
        "ground AIA-5-1-c : It decides a job.",
        "ground CH-1 : A person is more than a number, isn't it?",
        "seat president",
        f"seat jury {jury}",
        f"seat claimants{machine['claimants']}",
        f"seat respondent{machine['respondent']}",
        "seat third-voice",
        "@0 open",
    ]


def turn(at, role, until, *speech):
    return [f"@{at} floor {role}", *speech, f"@{until} yield", f"@{until}"]


def lesson(jury, choices):
    """The lesson of 55 minutes, to the second: three questions, and a judgment."""
    lines = [*prepared(jury), "@300 next"]
    lines += [*turn(300, "president", 480, "speech : The question is read."), "@480 next"]
    about = "ground=1 element=E5"
    lines += [*turn(480, "claimants", 840, f"speech {about} answer=met : A score took a job."),
              *turn(840, "claimants", 1020, "speech : A second word."), "@1020 next"]  # fmt: skip
    lines += [*turn(1020, "respondent", 1380, f'speech {about} answer="not met" : The employer decided.'),
              *turn(1380, "respondent", 1560, "speech : A second word."), "@1560 next"]  # fmt: skip
    lines += [*turn(1560, "third-voice", 1740, "speech : A third word."), "@1740 next"]
    lines += [*turn(1740, "respondent", 1860, "speech : The last word."), "@1860 next"]
    lines += [f"@1900 public-vote {jury} 1 0", "@1980 next", "@1980 blanks respondent"]
    for number, (ground, element) in enumerate(((1, "E5"), (1, "E6ii"), (2, "1"))):
        lines += [f"@{2000 + 200 * number} consider {ground} {element}"]
        lines += [f"answer jury {seat} {choices[(seat + 1) % len(choices)]}" for seat in range(1, jury)]
        lines += [f"figures {1 if jury > 0 else 0}", f"sheet {ground} {element}", f"put {ground} {element}"]
        lines += [f"vote jury {seat} {choices[seat % len(choices)]}" for seat in range(1, jury + 1)]
        lines += ["close-vote"]
    lines += ["@2640 next"]
    for ground, element in ((1, "E5"), (1, "E6ii"), (2, "1")):
        lines += [
            f"reason {ground} {element} facts=1 : Both sides were heard. The court answers as it voted."
        ]
    lines += ['operative 1 "not established" : The ground is not established.',
              "operative 2 upheld : The ground is upheld.", "@2900 deliver", "@2940 next",
              "@3300 next"]  # fmt: skip
    return lines


@pytest.mark.parametrize("jury", [1, 28])
def test_f34_the_lesson_is_played_to_a_judgment_on_a_clock_of_55_minutes(capsys, monkeypatch, jury):
    """By 3 people, of whom one is the jury and one presides and pleads; and by 30, of whom 28 vote."""
    made(capsys)
    code, out, err = sit(capsys, monkeypatch, lesson(jury, ("met", "met", "not-met", "blank", "met")))
    assert code == 0, err
    case = kept_case(Path("a-case"))
    assert case.phase == "closed" and case.delivered and case.now == 55 * 60
    assert case.seconds["claimants"] == 540 and case.seconds["respondent"] == 540 + 120
    spoken = {"claimants": 540, "respondent": case.seconds["respondent"] - 120}  # the last word stands apart
    assert abs(spoken["claimants"] - spoken["respondent"]) < 0.01 * spoken["claimants"]
    assert len(case.questions) == 3 and all(one.result for one in case.questions)
    assert [("figures" in case.minutes[one.closed].body) for one in case.questions] == [jury >= 5] * 3
    assert BANNER in err and "paper was put into the box" in out
    for form in FORMATS:
        text = text_of(case, form)
        assert FICTION in text and "The employer decided." in text
    if jury == 28:
        assert sum(case.minutes[case.questions[0].closed].body["figures"].values()) == 28


def test_f34_one_human_is_seated_as_sole_judge_between_machines(capsys, monkeypatch):
    """Machines plead and keep the clock; one person presides, votes and judges."""
    made(capsys, "administrative")
    lines = [
        one for one in prepared(machines="claimants respondent") if "jury" not in one and "third" not in one
    ]
    lines[-1:] = ["seat rapporteur-public machine=yes", "seat clerk machine=yes", "@0 open"]
    case_lines = [*lines]
    at = 0
    for roles in (("claimants", "respondent", "claimants", "respondent"), ("",), ("rapporteur-public",),
                  ("claimants", "respondent")):  # fmt: skip
        for role in roles:
            at += 60
            case_lines += [f"@{at} floor {role}" if role else f"@{at} waive"]
        case_lines += [f"@{at} next"]
    case_lines += [f"@{at} next", f"@{at} consider 1 E5", "answer president 1 met", "figures", "put 1 E5",
                   "vote president 1 not-met", "close-vote", "next", "reason 1 E5 : The judge has read both.",
                   "operative 1 dismissed : Dismissed.", 'operative 2 "not established" : Not reached.',
                   "deliver", "next"]  # fmt: skip
    code, _, err = sit(capsys, monkeypatch, case_lines, "--lang", "fr")
    assert code == 0, err
    case = kept_case(Path("a-case"))
    assert case.delivered and case.phase == "closed" and case.questions[0].result == "not met"
    said = [case.minutes[n] for n in case.speeches]
    assert {one.by for one in said} == {"claimants", "respondent", "rapporteur-public"}
    assert all(
        line.startswith("Machine\u00a0:")
        for one in said
        for line in case.text(one.number, "text").split("\n")
    )
    with pytest.raises(SystemExit):
        main(["case", "do", "a-case", "seat", "--set", "role=president", "--set", "machine=yes"])
    assert not case.rehearsal


def test_f54_every_line_answers_with_one_json_object_and_says_what_may_be_done(capsys, monkeypatch):
    made(capsys)
    code, out, _ = sit(capsys, monkeypatch, [*prepared(1), "", "floor claimants", "sheet 1 E5"],
                         "--json", "--keep-going")  # fmt: skip
    told = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and len(told) == 15
    assert [one.get("ok", "sheet") for one in told] == [True] * 13 + [False, "sheet"]
    assert "not of claimants" in told[-2]["error"] or "nobody has a turn" in told[-2]["error"]
    assert told[0]["state"]["phase"] == "preparation" and told[12]["state"]["phase"] == "hearing"
    assert {"step": "next", "by": "president", "about": {}, "texts": []} in told[12]["next"]
    assert told[12]["left"] is None and told[12]["second"] == 0


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("flor president", '"flor" is no step here'),
        ("exhibit", "is written by the program"),
        ("next : because", "has no text"),
        ("@soon next", "expected a second"),
        ("vote jury met", "expected vote ROLE SEAT"),
        ("vote jury 1", "expected a choice"),
        ("sheet E5", "expected sheet GROUND ELEMENT"),
        ("ground CH-1 more", "has no further value"),
        ("ground CH-1 :", "expected a text after the colon"),
        ('question question="Is it?', "a quotation mark is open"),
        ("seat jury machine=perhaps", "expected yes or no"),
        ("open salt=1", "no step has this"),
        ("open", "nothing is pleaded"),
    ],
)
def test_a_script_ends_at_the_first_line_that_is_refused_and_names_it(capsys, monkeypatch, line, says):
    made(capsys)
    before = kept_case(Path("a-case")).minutes.head
    code, _, err = sit(capsys, monkeypatch, ["# a remark", line, "seat president"])
    assert code == 2 and says in err and "line 2: " in err and "Traceback" not in err
    assert kept_case(Path("a-case")).minutes.head == before


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_at_a_terminal_the_floor_the_clock_and_what_may_be_done_are_told(capsys, monkeypatch):
    made(capsys)
    sit(capsys, monkeypatch, prepared(1))
    monkeypatch.setattr(
        "sys.stdin", Terminal("@300 next\nfloor president\nfloor claimants\nspeech : x\nhelp\nquit\n")
    )
    monkeypatch.setattr("moot.cli.sitting.select.select", lambda *_: ([1], [], []))
    code, out, err = run(capsys, "case", "sit", "a-case")
    assert code == 0 and "0:05:00; president has 0:03:00 left" in out
    assert "may be done: " in out and "yield" in out and "STEP [VALUE" in out
    assert (
        "refused: president has the floor" in err and err.count(BANNER) == 2
    )  # at the start, and at the text


def test_the_end_of_the_time_is_told_and_a_machine_takes_the_floor_back(capsys, monkeypatch):
    made(capsys)
    sit(capsys, monkeypatch, [*prepared(1)[:-1], "seat clerk machine=yes", "@0 open", "@300 next",
                              "floor president"])  # fmt: skip
    monkeypatch.setattr("sys.stdin", Terminal(""))
    one = Sitting(Path("a-case"), language="en", as_json=False, keep_going=False)
    one.held = 480
    one.time_is_over()
    case = kept_case(Path("a-case"))
    assert "the time of president is over" in capsys.readouterr().out
    assert case.floor is None and case.minutes[len(case.minutes)].by == "clerk"


def test_an_offer_as_a_line_is_the_step_that_was_offered(capsys, monkeypatch):
    made(capsys)
    sit(capsys, monkeypatch, prepared(1)[:-1])
    case = kept_case(Path("a-case"))
    assert [line_of(one) for one in offers(case, 0)][:1] == ["open"]
    lines = [line_of(one).replace("…", "Words") for one in offers(case, 0)]
    assert "ground" in " ".join(lines) and 'fact="Words"' in " ".join(lines)
    for line in reversed(lines):
        code, _, err = sit(capsys, monkeypatch, [f"@0 {line}"])
        assert code == 0, (line, err)


def test_a_rehearsal_is_made_and_told_and_every_is_twelve(capsys):
    made(capsys)
    run(capsys, "case", "do", "a-case", "claimant", "--by", "claimants", "--set", "claimant=Claimant 1")
    run(capsys, "case", "do", "a-case", "ground", "--by", "claimants", "--set", "entry=CH-1",
        "--text", "claim=More than a number.")  # fmt: skip
    before = kept_case(Path("a-case")).minutes.head
    code, out, _ = run(capsys, "case", "rehearse", "a-case", "--out", "one", "--lang", "fr")
    assert code == 0 and out.startswith("RÉPÉTITION") and "Machine\u00a0: " in out
    code, out, _ = run(capsys, "case", "rehearse", "a-case", "--out", "all", "--every", "--json")
    told = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and len(told) == 12 and len({one["procedure"] for one in told}) == 6
    assert all(one["phase"] == "closed" and not one["delivered"] for one in told)
    assert kept_case(Path("a-case")).minutes.head == before
    code, _, err = run(
        capsys, "case", "rehearse", "a-case", "--out", "all", "--every", "--procedure", "assize"
    )
    assert code == 2 and "expected no --procedure" in err
    code, out, _ = run(capsys, "case", "export", "one")
    assert code == 0 and "REHEARSAL" in out and "Operative part" not in out


def test_sheets_answers_and_machines_from_the_command_line(capsys, monkeypatch):
    made(capsys)
    sit(capsys, monkeypatch, [*prepared(3, "claimants respondent"), "@300 next", "@480 waive", "@480 next",
                              "@480 floor claimants"])  # fmt: skip
    case = kept_case(Path("a-case"))
    assert case.floor is None and len(case.speeches) == len(elements_of(case))
    code, out, _ = run(capsys, "case", "sheet", "a-case", 1, "E5", "--json")
    told = json.loads(out)
    assert code == 0 and told["arguments"]["claimants"][0].startswith("Machine: ")
    code, out, _ = run(capsys, "case", "sheet", "a-case", 1, "E5", "--lang", "fr")
    assert code == 0 and out.startswith("Le texte\n")
    code, _, err = run(capsys, "case", "answer", "a-case", "met", "--role", "jury")
    assert code == 2 and "no element is before the court" in err
    code, out, _ = run(capsys, "case", "play", "a-case", "--at", 500, "--json")
    assert code == 0 and json.loads(out)["records"] == len(case.minutes)
