"""Take-up by sectors: its law against closed forms, its map, its words, its files."""

import functools
import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

from moot.cli.main import main
from moot.declaring.source import source_of_text
from moot.draws.philox import draw, purpose, seed_key
from moot.errors import DeclarationError, UserError
from moot.experiment import adoption
from moot.experiment.adoption import ASSUMED, Adoption, adoption_from, load_adoption, map_of, taken_up
from moot.findings.adoption import map_page, map_svg
from tests.laws import worlds as w

PLAIN = """\
adoption: plain
title: A plain map
start: 2028-01-01
sectors: [one, two, three]
condition: {sector: three, by: 2038-01-01}
take_up:
  base_per_month: {value: 0.02, range: [0.01, 0.04], mark: assumed}
  support_slope: {value: 2, range: [0, 4], mark: assumed}
  spread_slope: {value: 1, range: [0, 2], mark: assumed}
  persuasion_per_month: {value: 0.01, range: [0, 0.02], mark: assumed}
support: [0.2, 0.5, 0.8]
credibility: [0, 1]
laws:
  banned: {forbidden_from: 2030-06-15, mark: K}
  free: {}
"""
FIXED = re.sub(r"\{value: ([0-9.]+), range: [^}]*\}", r"\1", PLAIN)
ALONE = (
    FIXED.replace("[one, two, three]", "[three]")
    .replace("support_slope: 2", "support_slope: 0")
    .replace("spread_slope: 1", "spread_slope: 0")
)
DRAWS = 1_000


def plan_of(text):
    return adoption_from(source_of_text(text, "map.yaml"))


def when(text, law="free", support=0.5, credibility=0.0, draws=DRAWS, seed=3, **instead):
    return taken_up(
        plan_of(text),
        support=support,
        credibility=credibility,
        law=law,
        draws=draws,
        seed=seed,
        instead=instead,
    )


# The law.


def test_a_constant_hazard_gives_geometric_waiting_times():
    """P(month m) = p (1 − p)^m with p = 1 − e^(−h): the share that is in after so many months."""
    found = when(ALONE)[0]
    p = 1 - math.exp(-0.02)
    months = 120
    w.agrees((found >= 0).mean(), 1 - (1 - p) ** months, w.binomial(1 - (1 - p) ** months, DRAWS), what="in")
    for month in (6, 24, 60):
        share = 1 - (1 - p) ** month
        w.agrees(((found >= 0) & (found < month)).mean(), share, w.binomial(share, DRAWS), what=f"{month}")


def test_sectors_wait_independently_where_they_do_not_draw_each_other_on():
    text = ALONE.replace("[three]", "[one, two, three]")
    found = when(text) >= 0
    share = 1 - math.exp(-0.02 * 120)
    w.agrees(found.all(axis=0).mean(), share**3, w.binomial(share**3, DRAWS), what="all three")


def test_the_share_in_is_that_of_the_chain_of_how_many_are_in():
    """With the spread on, P(the last is in by the end) by the chain on n, from n = 0 to J, month by month."""
    text = FIXED.replace("support_slope: 2", "support_slope: 0").replace("spread_slope: 1", "spread_slope: 2")
    state = {(0, 0): 1.0}  # how many of the two others are in, and whether `three` is
    for _ in range(120):
        then: dict[tuple[int, int], float] = {}
        for (others, own), mass in state.items():
            p = 1 - math.exp(-0.02 * math.exp(2 * (others + own) / 3))
            for more in range(3 - others):
                ways = math.comb(2 - others, more) * p**more * (1 - p) ** (2 - others - more)
                for joins, chance in ((1, p), (0, 1 - p)) if not own else ((0, 1.0),):
                    key = (others + more, own + joins)
                    then[key] = then.get(key, 0.0) + mass * ways * chance
        state = then
    share = sum(mass for (_, own), mass in state.items() if own)
    assert sum(state.values()) == pytest.approx(1)
    found = (when(text)[2] >= 0).mean()
    w.agrees(found, share, w.binomial(share, DRAWS), what="with spread")


def test_support_moves_by_the_declared_path():
    """All is believed: 1 − S falls by the factor 1 − persuasion each month; P(out) = exp(−Σ h)."""
    text = FIXED.replace("[one, two, three]", "[three]").replace("spread_slope: 1", "spread_slope: 0")
    support = [1 - 0.5 * 0.99**month for month in range(120)]
    hazard = sum(0.02 * math.exp(2 * (s - 0.5)) for s in support)
    share = 1 - math.exp(-hazard)
    w.agrees((when(text, credibility=1.0)[0] >= 0).mean(), share, w.binomial(share, DRAWS), what="believed")


def test_no_hazard_is_never():
    assert (when(FIXED, base_per_month=0.0) == adoption.NEVER).all()


