"""The five questions of a page: numbers are those of the totals, and what there is not is not told."""

import functools
import re

import pytest

from moot.experiment.scenario import load_scenario
from moot.experiment.simulation import simulate
from moot.findings.answers import QUESTIONS, Answer, Asking, Pair, answers, listed, per_thousand
from moot.findings.report import report_html
from moot.findings.report_answers import five_answers
from moot.findings.report_chart import paired_bars
from moot.findings.run import Run, run_of
from moot.findings.summary import two
from moot.findings.talk import COUNTED, talk_of
from tests.findings.a_run import REGIME, in_folder, in_memory, one_arm, three, three_folder

HURT, WRONG, BACK, STOPPED, SAID = range(5)
SPOKE = "of 1,000 who said something: for it"
IN_HALMERRA = """\
scenario: quiet
title: Nobody is asked
country: halmerra
start: 2028-01-01
days: 30
people: 1500
burn_in_years: 0
arms:
  status-quo: {}
  mine: {regime: mine.yaml}
"""


@functools.cache
def without_opinion() -> Run:
    path = three_folder() / "quiet.yaml"
    path.write_text(IN_HALMERRA)
    return run_of(simulate(load_scenario(path), threads=1, panel=20))


@functools.cache
def of(scenario: str, days: int = 20) -> Run:
    short = load_scenario(scenario).replace(burn_in_years=0)
    return run_of(simulate(short, people=1_000, days=days, threads=1, panel=10))


def said(one: Answer) -> str:
    return " ".join(one.sentences)


def told_with(monkeypatch, run: Run, arm: str, **changed: int) -> list[Answer]:
    """The answers of a run in which the totals of the arm are changed."""
    found = {name: run.totals(name) for name in run.arms}
    found[arm] = found[arm] | {name.replace("__", ":").replace("_", "-"): n for name, n in changed.items()}
    monkeypatch.setattr(run, "totals", found.__getitem__)
    return answers(run, arm)


def test_the_page_asks_five_questions_in_their_order():
    page = report_html(in_folder())
    assert re.findall(r'<section class="answer"><h2>(.*?)</h2>', page) == list(QUESTIONS)
    parts = [page.index(f"<h2>{one}</h2>") for one in QUESTIONS]
    assert max(parts) < page.index("One life beside its twin") < page.index("The run in one table")
    assert "a good scheme" not in page and "should" not in five_answers(in_folder(), REGIME)


def test_each_answer_has_few_sentences_and_one_picture():
    sections = re.findall(r'<section class="answer">.*?</section>', five_answers(in_folder(), REGIME), re.S)
    assert len(sections) == 5
    for section in sections:
        assert section.count("<figure>") == 1 and 1 <= section.count("<p>") <= 4
        assert "Synthetic people." in section


def test_the_table_and_the_curves_are_folded():
    page = report_html(in_folder())
    for heading in ("The run in one table", "Day by day"):
        assert page.split(f"<h2>{heading}</h2>")[1].startswith('<details class="more">')


def test_numbers_are_per_thousand_and_a_star_stands_at_few():
    asking = Asking(in_memory(), REGIME)
    assert in_memory().people == 2_000
    assert [asking.number(n) for n in (0, 9, 10, 5_100)] == ["none", "4.5*", "5.0", "2,600"]
    assert asking.beside(Pair(10, 0)) == "5.0 (twin: none)" and asking.beside(Pair(10)) == "5.0"
    assert asking.clause(Pair(0, 10), "{n} falls", "no falls") == "no falls (twin: 5.0)"
    assert asking.clause(Pair(0, 0), "{n} falls", "no falls") == "no falls"
    assert asking.clause(Pair(20, 10), "{bare} times{twin} a fall", "") == "10 times (twin: 5.0) a fall"


@pytest.mark.parametrize(
    ("events", "people", "told"),
    [(9, 500, "too few to say"), (10, 500, "20"), (40, 49, "too few to say"), (0, 50, "none")],
)
def test_shares_rest_on_50_people_and_10_events(events, people, told):
    assert per_thousand(events, people) == told


