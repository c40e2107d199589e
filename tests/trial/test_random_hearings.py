"""Ten thousand random steps in each procedure, legal and illegal: the hearing never leaves its rules.

A rule of the state machine is a burst of steps drawn from a seed, so that ten thousand of them take seconds;
hypothesis chooses the seeds, how bursts and legal steps alternate, and shrinks what fails.
"""

import random
from collections import Counter

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from moot.errors import MootError
from moot.trial.ballots import CHOICES, cast
from moot.trial.court import STEPS, open_case
from moot.trial.deliberation import answer_for_oneself
from moot.trial.expertise import unfinished
from moot.trial.hearing import INCIDENTS, remaining, turn_now, uneven
from moot.trial.judgment import missing
from moot.trial.procedure import PARTIES, procedure_names
from tests.trial.hearings import consider, load, ready, shown

LEAST = 10_000
EXAMPLES, BURSTS, BURST = 50, 20, 40
"""Chosen so that every procedure sees more than `LEAST` steps."""

VALUES = {
    "point": (1, 2),
    "expertise": (1, 2),
    "question": (1, 2),
    "none": (True, False),
    "page": (0, 1),
    "seconds": (-5, 60, 3601),
    "side": (*PARTIES, "none"),
    "incident": (1, 2),
    "what": (*INCIDENTS, "noise"),
    "outcome": ("granted", "refused", "admitted", "set aside", "upheld", "dismissed"),
    "ground": (0, 1, 2, 3),
    "element": ("1", "2", "E1", "E5", "E9", "P2"),
    "exhibits": ([], [1], [2]),
    "facts": ([], [1]),
    "answer": ("met", "not met", "yes"),
    "yes": (-1, 0, 3),
    "no": (0, 3),
    "blank": (0, 3),
    "digest": (shown(1)["digest"], "b" * 64),
    "exhibit": (1, 2),
    "record": (1, 3, 999),
    "fact": (1, 2),
    "written": (0, 1, 2, 9),
    "people": (0, 1),
    "machine": (True, False),
    "status": ("disputed", "admitted"),
    "entry": ("CH-1", "ECHR-8", "X"),
    "claimant": ("Claimant 1", "Mr Martin"),
}
NEVER = {"seat", "choice", "salt", "name"}
"""What no record may hold: it would stay for ever, or join a paper to a voter."""


