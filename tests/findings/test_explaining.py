"""Events explained: rule and line, data, causes to the root, what would have altered them, and again."""

import functools
import json

import pytest

from moot.cli.main import main
from moot.declaring.files import data_folder
from moot.errors import UnknownNameError, UserError
from moot.findings.causes import Pair
from moot.findings.explaining import (
    WEIGHT,
    Explanation,
    _alterations,
    _fall_behind,
    again,
    consequential,
    explain,
    heading,
)
from moot.findings.grounds import ground_of, sources_of
from moot.findings.kinds import KINDS, Event
from moot.findings.lives import unexplained_differences
from moot.findings.replaying import Replay
from tests.findings.a_run import REGIME, folder, in_folder, three
from tests.french import english_in

TODAY = "status-quo"


@functools.cache
def falls() -> list[Explanation]:
    """The falls of the scheme in the panel, explained."""
    run = in_folder()
    places = [
        (life.number, one.place)
        for life in run.lives.values()
        for one in life.arms[REGIME]
        if one.kind == "fall" and one.what == "rank"
    ]
    return [one for number, place in places for one in explain(run, number, place)]


def test_a_fall_is_explained_by_the_line_of_the_file_that_says_so():
    text = (data_folder() / "regimes" / f"{REGIME}.yaml").read_text("utf-8").splitlines()
    assert len(falls()) > 3
    for one in falls():
        assert one.rule is not None and one.rule.path == "schemes.0.score.tiers.1.from"
        file, _, line = one.rule.line.rpartition(":")
        assert file.endswith(f"regimes/{REGIME}.yaml") and "from: 600" in text[int(line) - 1]
        assert "below 600 falls out of tier B" in one.rule.words


def test_each_fall_names_the_charges_that_it_used_and_a_change_that_walks():
    for one in falls():
        assert one.untold == "" and one.data
        assert {"points", "absent"} <= {x.kind for x in one.alterations}
        short = 600 - (one.event.score or 0)
        assert any(f"with {short} points fewer" in x.words for x in one.alterations if x.kind == "points")


def test_the_chain_of_causes_is_that_of_the_lives_and_ends_at_a_root():
    run = in_folder()
    assert unexplained_differences(run.lives, run.rules) == []
    for one in falls():
        assert one.chain[-1] in ("an own act", "because the scheme lets people start there") or (
            "through a tie" in one.chain[-1] or "act" in one.chain[-1]
        )
        assert one.twin.startswith("under today's law")


def test_every_event_of_the_panel_can_be_explained():
    run = in_folder()
    sources = sources_of(run)
    ruled = set()
    for life in run.lives.values():
        for arm in run.arms:
            for one in life.arms[arm]:
                ground = ground_of(one, run.rules, sources)
                ruled |= {one.kind} if ground is not None and ground.path else set()
    assert {"fall", "charged-by-regime", "tie-fell"} <= ruled
    some = list(run.lives)[:5]
    for number in some:
        for place in range(len(run.lives[number].arms[REGIME])):
            (told,) = explain(run, number, place)
            assert told.lines()[0].startswith("2028-") and all(len(line) <= 100 for line in told.lines())


def test_explanations_are_marked_and_in_the_third_person():
    run = in_folder()
    one = falls()[0]
    head = heading(run, one.event.number)
    assert "synthetic" in head[0] and "mechanism, not forecast" in head[1]
    said = one.as_dict()
    assert said["synthetic"] is True and set(said["person"]) >= {"number", "age"}
    assert " you" not in " ".join(one.lines()).lower()


def pair(*events: Event) -> Pair:
    return Pair(in_folder().rules, REGIME, [one.placed(n) for n, one in enumerate(events)], TODAY, [])


def made(kind: str, what: str, day: int = 10_300, **more: object) -> Event:
    return Event("SYN-0000001", REGIME, day, kind, what, **more)  # type: ignore[arg-type]


def test_of_a_wrong_charge_the_change_is_the_charge_itself():
    side = pair(made("borne", "jaywalking", sensor="city-cameras", points=40, score=660))
    found, untold = _alterations(side, side.here[0], None)
    assert [one.kind for one in found] == ["wrong-charge"] and untold == ""
    ground = ground_of(side.here[0], side.rules, {})
    assert ground is not None and ground.path == "sensors.0.identification"


