"""Five questions to a run, each answered in two or three sentences with numbers beside the twin's.

Counts are of the whole run and per 1,000 synthetic people, as in the table; a count of fewer than ten has a
star. A mean or a share that rests on fewer than 50 people or ten events is "too few to say".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from moot.findings.report_groups import LEAST_GROUP, TOO_FEW
from moot.findings.summary import FEW, starting_tier, total, two
from moot.findings.talk import COUNTED, Talk, talk_of

if TYPE_CHECKING:
    from moot.findings.rules import Rules
    from moot.findings.run import Run

__all__ = ["QUESTIONS", "Answer", "Asking", "Pair", "answers", "per_thousand"]

QUESTIONS = (
    "Who was hurt?",
    "Who was wrongly charged?",
    "What came back, and when?",
    "What did people stop doing?",
    "Who said what they did not think?",
)
_CHARGED = ("offence", "incivility", "lawful")


@dataclass(frozen=True)
class Pair:
    """A count in the arm that is told and in its twin; None where an arm has no such thing."""

    here: int | None
    twin: int | None = None


@dataclass
class Answer:
    """One question, its sentences, and the counts that stand in them by name."""

    question: str
    sentences: list[str] = field(default_factory=list)
    counts: dict[str, Pair] = field(default_factory=dict)


def answers(run: Run, arm: str) -> list[Answer]:
    """The five answers of an arm beside its twin, in the order of `QUESTIONS`."""
    asking = Asking(run, arm)
    return [one(asking, Answer(question)) for one, question in zip(_ANSWERING, QUESTIONS, strict=True)]


def per_thousand(events: int, people: int, *, of: int | None = None) -> str:
    """A rate of a group as read: none where nothing happened, nothing said where it rests on too few.

    `of`: the people that the share is rounded to, as in the table, so that both tell the same digits.
    """
    if people < LEAST_GROUP or 0 < events < FEW:
        return TOO_FEW
    share = events / people
    return (two(round(share * of) * (1000 / of)) if of else two(1000 * share)) if events else "none"


class Asking:
    """A run that is asked: totals of both arms, and numbers in words."""

    def __init__(self, run: Run, arm: str) -> None:
        self.run, self.arm = run, arm
        self.twin = run.rules.comparator if arm != run.rules.comparator else None
        self._here = run.totals(arm)
        self._twin = run.totals(self.twin) if self.twin is not None else {}
        self.own = run.rules.arms[arm].own_schemes

    @property
    def rules(self) -> Rules:
        return self.run.rules

    def pair(self, names: Iterable[str], *, of_the_scheme: bool = False) -> Pair:
        """Counts in both arms; what only a scheme can do has no twin under today's law."""
        names = list(names)
        lawful = of_the_scheme and self.twin is not None and self.rules.arms[self.twin].regime is None
        return Pair(total(self._here, names), None if lawful else total(self._twin, names))

    def acts(self, what: str, *classes: str) -> list[str]:
        """The measures of one kind, of the acts of these classes."""
        return [f"act:{act}:{what}" for act in self.rules.acts_of(*classes)]

    def number(self, count: int | None) -> str:
        """A count per 1,000 synthetic people as read."""
        if not count:
            return "none"
        return two(count * (1000 / self.run.people)) + ("*" if abs(count) < FEW else "")

    def beside(self, pair: Pair) -> str:
        """A count with the twin's in brackets."""
        return f"{self.number(pair.here)}{self.bracket(pair)}"

    def bracket(self, pair: Pair) -> str:
        """The twin's count in brackets; nothing where the twin has no such thing."""
        return f" (twin: {self.number(pair.twin)})" if pair.twin is not None else ""

    def clause(self, pair: Pair, some: str, nothing: str) -> str:
        """`some` with the number in it, or `nothing` where there was none.

        {n} is the number with the twin's in brackets; {bare} and {twin} are the two apart.
        """
        if not pair.here:
            return f"{nothing}{self.bracket(pair) if pair.twin else ''}"
        return some.format(n=self.beside(pair), bare=self.number(pair.here), twin=self.bracket(pair))