class Hearing(RuleBasedStateMachine):
    """A hearing into which anything is thrown."""

    procedure = "three-voices"
    steps: Counter[str]
    accepted: Counter[str]
    reached: set[str]

    @initialize(voters=st.integers(1, 6))
    def begin(self, voters):
        self.case, self.at, self.stage = ready(self.procedure, voters=max(3, voters)), 0, 0
        self.roles = [one.role for one in self.case.procedure.roles] + ["nobody"]
        self.case.do("open", "president", 0)

    @rule(seed=st.integers(0, 2**32 - 1))
    def anything(self, seed):
        """Steps by anybody at any second, and papers from any seat."""
        chance = random.Random(seed)
        for _ in range(BURST):
            drawn = chance.random()
            if drawn < 0.15:
                self.paper(chance)
            elif drawn < 0.2 and self.case.phase == "hearing":
                self.forward()
                self.count()
            else:
                self.step(chance)

    @rule(steps=st.integers(1, 6))
    def as_it_should(self, steps):
        """Legal steps, so that random ones are tried in every stage."""
        for _ in range(steps):
            if self.case.phase == "hearing":
                self.forward()
                self.count()

    def count(self):
        type(self).steps[self.procedure] += 1
        if self.case.phase == "hearing":
            type(self).reached.add(self.case.stage.stage)

    def step(self, chance):
        case, kind, by = self.case, chance.choice(tuple(STEPS)), chance.choice(self.roles)
        if chance.random() < 0.5:  # who may do most, so that more than a few steps are allowed
            by = "president" if case.floor is None or chance.random() < 0.5 else case.floor.role
        later = chance.choice((-1, 0, 1, 5, 30, 400))
        fields = STEPS[kind].fields if chance.random() < 0.9 else tuple(VALUES)
        body = {name: self.value(name, chance) for name in fields if chance.random() < 0.8}
        texts = {name: "Words." for name in STEPS[kind].texts if chance.random() < 0.9}
        if "content" in texts:
            texts["content"] = shown(1)["content"]
        before = (case.minutes.head, len(case.minutes), case.phase)
        floor, paused, left = case.floor, case.paused_at, remaining(case, max(self.at, self.at + later))
        self.count()
        if kind == "next" and case.phase == "hearing" and case.stage.kind == "questions":
            less = uneven(case)
        else:
            less = None
        try:
            record, _ = case.do(kind, by, self.at + later, texts=texts, **body)
        except MootError:
            assert (case.minutes.head, len(case.minutes), case.phase) == before
            return
        self.at += later
        type(self).accepted[kind] += 1
        assert later >= 0 and by != "nobody" and less is None
        assert not NEVER & set(record.body)
        if kind == "speech":
            assert floor is not None and floor.role == by and paused is None and left > 0
        if kind in ("yield", "next", "floor"):
            assert paused is None

    def value(self, name, chance):
        return chance.choice(self.roles if name == "role" else VALUES.get(name, ("x",)))

    def paper(self, chance):
        case = self.case
        before, voted = len(case.minutes), len(case.box.voted)
        put, choice = chance.choice((cast, answer_for_oneself)), chance.choice((*CHOICES, "yes"))
        role, seat = chance.choice(self.roles), chance.randrange(0, 5)
        self.count()
        try:
            put(case, role, seat, choice)
        except MootError:
            assert len(case.box.voted) == voted
        else:
            assert (case.box.question > 0) == (put is cast) and case.phase == "hearing"
            assert choice in CHOICES and case.procedure.role(role).votes
            assert len(case.box.voted) == voted + 1
        assert len(case.minutes) == before  # a paper is in no record

    def forward(self):
        case, at = self.case, self.at
        if case.paused_at is not None:
            case.do("resume", "president", at)
        for number, one in enumerate(case.incidents, 1):
            if one.ruling is None:
                case.do("ruling", "president", at, incident=number, outcome="refused", texts={"reason": "x"})
        for number, one in enumerate(case.exhibits, 1):
            if one.status == "pending":
                case.do("late-exhibit", "president", at, exhibit=number, outcome="set aside",
                        texts={"reason": "x"})  # fmt: skip
        for number, one in enumerate(case.expertises, 1):
            if one.going_on and case.stage.kind not in ("vote", "reading"):
                case.do("relieve", "president", at, expertise=number, texts={"reason": "x"})
        if case.floor is not None:
            case.do("yield", case.floor.role, at)
        elif (turn := turn_now(case)) is not None:
            case.do("floor", "president", at, role=turn.role)
            self.at += 5
            case.do("speech", turn.role, self.at, texts={"text": "Words."})
        elif case.stage.kind not in ("vote", "reading") and (unheard := self.unheard()):
            case.do("waive", unheard[1], at, point=unheard[0])
        elif case.stage.kind == "questions" and (less := uneven(case)) is not None:
            case.do("waive", less, at)
        elif case.stage.kind == "public-vote" and case.public_vote is None:
            case.do("public-vote", "president", at, yes=1, no=1, blank=0)
        elif case.stage.kind == "vote":
            self.vote()
        elif case.stage.kind == "reading" and not case.delivered:
            self.judge()
        else:
            case.do("next", "president", at)

    def unheard(self):
        last = self.case.procedure.last_word
        for number, point in enumerate(self.case.points, 1):
            for side in sorted(PARTIES, key=lambda side: side == last):
                if side not in point.heard:
                    return number, side
        return None

    def vote(self):
        case = self.case
        if case.procedure.ballot.blanks == "president" and case.blanks_for is None and not case.questions:
            case.do("blanks", "president", self.at, side="none")
        if case.box.question < 0:
            case.do("figures", "president", self.at, written=case.voters - len(case.box.voted))
        elif case.box.question > 0:
            for role in case.procedure.voters:
                for seat in range(1, case.seats.get(role.role, 0) + 1):
                    if (role.role, seat) not in case.box.voted:
                        cast(case, role.role, seat, CHOICES[seat % 3])
            case.do("close-vote", "president", self.at)
        elif case.questions:
            case.do("next", "president", self.at)
        else:
            about = [(one.ground, one.element) for one in case.considered if one.closed is not None]
            if not about:
                consider(case, self.at, 2, "1")
            ground, element = about[0] if about else (2, "1")
            case.do("put", "president", self.at, ground=ground, element=element)

    def judge(self):
        case = self.case
        for one in case.questions:
            if (one.ground, one.element) not in case.reasons:
                case.do("reason", "president", self.at, ground=one.ground, element=one.element,
                        texts={"text": "Reasons."})  # fmt: skip
                return
        for number in range(1, len(case.grounds) + 1):
            if number not in case.operative:
                case.do("operative", "president", self.at, ground=number, outcome="dismissed",
                        texts={"text": "It is dismissed."})  # fmt: skip
                return
        case.do("deliver", "president", self.at)

    @invariant()
    def the_rules_are_kept(self):
        case = self.case
        assert case.stage_number >= self.stage
        self.stage = case.stage_number
        kinds = [one.kind for one in case.minutes]
        assert kinds.count("next") == case.stage_number
        assert len(case.questions) == kinds.count("put") and len(case.considered) == kinds.count("consider")
        assert len(case.box.papers) == len(case.box.voted) <= case.voters
        assert all(one.result is not None for one in case.questions[:-1])
        assert case.box.question or not case.box.papers
        assert not case.delivered or missing(case) == []
        vote = [one.kind for one in case.procedure.stages].index("vote")
        assert case.stage_number < vote or unfinished(case) == ""
        assert set(case.reasons) <= {(one.ground, one.element) for one in case.questions}

    @invariant()
    def the_last_word_is_kept(self):
        case = self.case
        stages = {one.stage: n for n, one in enumerate(case.procedure.stages)}
        vote = next(n for n, one in enumerate(case.procedure.stages) if one.kind == "vote")
        if case.procedure.last_word is None or case.stage_number < vote or not case.speeches:
            return
        heard = [one for n in case.speeches if (one := case.minutes[n]).body["side"] in PARTIES]
        last = [one for one in heard if case.procedure.stages[stages[one.body["stage"]]].last_word]
        if last and heard[-1] is not last[-1]:
            # Only an observation on a point may follow, and the side of the last word observes last.
            assert case.points

    def teardown(self):
        if hasattr(self, "case"):
            assert self.case.minutes.problems() == []  # nothing is taken away: the end holds every step
            again = open_case(self.case.minutes, law=self.case.law, box=self.case.box)
            assert vars(again) == vars(self.case)


@pytest.mark.parametrize("name", procedure_names())
def test_ten_thousand_random_steps_leave_no_rule(name):
    fresh = {"procedure": name, "steps": Counter(), "accepted": Counter(), "reached": set()}
    machine = type("Hearing_" + name.replace("-", "_"), (Hearing,), fresh)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=BURSTS * 2,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert machine.steps[name] >= LEAST and sum(machine.accepted.values()) > LEAST // 100
    assert machine.reached == {one.stage for one in load(name).stages}