def test_a_law_freezes_what_it_finds():
    """Up to the ban the months are those without it; after it nobody moves, and who is in stays in."""
    banned, free = when(PLAIN, law="banned"), when(PLAIN, law="free")
    months = int(plan_of(PLAIN).legal("banned").sum())
    assert months == 29  # January 2028 to May 2030: a month with a forbidden day is a forbidden month
    early = (free >= 0) & (free < months)
    assert 0 < early.sum() < (free >= 0).sum()
    np.testing.assert_array_equal(banned, np.where(early, free, adoption.NEVER))


def test_a_law_before_the_first_day_leaves_nothing():
    text = PLAIN.replace("2030-06-15", "2025-02-02")
    assert (when(text, law="banned") == adoption.NEVER).all()


@pytest.mark.parametrize("raised", ["support", "credibility", *ASSUMED])
def test_more_of_a_cause_never_delays_anybody_in_the_same_draws(raised):
    """Draw by draw, and a steeper slope above S = 0.5 as well."""
    before: np.ndarray | None = None
    for value in (0.1, 0.3, 0.5, 0.7, 0.9):
        named = {"support": 0.6, "credibility": 0.5}
        if raised in named:
            named[raised] = value
            found = when(PLAIN, **named)
        else:
            found = when(PLAIN, **named, **{raised: value / 20 if raised == "base_per_month" else value})
        late = np.where(found < 0, 10_000, found)
        if before is not None:
            assert (late <= before).all()
        before = late


# Draws.


def test_draws_are_keyed_by_seed_draw_month_and_the_name_of_the_sector():
    words = adoption._uniforms(7, "adoption/sector/banks", 5, 3)
    for month in range(3):
        for number in range(5):
            what = purpose("adoption/sector/banks")
            assert int(words[month, number]) == int(draw(seed_key(7), number, month, what, 0)[0])


def test_a_sector_more_changes_no_draw_of_another():
    """Without spread, the others take up in the same months."""
    one = re.sub("spread_slope: [^\n]*", "spread_slope: 0", PLAIN)
    more = one.replace("[one, two, three]", "[zero, one, two, three]")
    np.testing.assert_array_equal(when(one), when(more)[1:])


def test_assumed_numbers_are_drawn_over_their_ranges():
    plan = load_adoption("france-adoption")
    for name in ASSUMED:
        low, high = getattr(plan.take_up, name).range
        drawn = adoption._drawn(plan, name, 1, 20_000)
        assert low <= drawn.min() < drawn.max() <= high
        middle = math.sqrt(low * high) if name == "base_per_month" else (low + high) / 2
        w.agrees((drawn < middle).mean(), 0.5, w.binomial(0.5, 20_000), what=name)


# The map.


def test_more_support_never_lowers_a_count_where_the_rest_is_the_same():
    found = map_of(load_adoption("france-adoption"), draws=60, seed=4)
    for law in found.plan.laws:
        rows = [[one.met for one in found.row(law, c)] for c in found.plan.credibility]
        assert all(row == sorted(row) for row in rows)
        assert all(list(column) == sorted(column) for column in zip(*rows, strict=True))
    assert len({one.met for one in found.cells}) > 5


def test_the_spread_holds_the_count_and_comes_from_the_ends_of_the_ranges():
    found = map_of(plan_of(PLAIN), draws=200, seed=2)
    for one in found.cells:
        low, high = one.spread
        assert low <= one.met <= high
        assert set(one.at_ends) == set(ASSUMED)
    one = found.row("free", 0.0)[0]
    at = when(PLAIN, support=0.2, draws=200, seed=2, base_per_month=0.04)[2]
    assert one.at_ends["base_per_month"][1] == (at >= 0).sum()


def test_the_shipped_map_is_empty_under_the_law_in_force_and_says_why():
    plan = load_adoption("france-adoption")
    assert str(plan.laws["as-enacted"].forbidden_from) == "2025-02-02"
    assert plan.laws["as-enacted"].mark == "K" and "5(1)(c)" in plan.laws["as-enacted"].source
    found = map_of(plan, draws=20)
    assert {one.met for one in found.cells if one.law == "as-enacted"} == {0}
    assert "0 by the form of h, not found out" in "\n".join(found.lines())


@pytest.mark.parametrize("draws", [0, 1_001])
def test_draws_are_counted_in_bounds(draws):
    with pytest.raises(UserError, match="1 to 1,000"):
        map_of(plan_of(PLAIN), draws=draws)


# Words.


@functools.cache
def texts():
    found = map_of(load_adoption("france-adoption"), draws=20)
    tags = re.compile(r"<style>.*?</style>|<[^>]+>", re.S)
    return {
        "table": "\n".join(found.lines()),
        "page": tags.sub(" ", map_page(found)),
        "figure": tags.sub(" ", map_svg(found)),
        "json": json.dumps(found.as_dict()),
    }