def listed(words: Iterable[str], last: str = "and") -> str:
    """Words one after the other: a, b and c."""
    words = list(words)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _hurt(asking: Asking, answer: Answer) -> Answer:
    counts = answer.counts
    tiered = {name: scheme for name, scheme in asking.own.items() if len(scheme.tier_names) > 1}
    if tiered:
        counts["falls"] = asking.pair([f"scheme:{name}:falls" for name in tiered], of_the_scheme=True)
        said = [
            asking.clause(counts["falls"], "there were {n} falls into a lower tier", "nobody fell a tier")
        ]
        for name, scheme in tiered.items():
            lowest = scheme.tier_names[-1]
            counts[f"lowest {name}"] = asking.pair([f"tier:{name}-{lowest}:people"], of_the_scheme=True)
            whose = "" if len(asking.own) == 1 else f" of {name}"
            start = ", where the score starts" if starting_tier(scheme) == lowest else ""
            said.append(
                asking.clause(
                    counts[f"lowest {name}"],
                    f"on the last day {{n}} stand in the lowest tier{whose}, {lowest}",
                    f"on the last day nobody stands in the lowest tier{whose}, {lowest}",
                ) + start
            )  # fmt: skip
        answer.sentences.append(f"Per 1,000 synthetic people, {'; '.join(said)}.")
    answer.sentences += _listed(asking, counts)
    answer.sentences += _refused(asking, counts)
    answer.sentences += _livelihood(asking, counts)
    if not any(pair.here or pair.twin for pair in counts.values()):
        answer.sentences = ["None of what is counted here happened: no fall, no refusal, no job lost for it."]
    return answer


def _listed(asking: Asking, counts: dict[str, Pair]) -> Iterator[str]:
    """People on the lists of the scheme that are entered otherwise than by a low tier."""
    said = []
    for scheme in asking.own.values():
        for rule in scheme.lists:
            if rule.entry.tier is None:
                on = counts[f"on {rule.list}"] = asking.pair([f"list:{rule.list}:people"], of_the_scheme=True)
                said.append(f"{asking.beside(on)} on {rule.list}")
    if any(pair.here for name, pair in counts.items() if name.startswith("on ")):
        yield f"People on a list on the last day: {listed(said)}."


def _refused(asking: Asking, counts: dict[str, Pair]) -> Iterator[str]:
    rules = asking.rules
    can = [rules.can(arm) for arm in (asking.arm, asking.twin) if arm is not None]
    trips = [
        one for one in rules.scenario.country_model.travel
        if any(arm.refuse(one) for arm in can)
        or any(counts.get(f"trip:{one}:refused") for counts in (asking._here, asking._twin))
    ]  # fmt: skip
    decided = sorted({context for scheme in asking.own.values() for context in scheme.decisions})
    said = []
    if trips:
        counts["trips refused"] = asking.pair([f"trip:{one}:refused" for one in trips])
        what = listed((rules.context(one) for one in trips), "or")
        said.append(
            asking.clause(
                counts["trips refused"],
                f"{what} was refused {{bare}} times{{twin}}",
                f"{what} was never refused",
            )
        )
    if decided:
        counts["decisions refused"] = asking.pair(
            [f"decision:{one}:refused-by-score" for one in decided], of_the_scheme=True
        )
        what = listed((rules.context(one) for one in decided), "or")
        said.append(
            asking.clause(
                counts["decisions refused"],
                f"because of the score, {what} was refused {{bare}} times{{twin}}",
                f"{what} was never refused because of the score",
            )
        )  # fmt: skip
    if not said:
        return
    line = _capital("; ".join(said))
    if asking.own and any(
        counts[one].here for one in ("trips refused", "decisions refused") if one in counts
    ):
        across = [f"trip:{one}:refused-across-contexts" for one in trips]
        across += [f"decision:{one}:refused-across-contexts" for one in decided]
        counts["refused across contexts"] = asking.pair(across, of_the_scheme=True)
        line += (
            f". Of all refusals, {asking.beside(counts['refused across contexts'])} were for points lost in "
            "another domain of life"
        )
    yield f"{line}."


