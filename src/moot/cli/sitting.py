"""A hearing at one keyboard: what is going on, what may be done next, and one line for each step.

A line is ``[@SECOND] STEP [VALUE …] [NAME=VALUE …] [by=ROLE] [: TEXT]``. ``@SECOND`` sets the clock of the
case and holds it there; without it the clock on the wall is read. At a terminal the state is told after each
line, and the end of a speaker's time as it comes; with lines on stdin the first that is refused ends it.
"""

from __future__ import annotations

import json
import select
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moot.catalogue import Language, catalogue, words
from moot.cli.court_shared import banner, lines_of, second, state_of
from moot.cli.court_typed import MADE, value_of
from moot.errors import MootError, UserError

if TYPE_CHECKING:
    from moot.trial.case import Case
    from moot.trial.offers import Offer

__all__ = ["Sitting", "line_of"]

POSITIONS = {
    "floor": ("role",),
    "seat": ("role", "people"),
    "claimant": ("claimant",),
    "ground": ("entry",),
    "admit": ("fact",),
    "grant": ("seconds", "side"),
    "ruling": ("incident", "outcome"),
    "late-exhibit": ("exhibit", "outcome"),
    "seal": ("exhibit",),
    "incident": ("what",),
    "page": ("exhibit", "page"),
    "proportionality": ("ground",),
    "relieve": ("expertise",),
    "expert-question": ("expertise",),
    "expert-answer": ("expertise", "question"),
    "report": ("expertise",),
    "observations": ("expertise",),
    "public-vote": ("yes", "no", "blank"),
    "blanks": ("side",),
    "consider": ("ground", "element"),
    "figures": ("written",),
    "put": ("ground", "element"),
    "reason": ("ground", "element"),
    "operative": ("ground", "outcome"),
}
"""What the values of a step are, in their order, where a line names no field."""
PARTIES_DO = {"ground": "claimants", "fact": "claimants", "claimant": "claimants", "admit": "respondent",
              "proportionality": "respondent"}  # fmt: skip
HELP = """\
  (nothing)                          what is going on now
  STEP [VALUE …] [by=ROLE] [: TEXT]  take a step, such as: floor claimants
                                       speech ground=1 element=E5 answer=met : A score decided a job.
  vote ROLE SEAT [CHOICE]            cast a secret ballot: met, not-met or blank
  answer ROLE SEAT [CHOICE]          answer for yourself, before the figures are told
  sheet GROUND ELEMENT               what the court has before it on an element
  @SECOND                            hold the clock of the case at this second (@ lets it go)
  help, quit"""


def line_of(offer: Offer) -> str:
    """An offer as the line that would take it."""
    body, places = dict(offer.body), POSITIONS.get(offer.kind, ())
    words = [offer.kind]
    for name in places:
        if name not in body:
            break
        words.append(shlex.quote(str(body.pop(name))))
    words += [f"{name}={shlex.quote(str(value))}" for name, value in body.items()]
    if offer.by != _usual(offer.kind, None):
        words.append(f"by={offer.by}")
    if len(offer.texts) > 1:
        words += [f'{name}="…"' for name in offer.texts]
    elif offer.texts:
        words.append(": …")
    return " ".join(words)


def _usual(kind: str, case: Case | None) -> str:
    """Who takes a step where a line does not say."""
    if case is not None and case.phase == "hearing":
        from moot.trial.hearing import turn_now

        if kind in ("speech", "yield", "page") and case.floor is not None:
            return case.floor.role
        if kind == "waive" and (turn := turn_now(case)) is not None:
            return turn.role if case.seated(turn.role) else "president"
    return PARTIES_DO.get(kind, "president")


