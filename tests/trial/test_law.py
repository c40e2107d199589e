"""The law of a case is data: known dates, unknown dates, and nothing that answers an element."""

import json
from datetime import date

import pytest

from moot.cli.main import main
from moot.declaring.source import source_of_text
from moot.errors import DeclarationError, UnknownNameError
from moot.trial import law
from moot.trial.law import evidence_codes, law_of, load_pack, pack_from, pack_names

ENTRY = """\
  - id: XX-1
    identifier: "article 1 of an invented statute"
    title: Own pack
    role: ground
    binding: text
    binds: {private: directly, public: directly}
    applies_from: 2020-01-01
    applies_to: 2024-12-31
    dates_mark: assumed
    elements: [{id: "1", text: a score, evidence: [{code: M_DET}]}]
    source: invented for a test
    mark: assumed
"""
PACK = "law: mine\ntitle: Invented law\nknown_on: 2026-01-01\ncountries: [halmerra]\nentries:\n" + ENTRY


def said(text):
    with pytest.raises(DeclarationError) as raised:
        pack_from(source_of_text(text, "mine.yaml"))
    return str(raised.value)


def test_packs_are_shipped_and_read():
    assert pack_names() == ["china", "council-of-europe", "european-union", "france", "netherlands"]
    everything = law_of()
    assert len(everything.entries) == sum(len(load_pack(name).entries) for name in pack_names())
    for entry in everything.entries.values():
        assert entry.source and entry.mark
        assert entry.applies_from == "unknown" or entry.dates_mark


@pytest.mark.parametrize(
    ("name", "day", "begins"),
    [
        ("AIA-27", "2026-11-22", "not yet applicable (from 2027-12-02)"),
        ("AIA-27", "2028-12-04", "applies"),
        ("AIA-5-1-c", "2025-02-01", "not yet"),
        ("AIA-5-1-c", "2025-02-02", "applies"),
        ("AIA-86", "2028-12-04", "unknown"),
        ("FR-CNAF", "2028-12-04", "unknown"),
        ("CN-TRAVEL-2018", "2018-04-30", "not yet"),
        ("CN-TRAVEL-2018", "2018-05-01", "unknown: applies from 2018-05-01; until when"),
    ],
)
def test_f08_the_law_of_a_day(name, day, begins):
    assert law_of().entry(name).on(date.fromisoformat(day)).startswith(begins)


def test_the_last_day_counts_and_the_next_does_not():
    (entry,) = pack_from(source_of_text(PACK, "mine.yaml")).entries
    assert entry.on(date(2024, 12, 31)).startswith("applies")
    assert entry.on(date(2025, 1, 1)).startswith("no longer")


def test_f09_who_acted_under_what_law_and_does_it_bind_come_first():
    assert [one.question for one in law.threshold_questions()] == [
        "actor", "text", "binding", "ai-system", "penalty", "absolute",
    ]  # fmt: skip
    known = law_of().entries
    for question in law.threshold_questions():
        assert set(question.entries) <= known.keys()
    assert {"CH-51", "ECHR-1"} <= set(law.threshold_questions()[2].entries)
    assert [step.step for step in law.proportionality()] == [f"P{n}" for n in range(8)]
    for step in law.proportionality():
        assert set(step.evidence) <= evidence_codes().keys()


def test_a_private_scorer_is_not_said_to_be_bound_by_convention_or_charter():
    every = law_of()
    for name in ("ECHR-8", "CH-1", "FR-DDHC-2"):
        assert "reached through what a State owes" in every.entry(name).said_to_bind("private")
    assert "binds directly" in every.entry("GDPR-22").said_to_bind("private")
    assert "binds no court" in every.entry("AIA-GL-5").said_to_bind("public")


def test_statute_and_reading_stand_apart():
    element = law_of().entry("AIA-5-1-c").element("E5")
    assert "capable" not in element.text and "capable" in element.gloss