@pytest.mark.parametrize("what", ["table", "page", "figure", "json"])
def test_no_word_of_the_future_and_no_single_chance(what):
    text = texts()[what]
    banned = r"\b(will|shall|likely|unlikely|probab\w+|predict\w*|expected to|going to|risk of)\b"
    assert re.findall(banned, text, re.I) == []
    assert re.findall(r"(?<!not )forecast", text, re.I) == []
    assert "%" not in text
    assert "mechanism, not forecast" in text
    if what != "figure":
        assert "nothing is known that would fix the base rate h0" in text
        assert "in how many of 20 draws of the declared ranges" in text


def test_a_map_has_no_aim_and_searches_for_nothing():
    assert not {"aim", "aims", "objective", "goal", "target", "fit"} & set(Adoption.model_fields)
    source = Path(adoption.__file__).read_text("utf-8")
    assert not re.search(r"argm(ax|in)|optimi[sz]e", source)


def test_the_page_loads_nothing_and_marks_itself():
    page = map_page(map_of(load_adoption("france-adoption"), draws=10))
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|<script|<link|@import|url\(", page)
    assert "AN INVENTED SCHEME" in page and "What the model leaves out" in page


# The command.


def asked(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    written = capsys.readouterr()
    return int(ended.value.code or 0), written.out, written.err


def test_the_command_prints_a_table_and_one_object(capsys):
    code, out, _ = asked(capsys, "adoption", "france-adoption", "--draws", "20")
    assert code == 0 and "as if there were no such ban" in out
    code, out, _ = asked(capsys, "adoption", "france-adoption", "--draws", "20", "--json")
    said = json.loads(out)
    assert (code, said["draws"], said["synthetic"], len(said["cells"])) == (0, 20, True, 40)
    assert asked(capsys, "adoption", "france-adoption", "--draws", "20", "--json")[1] == out


@pytest.mark.parametrize("end", [".html", ".svg"])
def test_the_command_writes_a_page_or_a_figure_and_replaces_none(capsys, tmp_path, end):
    file = tmp_path / f"map{end}"
    assert asked(capsys, "adoption", "france-adoption", "--draws", "5", "--out", str(file))[0] == 0
    assert "<svg" in file.read_text("utf-8")
    code, _, err = asked(capsys, "adoption", "france-adoption", "--draws", "5", "--out", str(file))
    assert code == 2 and "--force" in err
    assert asked(capsys, "adoption", "france-adoption", "--out", str(tmp_path / "map.png"))[0] == 2


def test_check_list_and_show_know_maps(capsys):
    assert "an adoption" in asked(capsys, "check", "france-adoption")[1]
    assert "france-adoption" in asked(capsys, "list", "adoptions")[1]
    assert "moot adoption france-adoption" in asked(capsys, "show", "france-adoption")[1]


# Files that are wrong.

WRONG = [
    ("sector: three", "sector: tree", "condition", 'did you mean "three"?'),
    ("[one, two, three]", "[one, one, three]", "sectors", 'two sectors are called "one"'),
    ("by: 2038-01-01", "by: 2027-01-01", "condition", "is not after the start"),
    ("by: 2038-01-01", "by: 2058-01-01", "condition", "more than 240 months"),
    ("{value: 0.02, range: [0.01, 0.04], mark: assumed}", "{value: 0.02, mark: assumed}", "base_per_month",
     "is assumed and has no range"),
    ("{value: 2, range: [0, 4]", "{value: 2, range: [-1, 4]", "support_slope", "-1 is not 0 or more"),
    ("{value: 0.01, range: [0, 0.02]", "{value: 0.01, range: [0, 2]", "persuasion", "not between 0 and 1"),
    ("[0.2, 0.5, 0.8]", "[0.2, 0.2, 0.8]", "support: [", "from low to high"),
    ("[0.2, 0.5, 0.8]", "[0.2, 0.5, 1.8]", "support: [", "at most 1"),
    ("forbidden_from: 2030-06-15", "forbidden_from: soon", "banned", "expected year-month-day"),
    ("forbidden_from", "forbiden_from", "banned", 'did you mean "forbidden_from"?'),
    ("laws:\n", "aim: {take_up: more}\nlaws:\n", "aim:", 'unknown key "aim"'),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "word", "says"), WRONG, ids=[row[3] for row in WRONG])
def test_a_wrong_file_is_told_at_its_line(old, new, word, says):
    assert old in PLAIN
    text = PLAIN.replace(old, new, 1)
    with pytest.raises(DeclarationError) as raised:
        plan_of(text)
    line = next(n for n, one in enumerate(text.splitlines(), 1) if word in one)
    assert says in str(raised.value)
    assert f"map.yaml:{line}:" in str(raised.value)