def _livelihood(asking: Asking, counts: dict[str, Pair]) -> Iterator[str]:
    own, regime = asking.own.values(), asking.rules.arms[asking.arm].regime
    rated = regime is not None and regime.ratings is not None
    said = []
    for name, measure, there, some, nothing in (
        (
            "hires refused", "work:jobs:hires-refused", any(one.hiring for one in own),
            "for the score, {n} hires were refused", "no hire was refused for the score",
        ),
        (
            "jobs ended", "work:jobs:dismissed-by-score", any(one.dismissal for one in own),
            "{n} jobs were ended for it", "no job was ended for it",
        ),
        (
            "places handed on", "work:places:handed-on", asking.rules.places_fixed(asking.arm),
            "{n} places that stayed free went to others", "no place stayed free for others",
        ),
        (
            "workers dropped", "rating:workers:dropped", rated,
            "{n} platform workers were dropped for their rating", "no worker was dropped for a rating",
        ),
        (
            "ties cut", "ties:regular:cut", any(one.shunning is not None for one in own),
            "{bare} times{twin} a person lost a regular tie", "nobody lost a regular tie",
        ),
    ):  # fmt: skip
        if there:
            counts[name] = asking.pair([measure], of_the_scheme=True)
            said.append(asking.clause(counts[name], some, nothing))
    country = asking.rules.scenario.country_model
    stocks = []
    for name, measure, words, there in (
        ("looking for work", "work:unemployed:people", "look for work", country.work is not None),
        ("in arrears", "money:arrears:people", "are in arrears", country.money is not None),
    ):
        if there:
            counts[name] = asking.pair([measure])
            stocks.append(f"{asking.beside(counts[name])} {words}")
    if stocks:
        said.append(f"on the last day {listed(stocks)}")
    if said:
        yield f"{_capital('; '.join(said))}."


def _wrong(asking: Asking, answer: Answer) -> Answer:
    counts, rules = answer.counts, asking.rules
    if rules.arms[asking.arm].regime is None:
        answer.sentences.append(
            "None: in this model today’s law misses acts, and charges nobody for what another did."
        )
        return answer
    counts["charges"] = asking.pair(asking.acts("charged-by-regime", *_CHARGED), of_the_scheme=True)
    counts["for lawful acts"] = asking.pair(asking.acts("charged-by-regime", "lawful"), of_the_scheme=True)
    counts["for another"] = asking.pair(asking.acts("borne-for-another", *_CHARGED), of_the_scheme=True)
    sensors = rules.arms[asking.arm].sensors
    counts["false alarms"] = asking.pair(
        [f"sensor:{name}:false-alarms" for name in sensors], of_the_scheme=True
    )
    can = rules.can(asking.arm)
    if not (can.seen or can.stop or counts["charges"].here or counts["false alarms"].here):
        answer.sentences.append(
            "None: this scheme charges nobody itself; no sensor of it sees or reads an act."
        )
        return answer
    lawful = asking.clause(
        counts["for lawful acts"], "{n} of them for lawful acts", "none of them for a lawful act"
    )
    answer.sentences.append(
        "Per 1,000 synthetic people, "
        + asking.clause(counts["charges"], "the scheme made {n} charges", "the scheme charged nobody")
        + (f", {lawful}." if counts["charges"].here else ".")
    )
    parts = []
    if can.search or counts["for another"].here:
        parts.append(asking.clause(
            counts["for another"], "for what another person did, {n} charges fell on somebody",
            "no charge fell on a person for what another did",
        ))  # fmt: skip
    if can.stop or counts["false alarms"].here:
        parts.append(asking.clause(
            counts["false alarms"],
            "{bare} times{twin} a false alarm stopped somebody where nobody had done anything",
            "no false alarm stopped anybody",
        ))  # fmt: skip
    reporting = [f"sensor:{name}:malicious" for name in sensors]
    counts["false reports"] = asking.pair(reporting, of_the_scheme=True)
    if counts["false reports"].here:
        told = asking.beside(counts["false reports"])
        parts.append(f"{told} reports were false, and known to be by who made them")
    if not parts:
        parts.append("nobody can be charged for what another did: the scheme takes nobody for another")
    answer.sentences.append(f"{_capital('; '.join(parts))}.")
    return answer


