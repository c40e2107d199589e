"""`*.test.yaml`: invented cases that say what a scheme should do, and whether it does.

A case is a few acts of the vocabulary on relative days and what should follow: a tier, lists, refusals. At
most twenty of them, no names, no dates, no free text, and the answer is that a case passes or which
expectation fails. There is no way from here to a score, and none for a case that somebody brings along.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, PrivateAttr

from moot.declaring.complaints import Complaint, as_problem, complain_unknown, declared
from moot.declaring.files import CASES as SUFFIX
from moot.declaring.files import beside, looks_like_name, near_file, near_name, shipped_cases, shown
from moot.declaring.source import Place, Source, read_source
from moot.declaring.values import ActName, Declaration, Many, Part, Reference, Slug
from moot.errors import DeclarationError, Problem, UnknownNameError
from moot.regime.reading import regime_from
from moot.regime.schema import Regime, Scheme
from moot.regime.walk import Happening, OfferClosedError, standing

__all__ = ["CaseResult", "Cases", "case_files", "load_cases", "run_cases"]

MAX_CASES = 20
MAX_FILES = 20
LAST_DAY = 3_653


class Given(Part):
    """An act on a relative day, so many `times` and charged or not; or an offer taken."""

    day: int = Field(ge=0, le=LAST_DAY)
    act: ActName | None = None
    offer: Slug | None = None
    charged: bool = True
    times: int = Field(default=1, ge=1, le=100)


class Expected(Part):
    """What holds at the end of a day. `refused` are contexts that some list refuses."""

    day: int = Field(ge=0, le=LAST_DAY)
    scheme: Slug | None = None
    tier: str | None = None
    listed: Many[Slug] = ()
    not_listed: Many[Slug] = ()
    refused: Many[Slug] = ()


class Case(Part):
    """An invented case; `licence` says whether it is a new driver, where the scheme tells them apart."""

    case: Slug
    licence: Literal["holder", "novice"] = "holder"
    given: Many[Given] = Field(max_length=50)
    expect: Expected


class Cases(Declaration):
    """The cases of one file, and the regime that they are about (`regime_model`)."""

    regime: Reference
    cases: Many[Case] = Field(min_length=1, max_length=MAX_CASES)

    _regime: Regime | None = PrivateAttr(default=None)

    @property
    def regime_model(self) -> Regime:
        """The regime; RuntimeError if these cases were not read with `load_cases`."""
        if self._regime is None:
            raise RuntimeError("these cases are not resolved; read them with load_cases")
        return self._regime


@dataclass(frozen=True)
class CaseResult:
    """Whether a case passes; if not, which of its expectations fail, with their places."""

    case: str
    failures: tuple[Problem, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every expectation of the case holds."""
        return not self.failures


def case_files(path: Path) -> list[Path]:
    """The test files that `path` stands for: itself, the `*.test.yaml` of a folder, sorted, or shipped ones.

    Shipped cases go by the name of their regime. Raises `UnknownNameError` for a name that has none,
    `DeclarationError` for anything else, and for a folder of more than 20.
    """
    if not path.exists():
        if looks_like_name(str(path)):
            known = shipped_cases()
            if str(path) in known:
                return [known[str(path)]]
            near = near_name(str(path), known, SUFFIX)
            raise UnknownNameError("file of cases", str(path), list(known), near)
        if path.name.endswith(SUFFIX):
            problem = Problem(path=str(path), message="does not exist", hint=near_file(path))
            raise DeclarationError([problem])
    if path.is_dir():
        found = sorted(path.glob(f"*{SUFFIX}"))
        if not found:
            raise DeclarationError([Problem(path=shown(path), message=f"has no file that ends in {SUFFIX}")])
        if len(found) > MAX_FILES:
            message = f"has {len(found)} files of cases; expected at most {MAX_FILES}"
            raise DeclarationError([Problem(path=shown(path), message=message)])
        return found
    if not path.name.endswith(SUFFIX):
        message = f"is not a file of cases; expected a name that ends in {SUFFIX}"
        raise DeclarationError([Problem(path=str(path), message=message)])
    return [path]


def load_cases(path: str | Path) -> Cases:
    """The cases of a file, with their regime; `DeclarationError` with everything that is wrong."""
    (file,) = case_files(Path(path))
    return cases_from(read_source(file, shown(file)))


def cases_from(source: Source) -> Cases:
    """The cases declared in `source`, with their regime."""
    cases = declared(Cases, source, _check_form)
    try:
        regime = regime_from(beside(source, cases.regime, "regime"))
    except UnknownNameError as error:
        said = complain_unknown(("regime",), "regime", error.name, error.known)
        raise DeclarationError([as_problem(source, said)]) from None
    except ValueError as error:
        raise DeclarationError([as_problem(source, Complaint(at=("regime",), message=str(error)))]) from None
    problems = [as_problem(source, complaint) for complaint in _check_cases(cases, regime)]
    if problems:
        raise DeclarationError(problems)
    cases._regime = regime
    return cases


