"""Every line that a table of effects can have is in the catalogues; metrics are named as they are defined."""

import pytest

from moot.catalogue import catalogue
from moot.declaring.files import shipped_names
from moot.dossier.harms import harms
from moot.dossier.wording import GROUPS, Say
from moot.experiment.scenario import load_scenario
from moot.findings import summary, talk
from moot.findings.effects import ASKED, DECLARED
from moot.findings.metric_words import load_metrics
from moot.findings.rules import Rules
from moot.findings.summary import table_rows
from moot.vocabulary import load_vocabulary


class Everything(dict):
    """Totals in which every measure was counted once, so that no line is left out."""

    def __contains__(self, name):
        return True

    def __getitem__(self, name):
        return 1

    def get(self, name, other=None):
        return 1


@pytest.fixture(scope="module")
def lines():
    found = {}
    for name in shipped_names("scenario"):
        scenario = load_scenario(name)
        rules = Rules(scenario, tuple(scenario.arms))
        for arm in scenario.arms:
            for row in table_rows(rules, arm, Everything(), Everything()):
                found.setdefault(row.words, name)
    counted = dict.fromkeys(
        ("private:sum", "spoken:sum", "private:support", "spoken:for", "spoken:against", "unafraid:for",
         "unafraid:against", "silent:for", "silent:against", "asked:support"), 1,
    )  # fmt: skip
    one = talk.talk_from({f"opinion:{name}": 1 for name in counted} | {"people": 9}, "")
    opinion = load_scenario("rank-my-life-2028").country_model.opinion
    return [*found, *(row.words for row in talk.rows_between(one, one, 9, opinion))]


def test_every_line_has_words_in_both_languages(lines):
    assert len(lines) > 90
    english, french = Say("en"), Say("fr")
    for line in lines:
        assert english.line(line) == line
        said = french.line(line)
        assert said != line and french.key_of(line), line
        assert " of the " not in said and "people" not in said, said


def test_a_line_that_no_catalogue_has_stays_as_it_is():
    assert Say("fr").line("  something new") == "  something new" and Say.key_of("something new") == ""
    assert Say("fr").line("  of these, turned down") == "  dont\u00a0: rejetées"


def test_groups_acts_contexts_and_metrics_are_those_of_the_program():
    assert {*summary.GROUPS, DECLARED, ASKED} == GROUPS.keys()
    measures, vocabulary = catalogue("measures", "en"), load_vocabulary()
    assert {name: measures(f"act.{name}") for name in vocabulary.acts} == {
        name: act.words for name, act in vocabulary.acts.items()
    }
    assert {name: measures(f"context.{name}") for name in vocabulary.contexts} == vocabulary.contexts
    names = catalogue("metric-names", "en")
    for row in load_metrics().rows:
        assert (names(f"{row.id}.name"), names(f"{row.id}.is-not")) == (row.name, row.is_not)
    own = [key for key in names.sentences if not key.startswith("unit.")]
    assert len(own) == 2 * len(load_metrics().rows)


def test_harms_name_lines_that_there_are():
    keys = catalogue("measures", "en").sentences
    dossier = catalogue("dossier", "en")
    for one in harms():
        assert set(one.counts) <= keys.keys() and f"harm.{one.name}" in dossier and one.charter


def test_measures_in_words():
    assert Say("en").measure("act:*:charged-by-regime") == "charges by the scheme (every one of them)"
    assert Say("fr").measure("act:protest:acts") == "actes réels (participe à une manifestation pacifique)"
    assert Say("fr").measure("trip:air:refused") == "refus (une place d'avion)"
    assert Say("en").measure("work:unemployed:people") == "people, last day (unemployed)"
    assert Say("en").measure("engine:clamped") == ""
    assert Say("fr").two(-1234.5, sign=True) == "−1\u202f200"


def test_values_are_never_read_as_marks():
    said = Say("en").rich("state-unfinished", done="*1*", jobs="[a](#b)", command="x `y`")
    assert "".join(span.words for span in said).count("*1* of [a](#b)") == 1
    assert [span.words for span in said if span.style == "code"] == ["x `y`"]


def test_ages_are_told_in_both_languages():
    assert [Say(one).level("5 to 9") for one in ("en", "fr")] == ["5 to 9", "5 à 9"]
    assert [Say(one).level("85 and over") for one in ("en", "fr")] == ["85 and over", "85 et plus"]