def test_who_was_hurt_is_counted_as_in_the_totals():
    run = in_memory()
    answer, totals = answers(run, REGIME)[HURT], run.totals(REGIME)
    today = run.totals("status-quo")
    counts = answer.counts
    assert counts["falls"] == Pair(totals["scheme:rank:falls"]) and counts["falls"].here
    assert counts["lowest rank"] == Pair(totals["tier:rank-D:people"])
    assert counts["trips refused"] == Pair(
        totals["trip:air:refused"] + totals["trip:fast-rail:refused"],
        today["trip:air:refused"] + today["trip:fast-rail:refused"],
    )
    decided = [f"decision:{one}:refused-by-score" for one in ("housing", "credit", "school")]
    assert counts["decisions refused"] == Pair(sum(totals[one] for one in decided))
    assert counts["hires refused"].here == totals["work:jobs:hires-refused"]
    assert counts["jobs ended"].here == totals["work:jobs:dismissed-by-score"]
    assert counts["in arrears"] == Pair(totals["money:arrears:people"], today["money:arrears:people"])
    asking = Asking(run, REGIME)
    assert f"there were {asking.number(counts['falls'].here)} falls" in said(answer)
    assert f"{asking.beside(counts['in arrears'])} are in arrears" in said(answer)


def test_refusals_across_contexts_are_told_where_there_are_refusals(monkeypatch):
    changed = {"trip__air__refused": 400, "trip__fast_rail__refused": 100,
               "trip__air__refused_across_contexts": 300, "trip__fast_rail__refused_across_contexts": 0,
               "decision__housing__refused_across_contexts": 0,
               "decision__credit__refused_across_contexts": 0,
               "decision__school__refused_across_contexts": 0}  # fmt: skip
    run = in_memory()
    line = said(told_with(monkeypatch, run, REGIME, **changed)[HURT])
    assert "was refused 250 times (twin: none)" in line
    assert "Of all refusals, 150 were for points lost in another domain of life" in line


def test_wrong_charges_are_those_for_what_another_did_and_false_alarms(monkeypatch):
    run = in_memory()
    first = answers(run, REGIME)[WRONG]
    acts = run.rules.acts_of("offence", "incivility", "lawful")
    totals = run.totals(REGIME)
    assert first.counts["charges"].here == sum(totals[f"act:{act}:charged-by-regime"] for act in acts)
    assert first.counts["for another"].here == sum(totals[f"act:{act}:borne-for-another"] for act in acts)
    changed = {f"act__{act}__borne_for_another": 0 for act in acts} | {
        "act__petition__borne_for_another": 4, "sensor__station_watch__false_alarms": 20,
        "sensor__city_cameras__false_alarms": 0,
    }  # fmt: skip
    line = said(told_with(monkeypatch, run, REGIME, **changed)[WRONG])
    assert "for what another person did, 2.0* charges fell on somebody" in line.replace("For", "for")
    assert "10 times a false alarm stopped somebody" in line
    nothing = dict.fromkeys(changed, 0)
    line = said(told_with(monkeypatch, run, REGIME, **nothing)[WRONG])
    assert "No charge fell on a person for what another did; no false alarm stopped anybody" in line


def test_who_can_be_charged_wrongly_is_told_as_far_as_the_scheme_can():
    """A list out of a register charges nobody; a camera that knows the author takes nobody for another."""
    register = of("judgment-defaulters", days=40)
    line = said(answers(register, "judgment-defaulters")[WRONG])
    assert line.startswith("None: this scheme charges nobody itself")
    words = [row.words for row in register.summary().rows]
    assert not {"charges by the scheme", "points lost in the scheme"} & set(words)
    assert "refused: a seat on a plane" in words
    assert "of these, for points lost in another domain of life" not in words
    line = said(answers(three(), "mine")[WRONG])
    assert "obody can be charged for what another did" in line and "false alarm" not in line


def test_the_ratio_of_appearance_classes_is_called_an_input():
    section = five_answers(in_folder(), REGIME).split("Who was wrongly charged?")[1].split("</section>")[0]
    assert "The ratio between classes is an input of the scheme’s declaration" in section
    assert "class-1" in section and ("too few to say" in section or "none" in section)


def test_what_came_back_is_a_mean_of_days(monkeypatch):
    changed = {"redress__rank__wrong_charges": 40, "redress__rank__upheld_wrong": 20,
               "redress__rank__days_wronged": 3_000}  # fmt: skip
    line = said(told_with(monkeypatch, in_memory(), REGIME, **changed)[BACK])
    assert "Of 20 charges for what a person had not done, 10 were put right by the last day" in line
    assert "on average: 150 days" in line