def _check_form(cases: Cases) -> Iterator[Complaint]:
    """What can be said of cases before their regime is read. No free text: not even a source or a note."""
    names = [case.case for case in cases.cases]
    for number, case in enumerate(cases.cases):
        at: Place = ("cases", number)
        if case.case in names[:number]:
            yield Complaint(at=(*at, "case"), message=f'two cases are called "{case.case}"')
        parts = ((at, case), ((*at, "expect"), case.expect))
        given = (((*at, "given", place), one) for place, one in enumerate(case.given))
        for where, part in (*parts, *given):
            yield from _no_words(where, part)
        for place, one in enumerate(case.given):
            if (one.act is None) == (one.offer is None):
                yield Complaint(at=(*at, "given", place), message="needs exactly one of `act` and `offer`")
            if one.day > case.expect.day:
                message = f"day {one.day} is after the day of the expectation, {case.expect.day}"
                yield Complaint(at=(*at, "given", place, "day"), message=message)
        if not (case.expect.tier or case.expect.listed or case.expect.not_listed or case.expect.refused):
            message = "expects nothing; expected `tier`, `listed`, `not_listed` or `refused`"
            yield Complaint(at=(*at, "expect"), message=message)
    yield from _no_words((), cases)


def _no_words(at: Place, part: Part) -> Iterator[Complaint]:
    for key in ("source", "note", "mark"):
        if getattr(part, key) is not None:
            yield Complaint(at=(*at, key), message="cases have no free text", at_key=True)


def _scheme_of(case: Case, regime: Regime) -> Scheme | None:
    if case.expect.scheme is None:
        return regime.schemes[0] if len(regime.schemes) == 1 else None
    return next((scheme for scheme in regime.schemes if scheme.scheme == case.expect.scheme), None)


def _check_cases(cases: Cases, regime: Regime) -> Iterator[Complaint]:
    known = [
        *regime.acts,
        *(rule.entry.act for one in regime.schemes for rule in one.lists if rule.entry.act),
    ]
    for number, case in enumerate(cases.cases):
        at: Place = ("cases", number)
        scheme = _scheme_of(case, regime)
        if scheme is None:
            schemes = [one.scheme for one in regime.schemes]
            if case.expect.scheme is None:
                message = (
                    f"the regime has {len(schemes)} schemes; expected `scheme:` one of: {', '.join(schemes)}"
                )
                yield Complaint(at=(*at, "expect"), message=message)
            else:
                yield complain_unknown((*at, "expect", "scheme"), "scheme", case.expect.scheme, schemes)
            continue
        for place, one in enumerate(case.given):
            if one.act is not None and one.act not in known:
                yield complain_unknown((*at, "given", place, "act"), "act", one.act, dict.fromkeys(known))
            offers = [offer.offer for offer in scheme.offers]
            if one.offer is not None and one.offer not in offers:
                yield complain_unknown((*at, "given", place, "offer"), "offer", one.offer, offers)
        expect = (*at, "expect")
        if case.expect.tier is not None and case.expect.tier not in scheme.tier_names:
            yield complain_unknown((*expect, "tier"), "tier", case.expect.tier, scheme.tier_names)
        lists = [rule.list for rule in scheme.lists]
        contexts = dict.fromkeys(context for rule in scheme.lists for context in rule.refuses)
        for key, what, there in (
            ("listed", "list", lists),
            ("not_listed", "list", lists),
            ("refused", "context", list(contexts)),
        ):
            for place, word in enumerate(getattr(case.expect, key)):
                if word not in there:
                    yield complain_unknown((*expect, key, place), what, word, there)


def run_cases(cases: Cases) -> list[CaseResult]:
    """Each case against the rules of its scheme, in the order of the file."""
    return [_run(cases, number) for number in range(len(cases.cases))]


def _run(cases: Cases, number: int) -> CaseResult:
    case, source = cases.cases[number], cases._source
    scheme = _scheme_of(case, cases.regime_model)
    assert source is not None and scheme is not None
    happenings = [
        Happening(day=one.day, act=one.act, times=one.times, offer=one.offer)
        for one in case.given
        if one.charged
    ]
    expect: Place = ("cases", number, "expect")
    try:
        end = standing(scheme, happenings, case.expect.day, novice=case.licence == "novice")
    except OfferClosedError as error:
        return CaseResult(case.case, (source.problem(("cases", number, "given"), str(error)),))
    failed = list(_unmet(case.expect, expect, end.tier, end.lists, end.refused))
    return CaseResult(case.case, tuple(as_problem(source, complaint) for complaint in failed))


def _unmet(
    expected: Expected, at: Place, tier: str, lists: frozenset[str], refused: frozenset[str]
) -> Iterator[Complaint]:
    day = f"at the end of day {expected.day}"
    if expected.tier is not None and expected.tier != tier:
        yield Complaint(at=(*at, "tier"), message=f"expected tier {expected.tier} {day}; it is another")
    checks: Sequence[tuple[str, tuple[str, ...], bool, frozenset[str], str]] = (
        ("listed", expected.listed, True, lists, "on the list"),
        ("not_listed", expected.not_listed, False, lists, "off the list"),
        ("refused", expected.refused, True, refused, "refused for"),
    )
    for key, words, wanted, there, said in checks:
        for place, word in enumerate(words):
            if (word in there) != wanted:
                yield Complaint(at=(*at, key, place), message=f"expected {said} {word} {day}; it is not so")
