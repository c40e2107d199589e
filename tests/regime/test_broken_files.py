"""A file that is wrong gets one clear error for each thing that is wrong, at its line, and exit code 2."""

import re
from pathlib import Path

import pytest

from moot.cli.main import main
from tests.regime.texts import COUNTRY, REGIME, SCENARIO

# (name, what is replaced, by what, a word of the line of the error, what the error says)
Change = tuple[str, str, str, str, str]

REGIMES: list[Change] = [
    ("misspelt key", "start: 100", "strat: 100", "strat: 100", 'did you mean "start"?'),
    ("misspelt top key", "sensors:", "sensorz:", "sensorz:", 'did you mean "sensors"?'),
    ("text for a number", "floor: 0", "floor: low", "floor: low",
     'is the text "low"; expected a whole number'),
    ("a unit in a number", "after_days: 180", "after_days: 180 d", "180 d", "write the number alone"),
    ("a number in quotes", "start: 100", 'start: "100"', 'start: "100"', "write the number without quotes"),
    ("a decimal comma", "missed_links: 0.05", "missed_links: 0,05", "0,05",
     "write decimals with a point: 0.05"),
    ("a decimal comma in braces", "{value: 0.5, range: [0.1", "{value: 0,5, range: [0.1", "0,5",
     "write decimals with a point, such as 0.05"),
    ("per cent", "missed_links: 0.05", "missed_links: 5%", "5%", "write a share as a number: 0.05"),
    ("per cent with a comma", "missed_links: 0.05", "missed_links: 2,5 %", "2,5 %",
     "write a share as a number: 0.025"),
    ("a colon in a text", "name: A small scheme", "name: Scheme: a small one", "Scheme: a",
     'a text with ": " in it stands between quotes'),
    ("points that are not whole", "{points: 10}", "{points: 2.5}", "points: 2.5",
     "expected a whole number"),
    ("negative points", "{points: 10}", "{points: -10}", "points: -10", "expected at least 0"),
    ("a truth value in words", "disclosed: true", "disclosed: yes", "disclosed: yes",
     "expected true or false"),
    ("unknown kind", "kind: invented", "kind: inventd", "inventd", 'did you mean "invented"?'),
    ("unknown act seen", "jaywalking: 0.8", "jaywalkin: 0.8", "jaywalkin:", 'did you mean "jaywalking"?'),
    ("unknown act read", "[red-light]", "[red-ligth]", "red-ligth", 'did you mean "red-light"?'),
    ("unknown act counted", "littering: {points", "litering: {points", "litering",
     'unknown act "litering"'),
    ("unknown act entering", "{act: littering}", "{act: litter}", "{act: litter}", 'unknown act "litter"'),
    ("unknown place", "places: [street]", "places: [stret]", "[stret]", 'did you mean "street"?'),
    ("unknown context", "{air: 1.0}", "{sea: 1.0}", "{sea: 1.0}", 'unknown context "sea"'),
    ("unknown class", "class-3: 10}", "class-4: 10}", "class-4", 'unknown appearance class "class-4"'),
    ("unknown stratum", "coverage: {value: 0.5, range: [0.1, 0.9], mark: assumed}",
     "density_per_km2: {rurall: 1}", "rurall", 'did you mean "rural"?'),
    ("unknown tier in an entry", "{tier: poor}, exit", "{tier: bad}, exit", "bad", 'unknown tier "bad"'),
    ("unknown tier in an exit", "exit: {tier: fair}", "exit: {tier: fare}", "fare", 'did you mean "fair"?'),
    ("unknown tier in an offer", "tiers: [fair]", "tiers: [fairr]", "fairr", 'did you mean "fair"?'),
    ("unknown list", "not_on: no-plane", "not_on: no-plan", "not_on", 'did you mean "no-plane"?'),
    ("unknown offer", "{act: littering}", "{offer: corse}", "corse", 'did you mean "course"?'),
    ("two ways in", "{act: littering}", "{act: littering, tier: poor}", "street-ban",
     "exactly one of `tier`, `act`"),
    ("no way out", "exit: {after_days: 180}", "exit: {}", "street-ban",
     "exactly one of `tier`, `after_days` and `per_year`"),
    ("start off the scale", "start: 100", "start: 121", "start: 121",
     "121 is outside the scale from 0 to 120"),
    ("tier off the scale", "from: 60", "from: 160", "from: 160", "threshold 160 is outside the scale"),
    ("tiers upside down", "from: 30", "from: 70", "from: 70", "expected tiers from the top down"),
    ("lowest tier above the floor", "poor, from: 0", "poor, from: 10", "poor, from: 10",
     "every score has a tier"),
    ("hysteresis over a tier", "hysteresis: 5", "hysteresis: 40", "hysteresis: 40",
     "into the next better one"),
    ("hysteresis over the top", "hysteresis: 5", "hysteresis: 61", "hysteresis: 61",
     "above the ceiling 120"),
    ("floor above the ceiling", "floor: 0", "floor: 200", "floor: 200", "is not below the ceiling"),
    ("entry and exit alike", "exit: {tier: fair}", "exit: {tier: poor}", "no-plane",
     "both the entry and the exit"),
    ("exit below entry", "{tier: poor}, exit: {tier: fair}", "{tier: good}, exit: {tier: fair}", "no-plane",
     "is below the entry tier"),
    ("two tiers of one name", "tier: fair, from", "tier: good, from", "good, from: 30",
     'two tiers are called "good"'),
    ("two lists of one name", "list: street-ban", "list: no-plane", "entry: {act", 'two lists are called'),
    ("two sensors of one name", "sensor: gates", "sensor: eyes", "sensor: eyes",
     'two sensors are called "eyes"'),
    ("both rates of a face search", "target_fpir: 0.003", "target_fpir: 0.003\n      fmr: 1e-9",
     "target_fpir",
     "exactly one of `fmr` and `target_fpir`; it has both"),
    ("no rate of a face search", "      target_fpir: 0.003\n", "", "mode: identify", "it has none"),
    ("declared without wrong", "{mode: presence, gallery: {scope: national, size: 10000}, fmr: 1.67e-8}",
     "{mode: declared}", "mode: declared", 'the key "wrong" is missing'),
    ("a probability above 1", "littering: 0.5}", "littering: 1.5}", "littering: 1.5",
     "1.5 is not between 0 and 1"),
    ("a negative rate", "per_year: 0.15", "per_year: -0.15", "per_year", "-0.15 is not 0 or more"),
    ("not finite", "per_year: 0.15", "per_year: .inf", "per_year", "expected a finite number"),
    ("a range upside down", "range: [0.1, 0.9]", "range: [0.9, 0.1]", "coverage", "is upside down"),
    ("a value outside its range", "range: [0.1, 0.9]", "range: [0.6, 0.9]", "coverage",
     "is outside its range"),
    ("assumed without a range", "range: [0.1, 0.9], ", "", "coverage", "is assumed and has no range"),
    ("an unknown mark", "[0.1, 0.9], mark: assumed", "[0.1, 0.9], mark: asumed", "asumed",
     'did you mean "assumed"?'),
    ("a date in another order", "2028-01-01", "01/02/2028", "announced", "expected year-month-day"),
    ("a day that is none", "2028-01-01", "2028-02-30", "announced", "is not a day of the calendar"),
    ("seeing where it does not look", "places: [street]", "places: [square]", "jaywalking: 0.8",
     "where this sensor does not look"),
    ("a register that sees", "missed_links: 0.05", "sees: {jaywalking: 1}", "sees: {jaywalking: 1}",
     "a register sees no acts"),
    ("points and merit", "{points: 10}", "{points: 10, merit: 3}", "merit: 3", "exactly one of `points`"),
    ("no scheme", REGIME[REGIME.index("schemes:") :], "schemes: []\n", "schemes: []",
     "expected at least 1"),
    ("an unprefixed new act", "kind: invented",
     "kind: invented\nnew_acts: {singing: {class: lawful, domain: civic, "
     "place: street, words: sings}}", "singing", "has no prefix"),
    ("a list for a mapping", "score:\n      start: 100", "score: [1]\n    sore:\n      start: 100",
     "score: [1]",
     "is a list; expected keys and values"),
    ("a repair that repairs nothing", "points: 1, to: 100", "to: 100", "every_days", "brings nothing back"),
    ("a repair up to nowhere", "to: 100", "to: ceilin", "to: ceilin", "repair.0.to: expected `ceiling` or"),
    ("announced and not believed", "believed_share: {value: 0.5, range: [0, 1], mark: assumed}\n", "",
     "announced",
     "needs `believed_share`"),
]  # fmt: skip