def test_a_mean_over_few_rulings_is_not_told(monkeypatch):
    changed = {"redress__rank__wrong_charges": 40, "redress__rank__upheld_wrong": 9,
               "redress__rank__days_wronged": 1_350}  # fmt: skip
    line = said(told_with(monkeypatch, in_memory(), REGIME, **changed)[BACK])
    assert "on average: too few to say" in line and "150 days" not in line


CONTESTS = ("appeals", "upheld", "upheld_wrong", "rejected", "wrong_charges", "points_restored")


def contests(monkeypatch, **counts: int) -> str:
    """What is told of contests where these were counted, and nothing else."""
    changed = {f"redress__rank__{name}": counts.get(name, 0) for name in CONTESTS}
    return said(told_with(monkeypatch, in_memory(), REGIME, **changed)[BACK])


def test_whose_contests_were_allowed_is_told(monkeypatch):
    line = contests(monkeypatch, appeals=240, upheld=50, upheld_wrong=20, rejected=100)
    assert line.startswith(
        "Per 1,000 synthetic people, 120 charges were contested. Allowed by the last day, of people who had "
        "not done what they were charged with: 10; of people who had: 15; turned down: 50; the others wait "
        "for a ruling."
    )
    assert "found to be right" not in line


def test_points_given_back_to_none_but_those_who_did_it_are_called_so(monkeypatch):
    did = "400, all of them to people who had done what they were charged with"
    given = {"appeals": 240, "upheld": 50, "points_restored": 800}
    assert f"oints given back by rulings: {did}" in contests(monkeypatch, **given)
    assert "charged with: none; of people who had: 25; turned down: none;" in contests(monkeypatch, **given)
    assert "all of them" not in contests(monkeypatch, **given, upheld_wrong=10)


def test_without_a_contest_or_a_ruling_it_says_so(monkeypatch):
    assert contests(monkeypatch).startswith("No charge was contested.")
    line = contests(monkeypatch, appeals=240)
    assert "120 charges were contested; no ruling came by the last day." in line


def test_only_what_a_list_can_refuse_is_told_as_refused():
    line = said(answers(three(), "mine")[HURT])
    assert "a seat on a plane was never refused" in line.replace("A seat", "a seat") and "train" not in line
    both = said(answers(three(), "rank")[HURT])
    assert "a seat on a plane or a seat on a fast train" in both.replace("A seat", "a seat")


def test_it_says_whose_opinions_are_counted():
    assert COUNTED in said(answers(in_memory(), REGIME)[SAID])


def test_contested_charges_are_those_of_the_totals_and_of_the_picture():
    run = in_memory()
    answer, totals = answers(run, REGIME)[BACK], run.totals(REGIME)
    for name in ("appeals", "upheld", "wrong-charges", "upheld-wrong", "points-restored"):
        assert answer.counts[name] == Pair(totals[f"redress:rank:{name}"]), name
    assert totals["redress:rank:appeals"] > 0
    section = five_answers(run, REGIME).split("What came back, and when?")[1].split("</section>")[0]
    contested = two(1000 * totals["redress:rank:appeals"] / run.people)
    assert f"On the last day: contested {contested};" in section


def test_without_redress_nothing_can_be_contested():
    answer, (name,) = answers(three(), "mine")[BACK], three().rules.arms["mine"].own_schemes
    assert answer.sentences[0] == "Nothing can be contested under this scheme."
    assert answer.counts["rises"].here == three().totals("mine")[f"scheme:{name}:rises"]
    section = five_answers(three(), "mine").split("What came back, and when?")[1].split("</section>")[0]
    assert "Falls and rises" in section and "contested," not in section


def test_points_whose_charges_expire_come_back():
    run = of("welfare-risk-score")
    line = said(answers(run, "welfare-risk-score")[BACK])
    assert "oints back because charges expired" in line


def test_what_people_stopped_doing_is_counted_as_in_the_totals():
    run = in_memory()
    counts = answers(run, REGIME)[STOPPED].counts
    totals, today = run.totals(REGIME), run.totals("status-quo")
    for name, what in (("lawful acts", "acts"), ("forgone", "forgone"), ("prevented", "prevented")):
        names = [f"act:{act}:{what}" for act in run.rules.acts_of("lawful")]
        assert counts[name] == Pair(sum(totals[n] for n in names), sum(today[n] for n in names)), name
    here, twin = talk_of(run, REGIME)[-1], talk_of(run, "status-quo")[-1]
    assert counts["unheard"] == Pair(here.unheard, twin.unheard)