def test_f11_the_prohibition_has_seven_elements_and_their_rule():
    entry = law_of().entry("AIA-5-1-c")
    assert [one.id for one in entry.elements] == ["E1", "E2", "E3", "E4", "E5", "E6i", "E6ii"]
    assert entry.rule == "E1 to E5 together, and one of E6i and E6ii"


def test_every_code_of_evidence_is_in_the_vocabulary_and_grounds_may_have_none():
    assert len([code for code in evidence_codes() if code.startswith("M_")]) == 26
    assert any(not one.evidence for entry in law_of().entries.values() for one in entry.elements)
    dignity = law_of().entry("CH-1")
    assert dignity.role == "absolute" and "QUAL" in {one.code for one in dignity.elements[0].evidence}


def test_a_case_of_china_says_that_its_law_is_carried_over_by_invention():
    of_china = law_of("china-2018")
    assert "invented transposition" in of_china.says[0]
    assert "AIA-5-1-c" in of_china.invented and "CN-TRAVEL-2018" not in of_china.invented
    assert law_of("france").says == () and not law_of("france").invented


def test_f14_a_pack_of_ones_own_stands_beside_the_others_or_alone(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(PACK)
    assert "XX-1" in law_of("halmerra", packs=[file]).entries
    assert list(law_of(packs=[file], only=True).entries) == ["XX-1"]


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("code: M_DET", "code: M_DETT", 'did you mean "M_DET"'),
        ("applies_from: 2020-01-01", "applies_from: soon", "or the word unknown"),
        ("    dates_mark: assumed\n", "", "dates_mark"),
        ("applies_to: 2024-12-31", "applies_to: 2019-12-31", "before `applies_from`"),
        ("    source: invented for a test\n", "", "no `source` and `mark`"),
        ("binding: text", "binding: texts", 'did you mean "text"'),
        ("entries:\n", f"entries:\n{ENTRY}", "two entries"),
        ("known_on: 2026-01-01", "known_on: 2026-01-01\ntransposes: [china]", "stand together"),
    ],
)
def test_a_wrong_pack_is_told_with_its_line(before, after, says):
    assert PACK.count(before) >= 1
    message = said(PACK.replace(before, after))
    assert says in message and message.startswith("mine.yaml:")


def test_an_unknown_entry_or_country_names_the_nearest():
    with pytest.raises(UnknownNameError, match="AIA-5-1-c"):
        law_of().entry("AIA-5-1-cc")
    with pytest.raises(UnknownNameError, match="france"):
        law_of("frence")


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["law", *arguments])
    return ended.value.code, capsys.readouterr()


def test_the_command_tells_dates_and_the_questions(capsys):
    code, told = run(capsys, "--date", "2026-11-22", "--country", "france")
    assert not code
    assert "not yet applicable (from 2027-12-02)" in told.out and "Who acted?" in told.out
    assert told.out.index("Who acted?") < told.out.index("AIA-5-1-c")
    code, told = run(capsys, "--entry", "AIA-5-1-c")
    assert not code and "reading: The guidelines" in told.out and "E6ii" in told.out


def test_the_command_in_json(capsys):
    code, told = run(capsys, "--date", "2028-12-04", "--country", "china-2018", "--json")
    content = json.loads(told.out)
    assert not code and content["date"] == "2028-12-04" and "invented transposition" in content["says"][0]
    assert {one["applies_from"] for one in content["entries"] if one["id"] == "AIA-86"} == {"unknown"}


@pytest.mark.parametrize("arguments", [("--date", "tomorrow"), ("--entry", "AIA-9"), ("--only",)])
def test_the_command_refuses_with_2(capsys, arguments):
    code, told = run(capsys, *arguments)
    assert code == 2 and told.err


def test_nothing_here_answers_a_question_of_law():
    """No public function says met, binding, lawful: it returns declarations, dates and words about them."""
    words = [one.on(date(2028, 1, 1)) for one in law_of().entries.values()]
    assert {word.split()[0].rstrip(":") for word in words} <= {"applies", "not", "no", "unknown"}
    for name in law.__all__:
        assert not any(
            part in name.lower() for part in ("lawful", "verdict", "violat", "decide", "binding_on")
        )
