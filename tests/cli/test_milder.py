"""`moot alternatives`: what it prints, its object, its files, what it refuses."""

import json

import pytest

from moot.cli.main import main
from moot.regime.reading import load_regime

RML = "rank-my-life-2028"


def said(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["alternatives", *arguments])
    written = capsys.readouterr()
    return int(ended.value.code or 0), written.out, written.err


def test_each_rule_is_told_or_its_reason(capsys):
    code, out, _ = said(capsys, "opt-in-city-card")
    assert code == 0
    assert all(f"\nR{n}  " in out for n in range(10))
    assert "does not apply: nobody who stays out loses anything already" in out
    assert "Synthetic people; mechanism, not forecast." in out


def test_json_is_one_object_with_what_was_written(capsys, tmp_path):
    code, out, _ = said(capsys, RML, "--json", "--write", str(tmp_path / "made"))
    told = json.loads(out)
    assert code == 0 and told["regime"] == RML and told["country"] == "france"
    assert list(told["alternatives"]) == [f"R{n}" for n in range(10)]
    assert told["alternatives"]["R0"]["regime"] is None and told["alternatives"]["R0"]["spends"] is None
    spent = told["alternatives"]["R8"]["spends"]
    assert sum(spent.values()) == pytest.approx(sum(told["budget"].values()))
    names = {load_regime(path).regime for path in told["written"]}
    assert names == {f"{RML}-r{n}" for n in range(1, 10)}
    code, _, err = said(capsys, RML, "--write", str(tmp_path / "made"))
    assert code == 2 and "--force" in err


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((RML, "--aim", "protest"), "always counts as burden"),
        ((RML, "--aim", "fear"), "a burden that is measured"),
        ((RML, "--domain", "assembly"), "always count as burden"),
        (("no-such-regime",), "no regime called"),
        ((RML, "--country", "nowhere"), "no country called"),
    ],
)
def test_what_cannot_be_asked_is_the_users_mistake(capsys, arguments, reason):
    code, out, err = said(capsys, *arguments)
    assert code == 2 and reason in err and out == ""