def test_what_was_said_is_of_the_last_week():
    run = in_memory()
    answer = answers(run, REGIME)[SAID]
    here, twin = talk_of(run, REGIME)[-1], talk_of(run, "status-quo")[-1]
    assert answer.counts["support"] == Pair(here.support, twin.support)
    assert answer.counts["asked_support"] == Pair(here.asked_support, twin.asked_support)
    assert answer.counts["silent_against"] == Pair(here.silent_against, twin.silent_against)
    assert two(round(here.spoken_support * run.people) * (1000 / run.people)) in said(answer)
    # 20 dissidents among 2,000 people.
    assert "most outspoken hundredth, silent and against it, per 1,000 of them: too few to say" in said(
        answer
    )


def test_the_share_that_spoke_for_it_is_the_one_of_the_table():
    run = in_memory()
    row = next(one for one in run.summary().rows if one.words == SPOKE)
    here, twin, _ = row.shown(run.people)
    assert f"Of 1,000 who spoke, for it: {here} (twin: {twin})" in said(answers(run, REGIME)[SAID])


def test_a_country_without_opinion_is_not_asked():
    run = without_opinion()
    found = answers(run, "mine")
    assert found[SAID].counts == {} and said(found[SAID]).startswith("Not asked: ")
    assert "forgone" not in found[STOPPED].counts and "but for fear" not in said(found[STOPPED])
    section = five_answers(run, "mine").split(QUESTIONS[SAID])[1]
    assert "<figure>" not in section


@pytest.mark.parametrize("arm", ["mine", "status-quo"])
def test_one_arm_has_no_twin(arm):
    html = five_answers(one_arm(arm), arm)
    assert "twin" not in html and "brackets" not in html


def test_under_todays_law_alone_nothing_comes_back_and_nobody_is_taken_for_another():
    run = one_arm("status-quo")
    found = answers(run, "status-quo")
    assert said(found[WRONG]).startswith("None: ") and said(found[BACK]).startswith("None: ")
    totals = run.totals("status-quo")
    assert sum(n for name, n in totals.items() if name.endswith(":borne-for-another")) == 0
    assert "falls" not in found[HURT].counts


def test_where_nothing_happened_it_says_none(monkeypatch):
    run = one_arm("status-quo")
    monkeypatch.setattr(run, "totals", lambda _: dict.fromkeys(run.names_in("status-quo"), 0))
    found = answers(run, "status-quo")
    assert said(found[HURT]).startswith("None of what is counted here happened")
    assert "people: none." in said(found[STOPPED])


def test_a_score_of_one_tier_has_no_falls():
    run = of("platform-rating")
    found = answers(run, "platform-rating")
    assert "falls" not in found[HURT].counts and "rises" not in found[BACK].counts
    assert "Who stands in which tier" not in report_html(run)


def test_a_tier_in_which_the_score_starts_is_no_fall():
    run = of("merits-only")
    assert "where the score starts" in said(answers(run, "merits-only")[HURT])


def test_lists_that_no_tier_fills_are_counted():
    run = of("judgment-defaulters", days=40)
    totals = run.totals("judgment-defaulters")
    counts = answers(run, "judgment-defaulters")[HURT].counts
    on = {name: pair.here for name, pair in counts.items() if name.startswith("on ")}
    assert on and all(totals[f"list:{name.removeprefix('on ')}:people"] == n for name, n in on.items())


def test_several_arms_are_called_by_their_names():
    assert "under mine" in five_answers(three(), "mine") and "under rank" in five_answers(three(), "rank")


def test_bars_in_pairs_say_none_and_leave_out_a_twin_that_is_not():
    drawn = paired_bars("t", "d", [("a", 0.0, 3.0), ("b", 2.0, None)], ("here", "twin"))
    assert ">none<" in drawn and drawn.count("b-today") == 1 and ">3.0<" in drawn
    assert "t-today" not in paired_bars("t", "d", [("a", 0.0, None)], ("here", None))


def test_words_are_joined_as_one_says_them():
    assert listed(["a"]) == "a" and listed(["a", "b", "c"], "or") == "a, b or c" and listed([]) == ""


def test_no_sentence_says_what_to_make_of_it():
    every = " ".join(
        said(one)
        for run, arm in ((in_memory(), REGIME), (three(), "mine"), (without_opinion(), "mine"))
        for one in answers(run, arm)
    ).lower()
    words = "passed|compliant|safe|certified|recommend\\w*|validated|better|worse|fair|unfair|should|must"
    assert not re.findall(rf"\b({words})\b", every)