COUNTRIES: list[Change] = [
    ("shares below 1", "city: 0.2}", "city: 0.1}", "city: 0.1}", "the shares sum to 0.9; expected 1"),
    ("unknown level", "class-2: 0.3", "class-b: 0.3", "class-b", 'unknown level of appearance "class-b"'),
    ("unknown attribute", "  appearance:", "  religion:", "religion:", 'unknown key "religion"'),
    ("too few age bands", "[0, 0.05, 0.7,", "[0.05, 0.7,", "by_age", "has 8 values; expected 9"),
    ("a share above 1", "[0, 0.05", "[0, 1.05", "by_age", "expected at most 1"),
    ("too little headroom", "jaywalking: {base: 4, per: person, headroom: 1.7}",
     "jaywalking: {base: 4, per: person, headroom: 1.6}", "headroom: 1.6", "expected at least 1.688"),
    ("no headroom", "littering: {base: 1.5, per: person, headroom: 1.7}",
     "littering: {base: 1.5, per: person}",
     "littering", "the headroom 1 is too small"),
    ("a negative base", "base: 1.5", "base: -1.5", "base: -1.5", "-1.5 is not 0 or more"),
    ("two rates", "{recorded: 0.0135,", "{recorded: 0.0135, base: 2,", "recorded",
     "it has recorded and base"),
    ("recorded and never charged", "certainty_now: 0.05", "certainty_now: 0", "certainty_now", "above 0"),
    ("unknown act with a rate", "  jaywalking:", "  jaywalkng:", "jaywalkng", 'did you mean "jaywalking"?'),
    ("a foreign prefix", "new_acts:\n  own:", "new_acts:\n  other:", "other:loud",
     "not under its own prefix"),
    ("a word of the vocabulary again", "  own:loud-music: {class", "  littering: {class",
     "littering: {class",
     "is already a word of the vocabulary"),
    ("unknown domain", "domain: public-space", "domain: public", "domain: public",
     'did you mean "public-space"?'),
    ("an unknown unit of exposure", "per: licence", "per: license", "per: license",
     'did you mean "licence"?'),
    ("a key of another tie", "reach: 2,", "reach: 2, size: 8,", "size: 8", 'a ring has no "size"'),
    ("two ties of one name", "{kind: household}", "{kind: household, name: friends}", "kind: ring",
     "are called"),
    ("both fadings", "{half_life_days: 180}", "{half_life_days: 180, step_days: 9}", "fading",
     "exactly one of"),
    ("a half-life with a unit", "half_life_days: 180", "half_life_days: 180 days", "fading",
     "write the number alone"),
    ("a gradient by appearance", "{sex: [1, 1],", "{appearance: [1, 1, 3],", "appearance: [1",
     "unknown key"),
    ("a gradient that measures nothing", ", measures: conduct", "", "gradient",
     'the key "measures" is missing'),
    ("a short gradient", "sex: [1, 1]", "sex: [1]", "sex: [1]", "has 1 values; expected 2"),
    ("a table from elsewhere", "{equal: 4}", "{table: ../regions.csv, kind: numbered}", "regions.csv",
     "leads out of"),
    ("a table that is absolute", "{equal: 4}", "{table: /regions.csv, kind: numbered}", "regions.csv",
     "absolute path"),
    ("a table by address", "{equal: 4}", "{table: 'https://example.org/r.csv', kind: numbered}", "example",
     "is an address"),
    ("a table that is not there", "{equal: 4}", "{table: regions.csv, kind: numbered}", "regions.csv",
     "there is no file"),
    ("households of nobody", "{1: 0.4,", "{0: 0.4,", "sizes", "expected 1 to 20 persons"),
]  # fmt: skip