def _back(asking: Asking, answer: Answer) -> Answer:
    counts = answer.counts
    if not asking.own:
        answer.sentences.append(
            "None: there is no score of a scheme here, and so nothing that could come back. Appeals against "
            "the fines of today are not part of the model."
        )
        return answer

    def of(what: str) -> Pair:
        counts[what] = asking.pair([f"redress:{name}:{what}" for name in asking.own], of_the_scheme=True)
        return counts[what]

    if any(scheme.redress is not None for scheme in asking.own.values()):
        wrong, righted, days = of("wrong-charges"), of("upheld-wrong"), of("days-wronged")
        answer.sentences.append(_contested(asking, of("appeals"), of("upheld"), righted, of("rejected")))
        answer.sentences.append(_put_right(asking, wrong, righted, days))
    else:
        answer.sentences.append("Nothing can be contested under this scheme.")
    said = []
    if "upheld" in counts:
        whose = ""
        if of("points-restored").here and not counts["upheld-wrong"].here:
            whose = ", all of them to people who had done what they were charged with"
        said.append(f"points given back by rulings: {asking.beside(counts['points-restored'])}{whose}")
    if any(scheme.score.memory_months for scheme in asking.own.values()):
        said.append(f"points back because charges expired: {asking.beside(of('points-expired'))}")
    if any(len(scheme.tier_names) > 1 for scheme in asking.own.values()):
        counts["rises"] = asking.pair([f"scheme:{name}:rises" for name in asking.own], of_the_scheme=True)
        counts["falls"] = asking.pair([f"scheme:{name}:falls" for name in asking.own], of_the_scheme=True)
        said.append(
            f"rises into a higher tier: {asking.beside(counts['rises'])}, "
            f"falls: {asking.beside(counts['falls'])}"
        )
    if said:
        answer.sentences.append(f"{_capital('; '.join(said))}.")
    return answer


def _contested(asking: Asking, appeals: Pair, upheld: Pair, righted: Pair, rejected: Pair) -> str:
    """Whose contests were allowed: of people charged for what they had not done, and of people who had."""
    line = f"Per 1,000 synthetic people, {asking.clause(appeals, '{n} charges were contested', '')}"
    if not appeals.here:
        return "No charge was contested."
    if not (upheld.here or rejected.here):
        return f"{line}; no ruling came by the last day."
    guilty = Pair((upheld.here or 0) - (righted.here or 0), _less(upheld.twin, righted.twin))
    return (
        f"{line}. Allowed by the last day, of people who had not done what they were charged with: "
        f"{asking.beside(righted)}; of people who had: {asking.beside(guilty)}; turned down: "
        f"{asking.beside(rejected)}; the others wait for a ruling."
    )


def _less(count: int | None, other: int | None) -> int | None:
    return None if count is None else count - (other or 0)


def _put_right(asking: Asking, wrong: Pair, righted: Pair, days: Pair) -> str:
    """How many wrong charges were put right, and after how many days on average."""
    if not wrong.here:
        return "No charge cost a person points for what the person had not done."
    line = (
        f"Of {asking.beside(wrong)} charges for what a person had not done, {asking.beside(righted)} "
        "were put right by the last day"
    )
    if not righted.here:
        return f"{line}."
    mean = TOO_FEW if righted.here < FEW else f"{two((days.here or 0) / righted.here)} days"
    return f"{line}; from charge to ruling these took, on average: {mean}."


