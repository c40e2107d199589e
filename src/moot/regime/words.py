"""A regime in plain sentences: what it sees, what it counts, what a low score costs, how one gets out.

The sentences are the catalogue's part ``scheme``; a scheme's own texts are told in the language where a
translation of them is shipped, and otherwise as its file has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from moot.catalogue import Language, catalogue, words
from moot.country.schema import Country
from moot.declaring.values import Quantity
from moot.regime.engines import FULL, bent, in_points, worth
from moot.regime.recognition import coverage
from moot.regime.redress import Redress
from moot.regime.schema import ListRule, Regime, Repair, Scheme, Sensor
from moot.regime.work import Ratings
from moot.vocabulary import load_vocabulary

__all__ = ["account", "plain", "vacancies_words"]


def account(regime: Regime, country: Country | None = None, language: Language = "en") -> list[str]:
    """The lines of a readable account; a line without indent is a heading.

    `country`, where it is known, has the words for acts that it adds to the vocabulary.
    """
    return list(_Account(regime, country, language).lines())


def plain(value: float, digits: int = 6) -> str:
    """A number as people write it: so many digits that count, and no exponent."""
    said = f"{value:.{digits}g}"
    return f"{Decimal(said):,f}" if "e" in said else said


def vacancies_words(vacancies: str, language: Language = "en") -> str:
    """What becomes of a place that somebody is refused."""
    return catalogue("scheme", language)("vacancies-fixed" if vacancies == "fixed" else "vacancies-open")


def _of_100(value: float) -> str:
    """A share as so many of 100, with two digits."""
    return plain(float(f"{100 * value:.1e}"), 10)


def _middle(quantity: Quantity) -> float:
    """The value of a quantity; of a dated one, the middle between its least and its largest."""
    return quantity.value if quantity.value is not None else (quantity.lower() + quantity.upper()) / 2


def _act_words(regime: Regime, country: Country | None, language: Language) -> dict[str, str]:
    """The words of acts: of the vocabulary, of the regime, and of the country, which has the last word."""
    added = country.new_acts if country is not None else {}
    acts = {**load_vocabulary().acts, **regime.new_acts, **added}
    return {name: words(act.words, language) for name, act in acts.items() if act.words}


def _bullets(sentences: Iterator[str]) -> list[str]:
    return [f"  - {sentence}" for sentence in sentences]


class _Account:
    """One regime told in one language."""

    def __init__(self, regime: Regime, country: Country | None, language: Language) -> None:
        self.regime, self.country, self.language = regime, country, language
        self.say = catalogue("scheme", language)
        self.acts: Mapping[str, str] = _act_words(regime, country, language)

    def lines(self) -> Iterator[str]:
        """The account, line by line."""
        regime, say = self.regime, self.say
        yield say("named", name=words(regime.name, self.language), regime=regime.regime)
        yield f"  {say(f'kind.{regime.kind}')} {say('synthetic')}"
        if regime.summary:
            yield f"  {self.own(regime.summary)}"
        if regime.announced is not None:
            yield f"  {say('announced', day=self.day(regime.announced))}"
        yield say("heading-sees")
        yield from _bullets(self.seen(sensor) for sensor in regime.sensors)
        if not regime.sensors:
            yield f"  - {say('sees-nothing')}"
        if regime.ratings is not None:
            yield f"  - {self.rated(regime.ratings)}"
        if regime.retroactive is not None:
            read, months = ", ".join(regime.retroactive.sensors), regime.retroactive.months
            yield f"  - {say('retroactive', sensors=read, months=months)}"
        for scheme in regime.schemes:
            of = say("of-scheme", scheme=scheme.scheme) if len(regime.schemes) > 1 else ""
            yield say("heading-counts", of=of)
            yield from _bullets(self.counted(scheme))
            yield say("heading-costs", of=of)
            yield from _bullets(self.costs(scheme)) or [f"  - {say('costs-nothing')}"]
            if scheme.hiring and self.country is not None and self.country.work is not None:
                yield f"  - {vacancies_words(self.country.work.vacancies, self.language)}"
            yield say("heading-out", of=of)
            yield from _bullets(self.ways_out(scheme)) or [f"  - {say('no-way-out')}"]
        if regime.displacement is not None:
            yield f"  - {say('displacement', moved=self.share(regime.displacement))}"
        if regime.campaigns or regime.repression_told is not None:
            yield say("heading-said")
            yield from _bullets(self.said_of_it())
        for heading, sentences in (
            ("heading-documented", regime.documented),
            ("heading-assumed", regime.assumed),
            ("heading-myth", regime.myth),
        ):
            if sentences:
                yield say(heading)
                yield from _bullets(self.own(sentence) for sentence in sentences)

    # Words and numbers.

    def own(self, text: str) -> str:
        """A text of the regime's file, on one line."""
        return " ".join(re.split(r"[ \n\t]+", words(text, self.language).strip()))

    def day(self, day: date) -> str:
        """A date as the language writes it."""
        return str(day) if self.language == "en" else self.say.date(day)

    def whole(self, number: int) -> str:
        """A point of a scale."""
        return str(number) if self.language == "en" else self.say.number(number)

    def plain(self, value: float, digits: int = 6) -> str:
        """A number as people of the language write it."""
        return self.say.figures(plain(value, digits))

    def of_100(self, value: float) -> str:
        """A share as so many of 100, as people of the language write it."""
        return self.say.figures(_of_100(value))

    def number(self, quantity: Quantity) -> str:
        """A quantity in short: its value, and its range where it has one."""
        low, high = self.plain(quantity.lower()), self.plain(quantity.upper())
        if quantity.value is None:
            return self.say("by-date", low=low, high=high)
        value = self.plain(quantity.value)
        return self.say("with-range", value=value, low=low, high=high) if quantity.range else value

    def share(self, quantity: Quantity) -> str:
        """A share in words, with its range where it has one."""
        low, high = self.of_100(quantity.lower()), self.of_100(quantity.upper())
        if quantity.value is None:
            return self.say("of-100-by-date", low=low, high=high)
        if quantity.value in (0, 1):
            said = self.say("all" if quantity.value == 1 else "no-part")
        else:
            said = self.say("of-100", part=self.of_100(quantity.value))
        if quantity.range is None or quantity.range[0] == quantity.range[1]:
            return said
        return self.say("part-range", said=said, low=low, high=high)

    def act(self, name: str) -> str:
        """What a person who does an act does."""
        return self.acts.get(name, name.partition(":")[2] or name)

    def context(self, name: str) -> str:
        """What is refused or decided."""
        return words(load_vocabulary().contexts[name], self.language)

    def points(self, count: int) -> str:
        """Points in words."""
        return in_points(count, self.language)

    def place(self, stratum: str) -> str:
        """A kind of place."""
        return self.say(f"stratum.{stratum}") if f"stratum.{stratum}" in self.say else stratum

    # What it sees.

    def seen(self, sensor: Sensor) -> str:
        """One sensor in a line."""
        say = self.say
        reading = sensor.kind == "phone" and set(sensor.places) == {"online"}
        means = say("sense.reading" if reading else f"sense.{sensor.kind}")
        said = say("sensor", means=means, sensor=sensor.sensor)
        if sensor.places and not reading:
            said += say("sensor-places", places=", ".join(say(f"place.{one}") for one in sensor.places))
        if sensor.reads:
            said += say("sensor-reads", acts=say.listed(self.act(name) for name in sensor.reads))
            if sensor.missed_links is not None:
                said += say("sensor-misses", part=self.share(sensor.missed_links))
            if sensor.false_links is not None:
                said += say("sensor-books", part=self.share(sensor.false_links))
        if sensor.sees:
            acts = say.listed(
                say("act-part", act=self.act(name), part=self.share(how)) for name, how in sensor.sees.items()
            )
            said += say("sensor-sees", reach=self.reach(sensor), acts=acts, product=self.product(sensor))
        said += self.beside(sensor)
        search = sensor.identification
        if search is None or search.mode == "none":
            known = sensor.kind != "register" and bool(sensor.sees) and sensor.misread is None
            return say("author-known" if known else "end", said=said)
        if search.mode == "declared":
            return say("author-declared", said=said)
        said += say("searched-passing" if search.mode == "presence" else "searched-author")
        if search.gallery is not None:
            said += say("searched-among", size=say.number(search.gallery.size))
        if search.target_fpir is not None:
            said += say("searched-fpir", rate=self.number(search.target_fpir))
        if search.fmr is not None and search.fmr.value:
            said += say("searched-fmr", count=say.number(1 / search.fmr.at(), 0))
        if search.review is not None:
            said += say("review-passes", rate=self.number(search.review.wrong_passes))
            beyond = "review-no-action" if search.review.beyond == "no-action" else "review-unseen"
            said += say(beyond, per_day=self.number(search.review.per_day))
        if sensor.enrols:
            said += say("enrols", lists=", ".join(sensor.enrols))
        return say("end", said=said)

    def beside(self, sensor: Sensor) -> str:
        """What a sensor brings beside the acts that it sees, and misses or mistakes among them."""
        said, say = "", self.say
        if sensor.malicious is not None:
            act = self.act(sensor.charges or "")
            said += say("malicious", rate=self.number(sensor.malicious), act=act)
        if sensor.misread is not None:
            said += say("misread", part=self.share(sensor.misread))
        if sensor.missed is not None:
            said += say("missed", part=self.share(sensor.missed))
        if sensor.context_errors is not None:
            said += say("context-errors", rate=self.number(sensor.context_errors))
        return said

    def reach(self, sensor: Sensor) -> str:
        """How much of what is done lies before the sensor at all."""
        said, say = [], self.say
        if sensor.density_per_km2 is not None:
            each = [
                say("density-in", density=self.number(how), place=self.place(name))
                for name, how in sensor.density_per_km2.items()
            ]
            said.append(say("density", each=", ".join(each)))
        elif sensor.coverage is not None:
            said.append(say("covers", part=self.share(sensor.coverage)))
        if sensor.share_analysed is not None:
            said.append(say("analysed", part=self.share(sensor.share_analysed)))
        if sensor.kind == "phone":
            said.append(say("smartphone-only"))
        return say.listed(said) or say("all-within")

    def product(self, sensor: Sensor) -> str:
        """What coverage, share analysed and sensitivity come to, for the act that is seen best."""
        say = self.say
        best = max(sensor.sees, key=lambda name: _middle(sensor.sees[name]))
        sensitivity = _middle(sensor.sees[best])
        analysed = _middle(sensor.share_analysed) if sensor.share_analysed is not None else 1.0
        if sensor.density_per_km2 is None:
            covered = _middle(sensor.coverage) if sensor.coverage is not None else 1.0
            reach = say("about-of-100", part=self.of_100(covered * analysed * sensitivity))
        else:
            each = [
                say(
                    "density-in",
                    density=self.of_100(coverage(_middle(how), analysed) * sensitivity),
                    place=self.place(name),
                )
                for name, how in sensor.density_per_km2.items()
            ]
            reach = say("of-100-about", each=", ".join(each))
        among = say("among-smartphones") if sensor.kind == "phone" else ""
        return say("product", act=self.act(best), reach=reach, among=among)

    def rated(self, ratings: Ratings) -> str:
        """What a platform does with the ratings of its workers."""
        warned = {0: "warned-at-once", 1: "warned-month"}.get(ratings.warning_months, "warned-months")
        when = self.say(warned, months=ratings.warning_months)
        line = self.say.figures(f"{ratings.line:g}")
        return self.say("rated", window=ratings.window, line=line, when=when)

    # What it counts and costs.

    def counted(self, scheme: Scheme) -> Iterator[str]:
        """The score and its catalogue."""
        score, say = scheme.score, self.say
        known = "disclosed" if scheme.disclosed else "undisclosed"
        yield say(
            known,
            who=say(f"who.{scheme.who}"),
            start=self.whole(score.start),
            floor=self.whole(score.floor),
            ceiling=self.whole(score.ceiling),
        )
        if score.novice_start is not None:
            yield say("novices", start=score.novice_start)
        tiers = ", ".join(
            say("tier-from", tier=tier.tier, **{"from": self.whole(tier.from_)}) for tier in score.tiers
        )
        yield say("tiers-rising" if score.hysteresis else "tiers", tiers=tiers, points=score.hysteresis)
        yield from self.engine(scheme)
        for name, entry in scheme.table.catalogue.items():
            points = entry.points if entry.merit is None else entry.merit
            most = self.worth(scheme, entry.cap_per_day or 0) if bent(scheme) else entry.cap_per_day
            cap = say("cap", most=most) if entry.cap_per_day is not None else ""
            part = f" ({entry.sub_category})" if entry.sub_category is not None else ""
            verb = "act-loses" if entry.merit is None else "act-gains"
            yield say(verb, act=self.act(name), part=part, points=self.worth(scheme, points or 0), cap=cap)
        if scheme.reads == "today":
            yield say("counts-today")

    def worth(self, scheme: Scheme, points: int) -> str:
        """What a charge costs."""
        return worth(scheme, points, self.language)

    def engine(self, scheme: Scheme) -> Iterator[str]:
        """How the score comes about, where it is not a plain table of points."""
        say = self.say
        if scheme.weights is not None:
            themes = ", ".join(
                say("weight-of", name=name, share=self.percent(theme.weight / FULL))
                for name, theme in scheme.weights.items()
            )
            yield say("weights", themes=themes)
        if bent(scheme):
            yield say("bent")
        if scheme.learned_from is not None:
            yield say("learned", engine=scheme.learned_from)

    def percent(self, share: float) -> str:
        """A share as a percentage."""
        return f"{share:.0%}" if self.language == "en" else self.say.percent(share)

    def costs(self, scheme: Scheme) -> Iterator[str]:
        """What a low score costs."""
        say = self.say
        for name, how in scheme.decisions.items():
            tiers = ", ".join(
                say("refused-in-tier", chance=self.number(chance), tier=tier)
                for tier, chance in how.refused.items()
            )
            yield say(
                "decision",
                context=self.context(name),
                weight=self.number(how.weight),
                tiers=tiers,
                without=self.number(how.without_score),
            )
        for rule in scheme.lists:
            what = [
                say("list-refuses-how", context=self.context(name), often=self.how_often(how))
                for name, how in rule.refuses.items()
            ]
            if rule.prevents is not None:
                what.append(say(f"prevents.{rule.prevents.exposure}"))
            if what:
                yield say("listed", entered=self.entered(rule), list=rule.list, what=say.listed(what))
        for tier, part in scheme.hiring.items():
            yield say("hiring", tier=tier, part=self.number(part))
        for tier, chance in scheme.dismissal.items():
            yield say("dismissal", tier=tier, chance=self.number(chance))
        if scheme.association is not None and scheme.association.points:
            ties = ", ".join(scheme.association.to)
            yield say("association", points=self.points(scheme.association.points), ties=ties)
        if scheme.shunning is not None:
            yield say("shunning", cut=self.number(scheme.shunning.cut))
        if scheme.gaming is not None:
            yield say("gaming", more=self.number(scheme.gaming.merits))

    def how_often(self, chance: Quantity) -> str:
        """How often a list refuses."""
        if chance.value == 1:
            low = chance.lower()
            return self.say("always") if low == 1 else self.say("always-range", low=self.of_100(low))
        return self.say("times", part=self.share(chance))

    def entered(self, rule: ListRule) -> str:
        """Who comes on a list."""
        entry, say = rule.entry, self.say
        if entry.tier is not None:
            return say("entered-tier", tier=entry.tier)
        if entry.act is not None:
            return say("entered-act", act=self.act(entry.act))
        if entry.drawn_per_year is not None:
            return say("entered-drawn", rate=self.number(entry.drawn_per_year))
        return say("entered-offer", offer=entry.offer)

    # How one gets out.

    def ways_out(self, scheme: Scheme) -> Iterator[str]:
        """What gives points back and takes off lists."""
        say = self.say
        for repair in scheme.score.repair:
            yield self.repaired(repair)
        for rule in scheme.lists:
            if rule.exit.tier is not None:
                yield say("list-ends-tier", list=rule.list, tier=rule.exit.tier)
            elif rule.exit.per_year is not None:
                yield say("list-ends-rate", list=rule.list, rate=self.number(rule.exit.per_year))
            else:
                key = "list-ends-score" if rule.exit.score is not None else "list-ends-days"
                yield say(key, list=rule.list, days=rule.exit.after_days, score=rule.exit.score)
        if scheme.score.memory_months:
            yield say("memory", months=scheme.score.memory_months)
        if scheme.redress is not None:
            yield from self.redress(scheme.redress)
        for offer in scheme.offers:
            yield say(
                "offer",
                offer=offer.offer,
                points=self.points(offer.points),
                tiers=", ".join(offer.tiers),
                rate=self.number(offer.per_year),
            )
        bought = scheme.bought_repair
        if bought is not None:
            yield say(
                "bought",
                below=bought.below,
                points=self.points(bought.points),
                price=bought.price_euros,
                times=self.number(bought.income_times),
                rate=self.number(bought.per_month),
            )

    def redress(self, redress: Redress) -> Iterator[str]:
        """How a charge is contested, and what comes back."""
        say = self.say
        yield say(
            "contested",
            rate=self.number(redress.appealed),
            reasons=say("told-why" if redress.reasons else "not-told-why"),
            days=self.number(redress.delay_days),
            meanwhile=say("taken-after" if redress.suspensive else "gone-meanwhile"),
        )
        back = ""
        for what in redress.restores:
            one = say(f"restores.{what}")
            back = say("restores-and", one=back, other=one) if back else one
        yield say(
            "allowed",
            wrong=self.number(redress.upheld_wrong),
            right=self.number(redress.upheld_right),
            back=back or say("restores-nothing"),
        )

    def repaired(self, repair: Repair) -> str:
        """How points come back with time."""
        say = self.say
        if repair.log_odds is not None:
            back = say("back-log-odds", amount=self.number(repair.log_odds))
        elif repair.to == "ceiling":
            back = say("back-all")
        else:
            key = "back-one" if repair.points == 1 else "back-points"
            back = say(key, points=self.points(repair.points or 0))
        if repair.every_days is not None:
            said = say("repair-every", days=repair.every_days, back=back)
        else:
            said = say("repair-after", days=repair.after_days, back=back)
        if repair.after_days_heavy is not None:
            said += say("repair-heavy", days=repair.after_days_heavy)
        if isinstance(repair.to, int):
            said += say("repair-up-to", to=repair.to)
        if repair.if_ == "last-loss-was-one":
            said += say("repair-last-one")
        if repair.if_ == "novice":
            said += say("repair-novice")
        return say("end", said=said)

    def said_of_it(self) -> Iterator[str]:
        """One sentence for each campaign, and one for the telling."""
        for campaign in self.regime.campaigns:
            yield self.say(
                "campaign",
                start=self.day(campaign.from_),
                end=self.day(campaign.until),
                frame=self.say(f"frame.{campaign.frame}"),
            )
        told = self.regime.repression_told
        if told is not None:
            yield self.say("told-of-effects", day=self.day(told.on))