SCENARIOS: list[Change] = [
    ("no days", "days: 30\n", "", "scenario: small", 'the key "days" is missing'),
    ("days in words", "days: 30", "days: a month", "a month", "expected a whole number"),
    ("no people", "people: 1000", "people: 0", "people: 0", "expected at least 1"),
    ("an unknown country", "country.yaml", "frnace", "frnace", 'did you mean "france"?'),
    ("a regime that is not there", "regime.yaml", "regimes.yaml", "regimes.yaml", "regime.yaml"),
    ("an unknown regime", "regime.yaml", "permis-a-point", "permis-a-point",
     'did you mean "permis-a-points"?'),
    ("a regime from elsewhere", "regime: regime.yaml", "regime: ../x/regime.yaml", "../x", "leads out of"),
    ("no comparator", "  status-quo: {}\n", "", "small: {regime", "the comparator is missing"),
    ("an arm without a regime", "small: {regime: regime.yaml}", "small: {}", "small: {}", "has no regime"),
    ("a comparator with a regime", "status-quo: {}", "status-quo: {regime: regime.yaml}", "status-quo",
     "comparator"),
    ("before the first day", "2028-01-01", "1999-12-31", "1999-12-31", "is before 2000-01-01"),
    ("a burn-in before the first day", "2028-01-01", "2003-01-01", "2003-01-01",
     "begins before 2000-01-01"),
    ("an intervention", "{regime: regime.yaml}", "{regime: regime.yaml, on: 2028-07-01}", "on: 2028",
     "unknown key"),
    ("arms as a list", "arms:\n  status-quo: {}\n  small: {regime: regime.yaml}", "arms: [small]",
     "arms: [small]",
     "is a list; expected keys and values"),
]  # fmt: skip