def _stopped(asking: Asking, answer: Answer) -> Answer:
    counts = answer.counts
    counts["lawful acts"] = asking.pair(asking.acts("acts", "lawful"))
    counts["prevented"] = asking.pair(asking.acts("prevented", "lawful"))
    for name, of in (("offences", "offence"), ("incivilities", "incivility")):
        counts[name] = asking.pair(asking.acts("acts", of))
    if asking.rules.acts_of("lawful"):
        answer.sentences.append(
            f"Lawful acts, per 1,000 synthetic people: {asking.beside(counts['lawful acts'])}. These are "
            "protest, criticism, petitions, evenings out and the like; nothing forbids them."
        )
        arms = [asking.rules.can(arm) for arm in (asking.arm, asking.twin) if arm is not None]
        prevented = any(can.prevent(act) for can in arms for act in asking.rules.acts_of("lawful"))
        parts = []
        if prevented or counts["prevented"].here or counts["prevented"].twin:
            parts.append(f"made impossible by a list: {asking.beside(counts['prevented'])}")
        if asking.rules.scenario.country_model.opinion is not None:
            counts["forgone"] = asking.pair(asking.acts("forgone", "lawful"))
            parts.insert(0, f"forgone for fear of a charge: {asking.beside(counts['forgone'])}")
        here, twin = _talks(asking)
        if here is not None:
            counts["unheard"] = Pair(here.unheard, twin.unheard if twin is not None else None)
            parts.append(
                "critics who would have spoken in the last week but for fear: "
                f"{asking.beside(counts['unheard'])}"
            )
        if parts:
            answer.sentences.append(f"{_capital('; '.join(parts))}.")
    answer.sentences.append(
        f"Offences, charged or not: {asking.beside(counts['offences'])}; incivilities: "
        f"{asking.beside(counts['incivilities'])}."
    )
    return answer


def _talks(asking: Asking, of: str = "opinion") -> tuple[Talk | None, Talk | None]:
    """What was thought and said in the last week, in the arm and in its twin."""
    here = talk_of(asking.run, asking.arm, of=of)
    twin = talk_of(asking.run, asking.twin, of=of) if asking.twin is not None else []
    return (here[-1] if here else None), (twin[-1] if twin else None)


def _said(asking: Asking, answer: Answer) -> Answer:
    here, twin = _talks(asking)
    if here is None:
        answer.sentences.append(
            "Not asked: this country declares no opinion, and nobody in it thinks or speaks."
        )
        return answer
    counts = answer.counts

    def counted(of: str) -> str:
        counts[of] = Pair(getattr(here, of), getattr(twin, of) if twin is not None else None)
        return asking.beside(counts[of])

    def spoken(one: Talk, *, afraid: bool) -> str:
        pro, con = (one.said_for, one.said_against) if afraid else (one.unafraid_for, one.unafraid_against)
        return per_thousand(pro, pro + con, of=asking.run.people)

    def shares(*, afraid: bool) -> str:
        beside = f" (twin: {spoken(twin, afraid=afraid)})" if twin is not None else ""
        return f"{spoken(here, afraid=afraid)}{beside}"

    line = (
        f"In the last week, per 1,000 synthetic people, {counted('support')} think that being scored is "
        "good, whatever they say"
    )
    opinion = asking.rules.scenario.country_model.opinion
    if opinion is not None and opinion.asked is not None:
        line += (
            f". Asked in a survey, {counted('asked_support')} say that they are for it: who fears a charge "
            "may claim so"
        )
    answer.sentences.append(f"{line}. {COUNTED}")
    answer.sentences.append(
        f"Unasked, only some speak of it. Of 1,000 who spoke, for it: {shares(afraid=True)}; had nobody "
        f"feared anything: {shares(afraid=False)}. What lies between the two is fear. Per 1,000 synthetic "
        f"people, {counted('silent_against')} kept silent though against it, and {counted('silent_for')} "
        "though for it."
    )
    loud, loud_twin = _talks(asking, "dissidents")
    if loud is not None:
        beside = f" (twin: {per_thousand(loud_twin.silent_against, loud_twin.people)})" if loud_twin else ""
        answer.sentences.append(
            "Of the most outspoken hundredth, silent and against it, per 1,000 of them: "
            f"{per_thousand(loud.silent_against, loud.people)}{beside}."
        )
    return answer


_ANSWERING = (_hurt, _wrong, _back, _stopped, _said)