class Sitting:
    """A hearing that is followed and led line by line; every line opens the case, changes it and closes
    it, so that several keyboards can sit in one hearing."""

    def __init__(self, folder: Path, *, language: Language, as_json: bool, keep_going: bool) -> None:
        self.folder, self.language, self.as_json, self.keep_going = folder, language, as_json, keep_going
        self.say = catalogue("trial", language)
        self.held: int | None = None
        self.terminal = sys.stdin.isatty() and not as_json

    def run(self) -> None:
        """Read lines to their end, to `quit`, or to one that is refused. Raises `MootError` for that one."""
        banner()
        self.show(self.opened())
        number = 0
        while (line := self.read()) is not None:
            number += 1
            word = line.strip()
            if word in ("quit", "exit"):
                return
            if word.startswith("#"):
                continue
            try:
                self.obey(word)
            except MootError as error:
                self.tell_error(number, error)

    def tell_error(self, number: int, error: MootError) -> None:
        """Say what was refused; a script ends there, with the number of its line."""
        if self.as_json:
            print(json.dumps({"line": number, "ok": False, "error": str(error)}, ensure_ascii=False))
        elif self.terminal or self.keep_going:
            print(self.say("sit-refused", why=error), file=sys.stderr)
        if not (self.terminal or self.keep_going):
            raise UserError(f"line {number}: {error}") from None

    def read(self) -> str | None:
        """The next line. At a terminal the end of a speaker's time is told while nothing is typed."""
        if self.terminal:
            print("> ", end="", flush=True)
            left = self.left()
            if left is not None and not select.select([sys.stdin], [], [], left)[0]:
                self.time_is_over()
        line = sys.stdin.readline()
        return line if line else None

    def left(self) -> float | None:
        """Seconds after which the time of whoever has the floor is over, or None."""
        from moot.trial.hearing import remaining

        case = self.opened()
        if (
            self.held is not None
            or case.phase != "hearing"
            or case.floor is None
            or case.paused_at is not None
        ):
            return None
        return float(left) if (left := remaining(case, self.second(case))) > 0 else None

    def time_is_over(self) -> None:
        """Tell it, and let a machine that keeps the clock take the floor back."""
        case = self.opened()
        if case.floor is not None:
            print(f"\a\n{self.say('sit-over', role=self.role(case, case.floor.role))}")
            self.changed(lambda _: None)
            print("> ", end="", flush=True)

    def obey(self, line: str) -> None:
        """Do what a line says. Raises `MootError` where that is not possible."""
        if line.startswith("@"):
            word, _, line = line.partition(" ")
            self.hold(word[1:])
            if not line.strip():
                return
        head, _, text = line.strip().partition(" : ")
        if not text and head.endswith(" :"):
            raise UserError("expected a text after the colon")
        try:
            words = shlex.split(head)
        except ValueError:
            raise UserError(
                f"{head!r}: a quotation mark is open; a text with an apostrophe stands after ` : `"
            ) from None
        if not words:
            self.show(self.opened())
        elif words[0] == "help":
            print(HELP)
        elif words[0] == "sheet":
            self.sheet(words[1:])
        elif words[0] in ("vote", "answer"):
            self.ballot(words)
        else:
            self.step(words, text.strip())

    def hold(self, second: str) -> None:
        """Hold the clock at a second, or let it go."""
        if second and not second.isdecimal():
            raise UserError(f"@{second}: expected a second of the case's clock, such as @300")
        self.held = int(second) if second else None

    def step(self, words: list[str], text: str) -> None:
        """Take a step of the procedure."""
        from moot.declaring.complaints import nearest
        from moot.trial.court import STEPS

        kind = words[0]
        if kind in MADE:
            raise UserError(f"{kind}: is written by the program: {MADE[kind]}")
        if kind not in STEPS:
            near = nearest(kind, STEPS)
            raise UserError(
                f'"{kind}" is no step here; ' + (f"{near} " if near else "") + "`help` says what can be typed"
            )
        body: dict[str, Any] = {}
        texts: dict[str, str] = {}
        by: str | None = None
        places = list(POSITIONS.get(kind, ()))
        for word in words[1:]:
            name, sign, value = word.partition("=")
            if not sign:
                if not places:
                    raise UserError(f"{word!r}: {kind} has no further value; expected NAME=VALUE")
                name, value = places.pop(0), word
            if name == "by":
                by = value
            elif name in STEPS[kind].texts:
                texts[name] = value
            else:
                body[name] = value_of(name, value)
        if text:
            wanted = [name for name in STEPS[kind].texts if name not in texts]
            if not wanted:
                raise UserError(f"{kind} has no text")
            texts[wanted[0]] = text
        if texts and self.terminal:
            banner()

        def taken(case: Case) -> None:
            at = self.second(case)
            if kind == "open" and self.held is None:
                body["began"] = second_on_the_wall()
            case.do(kind, by or _usual(kind, case), at, texts=texts, **body)

        self.changed(taken)

    def ballot(self, words: list[str]) -> None:
        """Cast a paper. At a terminal the choice can be typed without being shown."""
        from moot.trial.ballots import cast
        from moot.trial.deliberation import answer_for_oneself

        if not 3 <= len(words) <= 4 or not words[2].isdecimal():
            raise UserError(
                f"expected {words[0]} ROLE SEAT [met, not-met or blank], such as: {words[0]} jury 3"
            )
        choice = words[3] if len(words) == 4 else self.unseen()
        put = cast if words[0] == "vote" else answer_for_oneself
        role, seat = words[1], int(words[2])
        self.changed(lambda case: put(case, role, seat, choice.replace("-", " ")), quiet=True)

    def unseen(self) -> str:
        """A choice that is typed without being shown."""
        if not self.terminal:
            raise UserError("expected a choice: met, not-met or blank")
        from getpass import getpass

        return getpass(self.say("sit-unseen")).strip()

    def sheet(self, words: list[str]) -> None:
        """Tell what the court has before it on an element."""
        from moot.trial.deliberation import sheet_of

        if len(words) != 2 or not words[0].isdecimal():
            raise UserError("expected sheet GROUND ELEMENT, such as: sheet 1 E5")
        made = sheet_of(self.opened(), int(words[0]), words[1], self.language)
        lines = made.lines(catalogue("deliberation", self.language))
        print(json.dumps({"sheet": lines}, ensure_ascii=False) if self.as_json else "\n".join(lines))

    def changed(self, step: Callable[[Case], Any], *, quiet: bool = False) -> None:
        """Change the case by a step, let machines act, and tell where it is."""
        from moot.trial.keeping import change
        from moot.trial.rehearsing import let_machines_act

        def both(case: Case) -> None:
            step(case)
            let_machines_act(case, self.second(case), self.language)

        case = change(self.folder, both)
        if quiet and not self.as_json:
            print(self.say("sit-put"))
        else:
            self.show(case)

    def opened(self) -> Case:
        """The case as it is on disk now."""
        from moot.trial.keeping import kept_case

        return kept_case(self.folder)

    def second(self, case: Case) -> int:
        """The second of the case's clock: the one that is held, or by the clock on the wall."""
        return second(case, self.held)

    def show(self, case: Case) -> None:
        """Tell what is going on and what may be done next."""
        from moot.trial.hearing import remaining
        from moot.trial.offers import offers

        at = self.second(case)
        may = offers(case, max(at, case.now))
        if self.as_json:
            told = {"ok": True, "second": at, "left": remaining(case, at) if case.floor else None,
                    "state": state_of(case, self.folder), "next": [one.as_dict() for one in may]}  # fmt: skip
            print(json.dumps(told, ensure_ascii=False), flush=True)
            return
        say, records = self.say, len(case.minutes)
        if not self.terminal:
            if case.phase != "hearing":
                print(say("sit-phase", clock=_clock(at), phase=self.phase(case), records=records))
                return
            stage = case.stage.stage if self.language == "en" else words(case.stage.title, self.language)
            role = self.role(case, case.floor.role) if case.floor else ""
            key = "sit-stage-floor" if case.floor else "sit-stage"
            print(say(key, clock=_clock(at), stage=stage, role=role, records=records))
            return
        print("\n".join(lines_of(case, self.folder, self.language)))
        if case.floor is not None:
            left = _clock(remaining(case, at))
            print(f"  {say('sit-floor', clock=_clock(at), role=self.role(case, case.floor.role), left=left)}")
        elif case.phase == "hearing":
            key = "sit-suspended" if case.paused_at is not None else "sit-clock"
            print(f"  {say(key, clock=_clock(at))}")
        if case.phase == "hearing" and case.box.question:
            print(f"  {say('sit-papers', count=len(case.box.voted), voters=case.voters)}")
        if may:
            print(f"  {say('sit-may', steps=say.listed(line_of(one) for one in may[:8]))}")

    def role(self, case: Case, name: str) -> str:
        """A role as it is typed; in another language than English by its title."""
        if self.language == "en":
            return name
        return words(case.procedure.role(name).title, self.language)

    def phase(self, case: Case) -> str:
        """Where the case is outside its hearing."""
        return case.phase if self.language == "en" else self.say(f"phase-{case.phase}")


def second_on_the_wall() -> int:
    """Seconds since 1970."""
    import time

    return int(time.time())


def _clock(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