def run_check(path: Path | str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(["check", str(path)])
    written = capsys.readouterr()
    assert "Traceback" not in written.err
    return int(ended.value.code or 0), written.out + written.err


def broken(folder: Path, text: str, change: Change, capsys: pytest.CaptureFixture[str]) -> None:
    name, old, new, word, says = change
    assert text.count(old) >= 1, f"{name}: the text to change is not there"
    file = folder / "wrong.yaml"
    changed = text.replace(old, new, 1)
    file.write_text(changed)
    before = sorted(folder.rglob("*"))
    code, said = run_check(file, capsys)
    assert code == 2, said
    lines = [number for number, line in enumerate(changed.splitlines(), 1) if word in line]
    assert any(re.search(rf"wrong\.yaml:{line}:\d+: ", said) for line in lines), said
    assert says in said
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize("change", REGIMES, ids=lambda change: change[0])
def test_a_wrong_regime(tmp_path, capsys, change):
    broken(tmp_path, REGIME, change, capsys)


@pytest.mark.parametrize("change", COUNTRIES, ids=lambda change: change[0])
def test_a_wrong_country(tmp_path, capsys, change):
    broken(tmp_path, COUNTRY, change, capsys)


@pytest.mark.parametrize("change", SCENARIOS, ids=lambda change: change[0])
def test_a_wrong_scenario(tmp_path, capsys, change):
    (tmp_path / "country.yaml").write_text(COUNTRY)
    (tmp_path / "regime.yaml").write_text(REGIME)
    broken(tmp_path, SCENARIO, change, capsys)


@pytest.mark.parametrize("text", [REGIME, COUNTRY], ids=["regime", "country"])
def test_the_texts_themselves_are_right(tmp_path, capsys, text):
    file = tmp_path / "right.yaml"
    file.write_text(text)
    code, said = run_check(file, capsys)
    assert code == 0, said


def test_every_error_of_a_file_is_told_at_once(tmp_path, capsys):
    file = tmp_path / "wrong.yaml"
    text = REGIME.replace("start: 100", "strat: 100").replace("floor: 0", 'floor: "0"')
    file.write_text(text.replace("[red-light]", "[red-ligth]").replace("not_on: no-plane", "not_on: nowhere"))
    code, said = run_check(file, capsys)
    assert code == 2
    for word in ("strat", "expected a whole number", "red-ligth", 'unknown list "nowhere"'):
        assert word in said
    assert "outside the scale" not in said, "what stands beside a wrong value is not blamed"


def test_the_excerpt_points_at_the_value(tmp_path, capsys):
    file = tmp_path / "wrong.yaml"
    file.write_text(REGIME.replace("[red-light]", "[red-ligth]"))
    _, said = run_check(file, capsys)
    lines = said.splitlines()
    at = next(number for number, line in enumerate(lines) if "reads: [red-ligth]" in line)
    assert lines[at].index("red-ligth") == lines[at + 1].index("^")
    assert lines[at + 1].endswith('did you mean "red-light"?')


WHOLE_FILES: list[tuple[str, bytes, str]] = [
    ("empty", b"", "is empty"),
    ("only comments", b"# a scheme\n\n", "is empty"),
    ("a list", b"- regime: a\n", "the file is a list"),
    ("a word", b"regime\n", "the file is the text"),
    ("a number", b"12\n", "the file is the number 12"),
    ("binary", bytes(range(256)) * 8, "is binary"),
    ("an image", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "is binary"),
    ("UTF-16", "regime: a\n".encode("utf-16"), "is binary, or text in another encoding"),
    ("Latin-1", "regime: a\nname: École\n".encode("latin-1"), ":2:7: byte 0xc9 is not UTF-8"),
    ("a control character", b"regime: a\nname: b\x07\n", ":2:8: character U+0007 is not printable"),
    ("too large", b"# " + b"x" * (1024 * 1024 + 1), "is too large"),
    ("not closed", b"regime: a\nschemes: [a, {b: c\n", ":2:"),
    ("a tab", b"regime: a\nschemes:\n\t- scheme: b\n", ":3:1: not YAML"),
    ("a colon too many", b"regime: a: b\n", ":1:10: not YAML"),
    ("a key twice", b"regime: a\nname: b\nregime: c\n", ':3:1: the key "regime" is written twice'),
    ("an alias", b"regime: &a b\nname: *a\n", ":1:9: anchors (&name) and aliases (*name) are refused"),
    ("a bomb", b"a: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\nregime: *c\n", ":1:4: anchors"),
    ("a merge", b"regime: a\n<<: *b\n", ":2:5: anchors"),
    ("a tag", b"regime: !!python/object:os.system a\n", ":1:9: tags (!name) are refused"),
    ("a tag of its own", b"regime: !include b.yaml\n", "tags (!name) are refused"),
    ("two documents", b"regime: a\n---\nregime: b\n", ":2:1: a second document"),
    ("too deep", b"regime: " + b"[" * 5000, "nested more than 20 deep"),
    (
        "too deep in blocks",
        b"regime:\n" + b"".join(b" " * n + b"-\n" for n in range(1, 300)),
        "nested more than",
    ),
    ("too many values", b"regime:\n" + b" - 1\n" * 30_000, "more than 10,000 values"),
    ("a long line", b"regime: " + b"x" * 100_000, "a line of 100,008 characters"),
    ("a key that is a list", b"? [a, b]\n: c\n", "stands where a key was expected"),
    ("another declaration", b"colour: blue\n", "declares nothing that Moot knows"),
    ("a mistyped first key", b"regimes: a\nname: b\n", 'did you mean "regime"?'),
    ("a broken escape", b'regime: "\\q"\n', ":1:"),
    ("an unknown directive", b"%FOO\n---\nregime: [\n", "wrong.yaml:"),
]


@pytest.mark.parametrize(
    "content, says", [case[1:] for case in WHOLE_FILES], ids=[case[0] for case in WHOLE_FILES]
)
def test_a_file_that_is_no_declaration(tmp_path, capsys, content, says):
    file = tmp_path / "wrong.yaml"
    file.write_bytes(content)
    code, said = run_check(file, capsys)
    assert code == 2, said
    assert "wrong.yaml" in said
    assert says in said
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_does_not_exist_names_the_nearest(tmp_path, capsys):
    (tmp_path / "regime.yaml").write_text(REGIME)
    code, said = run_check(tmp_path / "regim.yaml", capsys)
    assert code == 2
    assert "regim.yaml: does not exist" in said
    assert "regime.yaml" in said
    code, said = run_check(tmp_path / "permis-a-point.yaml", capsys)
    assert code == 2
    assert 'did you mean the shipped "permis-a-points"?' in said


def test_a_folder_is_no_file(tmp_path, capsys):
    code, said = run_check(tmp_path, capsys)
    assert code == 2
    assert "is a folder; expected a file" in said


def test_a_link_to_nothing(tmp_path, capsys):
    link = tmp_path / "link.yaml"
    link.symlink_to(tmp_path / "gone.yaml")
    code, said = run_check(link, capsys)
    assert code == 2
    assert "is a link to a file that does not exist" in said


def test_an_unknown_name_names_the_nearest(capsys):
    code, said = run_check("rank-my-live", capsys)
    assert code == 2
    assert 'did you mean "rank-my-life-2028"?' in said
