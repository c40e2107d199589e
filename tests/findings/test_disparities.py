"""Rates by group: closed forms, the definitions of fairlearn where it is installed, and too few to say."""

from __future__ import annotations

import numpy as np
import pytest

from moot.errors import UserError
from moot.findings.disparities import between_two, rates_by_group
from moot.findings.samples import generator


def people(**groups):
    """Labels and events: name=(people, events)."""
    labels = np.concatenate([[name] * n for name, (n, _) in groups.items()])
    events = np.concatenate([np.arange(n) < e for n, e in groups.values()])
    return labels, events


def test_rates_differences_and_ratios_by_hand():
    found = rates_by_group(*people(a=(100, 20), b=(200, 60), c=(100, 50)))
    assert [group.rate for group in found.groups] == [0.2, 0.3, 0.5]
    assert found.overall.rate == 130 / 400
    apart, ratio = found.difference(), found.ratio()
    assert (apart.value, apart.highest, apart.lowest) == (pytest.approx(0.3), "c", "a")
    assert (ratio.value, ratio.highest, ratio.lowest) == (pytest.approx(0.4), "c", "a")
    apart, ratio = found.difference("overall"), found.ratio("overall")
    assert (apart.value, apart.highest, apart.lowest) == (pytest.approx(0.175), "c", "overall")
    assert (ratio.value, ratio.highest, ratio.lowest) == (pytest.approx(0.2 / 0.325), "overall", "a")
    assert found["b"].told == "300 per 1,000"


@pytest.mark.parametrize(
    ("n", "e", "few"), [(49, 20, True), (50, 10, False), (5_000, 9, True), (50, 9, True)]
)
def test_fewer_than_50_people_or_10_events_are_too_few_to_say(n, e, few):
    found = rates_by_group(*people(a=(100, 20), b=(200, 60), small=(n, e)))
    assert found["small"].few is few
    assert (found["small"].rate is None) is few
    assert (found["small"].told == "too few to say") is few
    assert found.left_out == (("small",) if few else ())
    assert found.difference().left_out == found.left_out
    if few:
        assert {found.difference().highest, found.difference().lowest} == {"a", "b"}


def test_nothing_is_compared_with_too_few():
    found = rates_by_group(*people(a=(100, 20), b=(30, 20)))
    assert found.difference() is None and found.ratio() is None
    assert found.difference("overall").lowest == "a"
    assert rates_by_group(*people(a=(100, 2), b=(30, 2))).difference("overall") is None


def test_only_those_exposed_count():
    labels, charged = people(a=(200, 30), b=(200, 60))
    innocent = np.arange(400) % 200 >= 10  # the first ten of each did it
    found = rates_by_group(labels, charged, innocent)
    assert [(group.people, group.events) for group in found.groups] == [(190, 20), (190, 50)]


def test_counts_are_rates_a_person_and_labels_may_be_numbers():
    found = rates_by_group(np.repeat([1, 2], 60), np.repeat([2, 1], 60))
    assert [(group.name, group.rate) for group in found.groups] == [("1", 2), ("2", 1)]


def test_two_groups_over_replicates():
    """The true difference is 0.1 and the true ratio 1.5; both intervals hold them as often as they say."""
    hits = np.zeros(2)
    for seed in range(200):
        draw = generator(seed, "two groups")
        replicates = [
            rates_by_group(*people(a=(80, draw.binomial(80, 0.3)), b=(80, draw.binomial(80, 0.2))))
            for _ in range(10)
        ]
        difference, ratio = between_two(replicates, "a", "b")
        hits += [difference.holds(0.1), ratio.holds(1.5)]
    assert hits / 200 == pytest.approx(np.array([0.95, 0.95]), abs=0.04)


def test_two_groups_with_too_few_over_all_replicates():
    few = [rates_by_group(*people(a=(80, 2), b=(80, 20)))] * 4
    assert between_two(few, "a", "b") is None
    assert between_two(few * 2, "a", "b") is not None  # 16 events


def test_the_definitions_are_those_of_fairlearn():
    metrics = pytest.importorskip(
        "fairlearn.metrics", reason="fairlearn is not installed: closed forms stand in"
    )
    draw = generator(1, "fairlearn")
    labels = draw.choice(["a", "b", "c", "d"], 4_000, p=[0.1, 0.2, 0.3, 0.4])
    did = draw.random(4_000) < 0.4
    charged = draw.random(4_000) < 0.1 + 0.3 * did + 0.1 * (labels == "b")
    for metric, exposed in (
        (metrics.selection_rate, None),
        (metrics.false_positive_rate, ~did),
        (metrics.true_positive_rate, did),
    ):
        frame = metrics.MetricFrame(metrics=metric, y_true=did, y_pred=charged, sensitive_features=labels)
        found = rates_by_group(labels, charged, exposed)
        assert [group.rate for group in found.groups] == pytest.approx(list(frame.by_group))
        assert found.overall.rate == pytest.approx(frame.overall)
        for against, method in (("each other", "between_groups"), ("overall", "to_overall")):
            assert found.difference(against).value == pytest.approx(frame.difference(method=method))
            assert found.ratio(against).value == pytest.approx(frame.ratio(method=method))


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: rates_by_group(["a"], [True, False]), "groups: expected 2 labels"),
        (lambda: rates_by_group([0.5], [True]), "words or whole numbers, got float64"),
        (lambda: rates_by_group(["a"], [-1]), "events: expected true or false"),
        (lambda: rates_by_group(["a"], [0.5]), "events: expected true or false"),
        (lambda: rates_by_group(["a"], [1], [1]), "exposed: expected 1 of true or false"),
        (lambda: rates_by_group(["a"], [1])["b"], "no group called 'b'; there is a"),
        (lambda: rates_by_group(*people(a=(90, 20), b=(90, 20))).ratio("all"), "'each other' or 'overall'"),
    ],
)
def test_what_is_refused(ask, said):
    with pytest.raises(UserError, match=said):
        ask()
