"""The mechanisms of a regime, one row each: how each is left out, its neutral number, what it moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.society.everything import GONE

TOLD = "words for readers; no run reads them"
NEEDED = "belongs to a way of looking that cannot be declared without it"

NO_MECHANISM = {
    "summary": TOLD,
    "documented": TOLD,
    "assumed": TOLD,
    "myth": TOLD,
    "acts_prefix": "a name, checked on reading; rates of new acts are the country's",
    "new_acts": "names; an act of them counts by the catalogue and is seen by `sees`",
    "sensors.places": "checked against `sees` on reading; what is seen where is in coverage and density",
    "sensors.identification.gallery": NEEDED,
    "sensors.identification.fmr": NEEDED,
    "sensors.identification.target_fpir": NEEDED,
    "schemes.score.repair.points": "how much a rule brings back; a rule without is refused on reading",
    "schemes.score.repair.log_odds": "the same under an engine",
    "schemes.catalogue.earns": "the sign of a severity, whose neutral number is its own",
    "schemes.lists.exit.tier": "a list needs exactly one way out",
    "schemes.lists.exit.after_days": "a list needs exactly one way out",
    "schemes.lists.exit.per_year": "goes with entries that are drawn",
    "schemes.lists.tries.share_of_trips": "needs exactly one of this and `intents_per_year`",
}

MEASURES = "a column has the name of what is left out"
SCORES = "a scheme is left out, and with it everybody's score"
LISTS = "a list less moves the bits of those after it"


@dataclass(frozen=True)
class Row:
    """One mechanism. Changes are by path, as `everything.changed` reads them.

    `alike`: "" where the digests of the two are equal; else why only the measures that both have, and, where
    `state` is kept, the state of everybody on the last day. `besides`: changes to all three runs.
    """

    off: dict[str, Any]
    neutral: dict[str, Any]
    moves: str
    counts: tuple[str, ...] = ()
    alike: str = ""
    state: bool = True
    besides: dict[str, Any] = field(default_factory=dict)


def at(prefix: str, **named: Any) -> dict[str, Any]:
    """Changes below one path."""
    return {f"{prefix}/{name}": value for name, value in named.items()}


F, S, T = "schemes/first", "schemes/second", "schemes/third"
FACES, PLATES, GUESS, GATE = (f"sensors/{name}" for name in ("faces", "plates", "guess", "gate"))
REGISTER = "sensors/register"
CHARGED = "act:jaywalking:charged-by-regime"
ANOTHER = "act:jaywalking:charged-to-another"
FALLS = "scheme:first:falls"
NO_FIRST_TRAVEL = {f"{GATE}/enrols": GONE}
NO_TRIES = {
    f"{F}/lists/first-travel/tries": GONE,
    f"{F}/lists/first-ban/tries": GONE,
}  # count from the first list
NO_CAPS = {
    f"{F}/catalogue/jaywalking/cap_per_day": GONE,
    f"{F}/catalogue/volunteering/cap_per_day": GONE,
    f"{S}/catalogue/jaywalking/counted_per_day": GONE,
}
PLAIN = at(
    T,
    catalogue={"red-light": {"points": 9}, "fare-evasion": {"points": 6}},
    **{"score/repair": [{"every_days": 5, "points": 2, "to": 90}]},
)


ROWS: dict[str, Row] = {
    # What is told.
    "announced": Row(
        {"announced": GONE, "believed_share": GONE}, {"believed_share": 0}, "act:fare-evasion:acts"
    ),
    "believed_share": Row(
        {"announced": GONE, "believed_share": GONE}, {"believed_share": 0}, "act:petition:acts"
    ),
    "notice": Row({"notice": GONE}, {"notice": True}, "act:fare-evasion:acts", besides={"notice": False}),
    "campaigns": Row(
        {"campaigns": GONE}, {"campaigns/0/strength": 0, "campaigns/1/strength": 0}, "opinion:private:sum"
    ),
    "repression_told": Row({"repression_told": GONE}, {"repression_told/step": 0}, "opinion:private:sum"),
    # What is seen.
    "sensors": Row(
        {"sensors": [], "retroactive": GONE},
        {
            **{f"sensors/{name}/coverage": 0 for name in ("faces", "guess", "phones", "turnstile")},
            f"{PLATES}/density_per_km2": {},
            f"{REGISTER}/missed_links": 1,
            "sensors/neighbours/malicious_per_tie_year": 0,
            f"{GATE}/passages_per_day": 0,
            "retroactive": GONE,
        },
        CHARGED,
        (CHARGED, "scheme:first:points-lost", "sensor:gate:false-alarms"),
        alike=MEASURES,
    ),
    "sensors.density_per_km2": Row(
        {f"{PLATES}/density_per_km2": GONE, f"{PLATES}/coverage": 0},
        {f"{PLATES}/density_per_km2": {"rural": 0, "town": 0, "metropolis": 0}},
        CHARGED,
    ),
    "sensors.coverage": Row({GUESS: GONE}, {f"{GUESS}/coverage": 0}, CHARGED, alike=MEASURES),
    "sensors.share_analysed": Row({f"{FACES}/share_analysed": GONE}, {f"{FACES}/share_analysed": 1}, CHARGED),
    "sensors.sees": Row(
        {"sensors/turnstile": GONE},
        {"sensors/turnstile/sees": {"fare-evasion": 0}},
        "act:fare-evasion:charged-by-regime",
        alike=MEASURES,
    ),
    "sensors.reads": Row(
        {REGISTER: GONE},
        {f"{REGISTER}/missed_links": 1},
        "act:unpaid-fine:charged-by-regime",
        ("act:unpaid-fine:charged-by-regime", "money:arrears:points"),
        alike=MEASURES,
    ),
    "sensors.missed_links": Row(
        {f"{REGISTER}/missed_links": GONE}, {f"{REGISTER}/missed_links": 0}, "act:red-light:charged-by-regime"
    ),
    "sensors.false_links": Row(
        {f"{REGISTER}/false_links": GONE},
        {f"{REGISTER}/false_links": 0},
        "act:unpaid-fine:charged-to-another",
        ("act:unpaid-fine:charged-to-another", "act:unpaid-fine:borne-for-another"),
    ),
    "sensors.identification": Row(
        {f"{FACES}/identification": GONE},
        at(f"{FACES}/identification", mode="none")
        | {
            f"{FACES}/identification/{key}": GONE
            for key in ("gallery", "target_fpir", "multipliers", "unusable_image", "review")
        },
        ANOTHER,
        ("act:smoking-on-a-train:charged-to-another", "sensor:faces:reviewed"),
        besides={f"{FACES}/context_errors": GONE},
    ),
    "sensors.identification.multipliers": Row(
        {f"{FACES}/identification/multipliers": GONE},
        # a face is taken for one of its own class, so alike means in proportion to 1 ÷ share of the class
        {f"{FACES}/identification/multipliers": {"class-1": 1, "class-2": 2, "class-3": 6}},
        ANOTHER,
    ),
    "sensors.identification.unusable_image": Row(
        {f"{FACES}/identification/unusable_image": GONE},
        {f"{FACES}/identification/unusable_image": 0.1},
        "act:jaywalking:seen-unidentified",
    ),
    "sensors.identification.review": Row(
        {f"{FACES}/identification/review": GONE},
        at(f"{FACES}/identification/review", per_day=0, beyond="no-review"),
        ANOTHER,
        ("sensor:faces:reviewed",),
        alike=MEASURES,
    ),
    "sensors.identification.wrong": Row(
        {f"{GUESS}/identification": GONE},
        {f"{GUESS}/identification/wrong": {"class-1": 0, "class-2": 0, "class-3": 0}},
        ANOTHER,
    ),
    "sensors.identification.victim": Row(
        {f"{GUESS}/identification/victim": GONE},
        {f"{GUESS}/identification/victim": "same-class"},
        "act:jaywalking:borne-for-another",
    ),
    "sensors.passages_per_day": Row(
        {GATE: GONE},
        {f"{GATE}/passages_per_day": 0},
        "scheme:first:points-lost",
        ("sensor:gate:false-alarms", "sensor:gate:recognised"),
        alike=MEASURES,
    ),
    "sensors.on_alert": Row(
        {f"{GATE}/on_alert": GONE}, {f"{GATE}/on_alert/points": 0}, "scheme:first:points-lost"
    ),
    "sensors.enrols": Row(
        {f"{GATE}/enrols": GONE},
        {f"{GATE}/enrols": ["first-empty"]},
        "sensor:gate:recognised",
        ("sensor:gate:recognised",),
        alike=MEASURES,
    ),
    "sensors.malicious_per_tie_year": Row(
        {"sensors/neighbours": GONE},
        {"sensors/neighbours/malicious_per_tie_year": 0},
        CHARGED,
        ("sensor:neighbours:malicious",),
        alike=MEASURES,
    ),
    "sensors.charges": Row(
        {"sensors/neighbours": GONE},
        {"sensors/neighbours/malicious_per_tie_year": 0},
        "opinion:private:sum",
        ("sensor:neighbours:malicious",),
        alike=MEASURES,
    ),
    "sensors.context_errors": Row({f"{FACES}/context_errors": GONE}, {f"{FACES}/context_errors": 0}, ANOTHER),
    "sensors.misread": Row(
        {f"{PLATES}/misread": GONE}, {f"{PLATES}/misread": 0}, "act:red-light:charged-to-another"
    ),
    "sensors.missed": Row({f"{PLATES}/missed": GONE}, {f"{PLATES}/missed": 0}, CHARGED),
    "retroactive": Row(
        {"retroactive": GONE},
        {"retroactive/sensors": ["idle"]},
        "act:petition:charged-by-regime",
        ("past:acts:disclosed",),
        alike=MEASURES,
        besides=NO_CAPS,  # on the day on which a past is read each act counts by itself, today's as well
    ),
    # What a charge does to a score.
    "schemes.engine": Row(
        {f"{T}/engine": GONE} | PLAIN, {f"{T}/engine": "points"} | PLAIN, "tier:third-high:people"
    ),
    "schemes.learned_from": Row(
        {T: GONE},
        {f"{T}/catalogue": {"smoking-on-a-train": {}}},  # it learned 0 for that
        "scheme:third:points-lost",
        ("scheme:third:points-lost", "scheme:third:falls"),
        alike=SCORES,
        state=False,
        besides={
            f"{T}/engine": "learned",
            f"{T}/learned_from": "records-france-2028",
            f"{T}/catalogue": {"red-light": {}, "fare-evasion": {}},
        },
    ),
    "schemes.weights": Row(
        {S: GONE},
        {f"{S}/catalogue/{act}/severity": 0 for act in ("red-light", "jaywalking", "volunteering")},
        "scheme:second:points-lost",
        ("scheme:second:points-lost",),
        alike=SCORES,
        state=False,
        besides={f"{GATE}/on_alert": GONE},
    ),
    "schemes.catalogue.points": Row(
        {f"{F}/catalogue/petition": GONE},
        {f"{F}/catalogue/petition/points": 0},
        "scheme:first:points-lost",
    ),
    "schemes.catalogue.merit": Row(
        {f"{F}/catalogue/volunteering": GONE},
        {f"{F}/catalogue/volunteering/merit": 0},
        "score:first",
        besides={f"{F}/gaming": GONE},
    ),
    "schemes.catalogue.cap_per_day": Row(
        {f"{F}/catalogue/jaywalking/cap_per_day": GONE},
        {f"{F}/catalogue/jaywalking/cap_per_day": 10_000},
        "scheme:first:points-lost",
        besides={f"{F}/catalogue/jaywalking/points": 12},
    ),
    "schemes.catalogue.heavy": Row(
        {f"{F}/catalogue/red-light/heavy": GONE}, {f"{F}/catalogue/red-light/heavy": False}, "score:first"
    ),
    "schemes.catalogue.sub_category": Row(
        {
            f"{S}/catalogue/jaywalking": GONE,
            f"{S}/weights/life/categories/street/sub_categories": {"pavement": 1024},
        },
        {f"{S}/catalogue/jaywalking/severity": 0},
        "scheme:second:points-lost",
    ),
    "schemes.catalogue.severity": Row(
        {f"{S}/catalogue/red-light": GONE}, {f"{S}/catalogue/red-light/severity": 0}, "scheme:second:falls"
    ),
    "schemes.catalogue.log_odds": Row(
        {f"{T}/catalogue/red-light": GONE},
        {f"{T}/catalogue/red-light/log_odds": 0},
        "scheme:third:points-lost",
    ),
    "schemes.catalogue.counted_per_day": Row(
        {f"{S}/catalogue/jaywalking/counted_per_day": GONE},
        {f"{S}/catalogue/jaywalking/counted_per_day": 100},
        "scheme:second:points-lost",
    ),
    "schemes.score.novice_start": Row(
        {f"{S}/score/novice_start": GONE, f"{S}/score/novice_cycle_days": GONE},
        # novices that begin and mend as all do, with a licence that is not renewed within the run
        at(f"{S}/score", novice_start=100, novice_cycle_days=10**9)
        | {f"{S}/score/repair/1": {"every_days": 4, "points": 3, "if": "novice"}},
        "score:second",
        besides={f"{S}/lists/second-quiet/exit/novice": GONE},
    ),
    "schemes.score.novice_cycle_days": Row(
        {f"{S}/score/novice_cycle_days": GONE}, {f"{S}/score/novice_start": GONE}, "score:second"
    ),
    "schemes.score.hysteresis": Row(
        {f"{F}/score/hysteresis": GONE}, {f"{F}/score/hysteresis": 0}, "scheme:first:rises"
    ),
    "schemes.score.memory_months": Row(
        {f"{F}/score/memory_months": GONE},
        {f"{F}/score/memory_months": 120},
        "score:first",
        ("redress:first:points-expired",),
    ),
    "schemes.score.repair": Row(
        {f"{S}/score/repair": GONE},
        {f"{S}/score/repair": [{"every_days": 100, "points": 3}]},
        "score:second",
    ),
    "schemes.score.repair.every_days": Row(
        {f"{F}/score/repair/0": GONE},
        {f"{F}/score/repair/0": {"every_days": 100, "points": 2}},
        "score:first",
    ),
    "schemes.score.repair.after_days": Row(
        {f"{F}/score/repair/1": GONE},
        {f"{F}/score/repair/1": {"after_days": 4000, "to": "ceiling"}},
        "score:first",
    ),
    "schemes.score.repair.after_days_heavy": Row(
        {f"{F}/score/repair/1/after_days_heavy": GONE},
        {f"{F}/score/repair/1/after_days_heavy": 14},
        "score:first",
    ),
    "schemes.score.repair.if_": Row(
        {f"{F}/score/repair/2": GONE}, {f"{F}/score/repair/2/after_days": 4000}, "score:first"
    ),
    "schemes.score.repair.to": Row(
        {f"{F}/score/repair/0/to": GONE}, {f"{F}/score/repair/0/to": 100}, "score:first"
    ),
    # What a low score brings.
    "schemes.association": Row(
        {f"{F}/association": GONE},
        at(f"{F}/association", points=0, breaks_clean_time=False),
        FALLS,
        ("scheme:first:points-from-ties",),
    ),
    "schemes.association.breaks_clean_time": Row(
        {f"{F}/association/breaks_clean_time": GONE},
        {f"{F}/association/breaks_clean_time": False},
        "score:first",
    ),
    "schemes.lists": Row(
        {f"{F}/lists/first-travel": GONE},
        {
            f"{F}/lists/first-travel": {
                "list": "first-travel",
                "entry": {"tier": "low"},
                "exit": {"tier": "middle"},
            }
        },
        "trip:air:refused",
        ("trip:air:tried-by-listed", "trip:air:refused"),
        alike=LISTS,
        state=False,
        besides=NO_FIRST_TRAVEL | {f"{F}/lists/first-ban/tries": GONE},
    ),
    "schemes.lists.entry.tier": Row(
        {f"{S}/lists": GONE},
        {
            f"{S}/lists/second-quiet": {
                "list": "second-quiet",
                "entry": {"tier": "low"},
                "exit": {"after_days": 8},
            }
        },
        "act:strike:prevented",
        ("act:strike:prevented",),
        alike=LISTS,
        state=False,
        besides=NO_TRIES,
    ),
    "schemes.lists.entry.act": Row(
        {f"{F}/lists/first-ban": GONE},
        {f"{F}/lists/first-ban/entry/act": "press-contact"},
        "act:smoking-on-a-train:prevented",
        ("list:first-ban:entries", "list:first-ban:people", "act:smoking-on-a-train:prevented"),
        alike=LISTS,
        state=False,
    ),
    "schemes.lists.entry.offer": Row(
        {f"{F}/lists/first-served": GONE, f"{F}/offers": GONE},
        {f"{F}/offers/service/per_year": 0},
        "list:first-served:people",
        ("list:first-served:entries", "list:first-served:people"),
        alike=LISTS,
        state=False,
    ),
    "schemes.lists.entry.drawn_per_year": Row(
        {f"{F}/lists/first-entered": GONE},
        {f"{F}/lists/first-entered/entry/drawn_per_year": 0},
        "trip:fast-rail:refused",
        ("list:first-entered:entries", "list:first-entered:exits", "list:first-entered:people"),
        alike=LISTS,
        state=False,
    ),
    "schemes.lists.exit.score": Row(
        {f"{S}/lists/second-quiet/exit/score": GONE},
        {f"{S}/lists/second-quiet/exit/score": GONE},
        "score:second",
    ),
    "schemes.lists.exit.novice": Row(
        {f"{S}/lists/second-quiet/exit/novice": GONE},
        {f"{S}/lists/second-quiet/exit/novice": False},
        "score:second",
    ),
    "schemes.lists.refuses": Row(
        {f"{F}/lists/first-travel/refuses": GONE, f"{F}/lists/first-travel/tries": GONE},
        {f"{F}/lists/first-travel/refuses/air": 0},
        "trip:air:refused",
        ("trip:air:tried-by-listed", "trip:air:refused", "trip:air:refused-across-contexts"),
    ),
    "schemes.lists.prevents": Row(
        {f"{S}/lists/second-quiet/prevents": GONE},
        {f"{S}/lists/second-quiet/prevents/exposure": "smartphone"},  # no act is done per telephone
        "act:strike:prevented",
        ("act:strike:prevented",),
    ),
    "schemes.lists.tries": Row(
        {f"{F}/lists/first-ban/tries": GONE},
        {
            f"{F}/lists/first-ban/tries/fast-rail": {
                "share_of_trips": 1,
                "again": 0,
                "settles": 0,
                "half_life_days": 20,
            }
        },
        "trip:fast-rail:refused",
    ),
    "schemes.lists.tries.intents_per_year": Row(
        {f"{F}/lists/first-travel/tries": GONE},
        {
            f"{F}/lists/first-travel/tries/air": {
                "share_of_trips": 1,
                "again": 0,
                "settles": 0,
                "half_life_days": 20,
            }
        },
        "trip:air:refused",
    ),
    "schemes.offers": Row(
        {f"{F}/offers": GONE, f"{F}/lists/first-served": GONE},
        {f"{F}/offers/service/per_year": 0},
        "offer:first-service:taken",
        ("offer:first-service:taken",),
        alike=LISTS,
        state=False,
    ),
    "schemes.offers.not_on": Row(
        {f"{F}/offers/service/not_on": GONE},
        {f"{F}/offers/service/not_on": "first-empty"},
        "offer:first-service:taken",
    ),
    "schemes.decisions": Row(
        {f"{F}/decisions": GONE},
        {f"{F}/decisions/{context}/weight": 0 for context in ("housing", "credit")},
        "decision:housing:refused-by-score",
        ("decision:housing:refused-by-score", "decision:credit:refused-by-score"),
        alike=MEASURES,
    ),
    "schemes.hiring": Row(
        {f"{F}/hiring": GONE},
        {f"{F}/hiring": {"middle": 1, "low": 1}},
        "work:jobs:hired",
        ("work:jobs:hires-refused",),
    ),
    "schemes.dismissal": Row(
        {f"{F}/dismissal": GONE},
        {f"{F}/dismissal": {"low": 0}},
        "work:employed:people",
        ("work:jobs:dismissed-by-score",),
    ),
    "ratings": Row(
        {"ratings": GONE},
        at("ratings", reciprocity=1, inflation=0, bias=GONE, line=1),
        "work:employed:people",
        ("rating:workers:dropped",),
        alike="everybody's last rating is kept",
        state=False,
    ),
    "ratings.window": Row(
        {"ratings/window": GONE}, {"ratings/window": 100}, "rating:at-least-4-and-a-half:people"
    ),
    "ratings.bias": Row(
        {"ratings/bias": GONE}, {"ratings/bias/class-1": 0}, "rating:at-least-4-and-a-half:people"
    ),
    "ratings.warning_months": Row(
        {"ratings/warning_months": GONE}, {"ratings/warning_months": 1}, "rating:workers:dropped"
    ),
    # What gives back.
    "schemes.redress": Row(
        {f"{F}/redress": GONE},
        {f"{F}/redress/appealed": 0},
        "redress:first:points-restored",
        tuple(
            f"redress:first:{x}" for x in ("appeals", "upheld", "upheld-wrong", "rejected", "points-restored")
        ),
    ),
    "schemes.redress.reasons": Row(
        {f"{F}/redress/reasons": GONE}, {f"{F}/redress/reasons": False}, "redress:first:appeals"
    ),
    "schemes.redress.suspensive": Row(
        {f"{F}/redress/suspensive": GONE},
        {f"{F}/redress/suspensive": False},
        "redress:first:points-restored",
        besides={f"{F}/redress/suspensive": True},
    ),
    "schemes.redress.restores": Row(
        {f"{F}/redress/restores": GONE},
        {f"{F}/redress/restores": ["points", "lists"]},
        "list:first-ban:people",
    ),
    # What people do about it.
    "schemes.shunning": Row(
        {f"{F}/shunning": GONE},
        {f"{F}/shunning/cut": 0},
        FALLS,
        ("ties:regular:cut", "ties:regular:mended", "ties:regular:people-with-a-cut"),
        alike="whether a tie is cut is state, kept where ties may be cut",
        state=False,
    ),
    "schemes.shunning.cut": Row({f"{F}/shunning/cut": GONE}, {f"{F}/shunning/cut": 0.05}, "ties:regular:cut"),
    "schemes.bought_repair": Row(
        {f"{F}/bought_repair": GONE},
        {f"{F}/bought_repair/per_month": 0},
        "score:first",
        ("scheme:first:repairs-bought", "scheme:first:euros-spent"),
        alike=MEASURES,
    ),
    "schemes.bought_repair.income_times": Row(
        {f"{F}/bought_repair/income_times": GONE},
        {f"{F}/bought_repair/income_times": 10},
        "scheme:first:repairs-bought",
        besides={f"{F}/bought_repair/income_times": 90},
    ),
    "schemes.bought_repair.per_month": Row(
        {f"{F}/bought_repair/per_month": GONE},
        {f"{F}/bought_repair/per_month": 0.05},
        "scheme:first:euros-spent",
    ),
    "schemes.bought_repair.points": Row(
        {f"{F}/bought_repair/points": GONE}, {f"{F}/bought_repair/points": 30}, "score:first"
    ),
    "schemes.gaming": Row({f"{F}/gaming": GONE}, {f"{F}/gaming/merits": 0}, "act:volunteering:acts"),
    "schemes.gaming.merits": Row(
        {f"{F}/gaming/merits": GONE}, {f"{F}/gaming/merits": 0.5}, "act:volunteering:acts"
    ),
    "displacement": Row(
        {"displacement": GONE},
        {"displacement": 0},
        "act:smoking-on-a-train:displaced",
        ("act:smoking-on-a-train:displaced", "act:red-light:displaced"),
        alike=MEASURES,
    ),
}


# The schema.