def test_a_refusal_goes_back_through_list_and_fall_to_its_charges():
    charges = [
        made("charged-by-regime", "drink-driving", 10_227 + n, sensor="fines-register", points=250)
        for n in range(2)
    ]
    side = pair(
        charges[0], made("fall", "rank", 10_227, scheme="rank", tier="C", score=450), charges[1],
        made("fall", "rank", 10_228, scheme="rank", tier="D", score=200),
        made("listed", "no-plane", 10_228, scheme="rank"),
        made("refused", "air", 10_230, lists=("no-plane",)),
    )  # fmt: skip
    refusal = side.here[-1]
    fall = _fall_behind(side, refusal)
    assert fall is side.here[3]
    found, untold = _alterations(side, refusal, fall)
    assert untold == "" and any("250 points fewer lost on 2028-01-02" in one.words for one in found)
    ground = ground_of(refusal, side.rules, {})
    assert ground is not None and ground.path == "schemes.0.lists.0.refuses.air" and ground.line == ""


def test_a_charge_after_the_fall_that_would_have_led_there_as_well_is_seen():
    """Without the first charge the fall comes later, and before the refusal: no change of it would do."""
    days = (10_227, 10_240)
    falls_to = [
        made("charged-by-regime", "drink-driving", days[0], sensor="fines-register", points=250),
        made("fall", "rank", days[0], scheme="rank", tier="C", score=450),
    ]
    later = made("charged-by-regime", "red-light", days[1], sensor="fines-register", points=150)
    down = made("fall", "rank", days[1], scheme="rank", tier="D", score=301)
    refusal = made("hire-refused", "rank", 10_250, scheme="rank", tier="C")
    side = pair(*falls_to, refusal)
    before = Replay(side, side.here[1], side.here[2])
    assert before.refused == "" and len(before.without_one()) == 1
    side = pair(*falls_to, later, down, refusal)
    after = Replay(side, side.here[1], side.here[4])
    assert after.refused == "" and after.without_one() == [] and after.fewer_points() is None


def test_a_record_that_the_rules_do_not_give_is_not_told():
    side = pair(made("fall", "rank", scheme="rank", tier="C", score=590))
    _, untold = _alterations(side, side.here[0], side.here[0])
    assert "does not give the tier" in untold


def test_what_weighs_most_is_told_first_and_in_order():
    assert set(WEIGHT) <= set(KINDS.values())
    many = tuple(
        one.placed(n) for n, one in enumerate([made("job-lost", "work", 10_300 + n) for n in range(6)])
    )
    last = made("refused", "air", 10_400, lists=("no-plane",)).placed(6)
    assert [one.place for one in consequential((*many, last))] == [0, 1, 2, 3, 6]


def test_with_the_one_rule_changed_the_event_does_not_come():
    one = falls()[0]
    assert one.rule_change is not None and one.rule_change.value == one.event.score
    found = again(in_folder(), one, threads=1).reran
    assert found is not None and not found.happened and found.others >= 1
    assert found.digest != in_folder().digest
    assert "does not come" in " ".join(again_lines := [*one._again(found)]) and len(again_lines) >= 3


def test_what_cannot_be_asked_is_refused():
    run = in_folder()
    number = falls()[0].event.number
    with pytest.raises(UserError, match="events 0 to"):
        explain(run, number, 10_000)
    with pytest.raises(UnknownNameError):
        explain(run, "SYN-9999999")
    acts = next(one for one in run.lives[number].arms[REGIME] if one.kind == "act")
    (told,) = explain(run, number, acts.place)
    assert told.rule is None
    with pytest.raises(UserError, match="nothing to simulate again"):
        again(run, told)


def test_a_regime_of_a_file_is_told_by_its_line():
    run = three()
    sources = sources_of(run)
    regime = run.scenario.arm_regimes["mine"]
    assert regime is not None and sources[regime.content_hash].shown.endswith("mine.yaml")


def said(capsys, *words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["explain", str(folder()), *words])
    assert not ended.value.code
    return str(capsys.readouterr().out)


def test_the_command_explains_people_events_and_figures(capsys):
    one = falls()[0].event
    assert "falls to tier C" in said(capsys, one.number)
    found = json.loads(said(capsys, one.number, str(one.place), "--json"))
    assert found["synthetic"] and found["events"][0]["event"] == one.place
    assert "a sample drawn before" in " ".join(said(capsys, "scheme:rank:falls").split())
    assert json.loads(said(capsys, "scheme:rank:falls", "--json"))["total"] > 0
    with pytest.raises(SystemExit) as ended:
        main(["explain", str(folder()), "scheme:rank:falls", "3"])
    assert ended.value.code == 2


def test_every_explanation_is_told_in_french():
    run = in_folder()
    told = 0
    for life in run.lives.values():
        if told > 200:
            break
        english = [one.lines() for one in explain(run, life.number)]
        french = explain(run, life.number, language="fr")
        assert len(french) == len(english)
        for one in french:
            said = "\n".join(one.lines())
            assert one.as_dict()["kind"] and english_in(said, *run.arms) == []
            told += 1
    assert heading(run, life.number, "fr")[1].startswith("Personne synthétique")
