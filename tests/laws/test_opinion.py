"""Section 12 of the equations: what people think, say, and do not say."""

import math
from datetime import date

import numpy as np
import pytest

from moot.country import population
from moot.country.reading import country_from
from moot.declaring.source import source_of_text
from moot.draws.philox import purpose, seed_key, static_hash
from moot.errors import DeclarationError
from moot.findings.curves import curves_of
from moot.findings.run import run_of
from moot.findings.talk import talk_of
from moot.regime.reading import regime_from
from moot.regime.words import account
from moot.society.engine import Society
from moot.society.law import MIND_MEASURES
from moot.society.opinion import ANCHOR, FELT, PRIVATE, SILENT, UNIT, WEEK
from tests.laws import worlds as w
from tests.reference.dense import Dense
from tests.regime.texts import COUNTRY, REGIME

PROTEST, RED = "protest", "red-light"
EVERYBODY, NOBODY = 1e6, 0  # scales of the voice
TIES = [
    {"kind": "household"},
    {"kind": "ring", "name": "near", "reach": 2, "sort": {"age": 1.0}, "noise": 0.3},
    {"kind": "clique", "name": "work", "size": 5, "who": "employed-or-school"},
]
QUIET = {"sanctioned": 0, "wronged": 0, "tie_sanctioned": 0}


def opinion(*, scale=EVERYBODY, base=0, climate=0, fear=0, fear_for=0, felt=None, **changes):
    """Nothing moves anybody but talk, and everybody talks, unless said otherwise."""
    made = {
        "start": {"support": 0.5, "strong": 0.2},
        "openness": {"a": 4, "b": 2},
        "voice": {"shape": 1, "scale": scale},
        "speaking": {"base": base, "climate": climate, "fear": fear, "fear_of_supporters": fear_for},
        "experience": felt or QUIET,
    }
    return made | changes


def land(of, *, acts=None, beliefs=None, ties=TIES):
    """A country with this opinion and one lawful act."""
    made = w.country(acts or {PROTEST: {"base_per_day": 0.01, "per": "person"}}, beliefs=beliefs, ties=ties)
    return made | ({} if of is None else {"opinion": of})


class Looks:
    """What everybody thinks and said, at the end of each sweep."""

    def __init__(self):
        self.minds, self.days = [], []

    def __call__(self, society, today):
        self.society = society
        if today % WEEK == 0:
            self.minds.append(society.books["mind"].copy())
            self.days.append(today)


def looked_at(folder, of, arms=None, *, people, days, **options):
    looks = Looks()
    result = w.run(w.scenario(folder, of, arms, people=people, days=days), on_day=looks, **options)
    return result, looks


def plain(result):
    """The dense account of the same people: ties as lists, statics one by one."""
    return Dense(result.population, result.compiled, first=result.record.first, days=0).minds


def static(people, what):
    key = seed_key(1)
    return np.array([int(static_hash(key, purpose(f"opinion/{what}"), i)) for i in range(people)], np.uint64)


def openness(result):
    table = result.compiled.world[0]["openness"]
    return table[(static(result.people, "openness") >> np.uint64(52)).astype(np.int64)]


def weights(result):
    """The ties as a matrix: row i holds how often i is tied to each other person."""
    made = np.zeros((result.people, result.people), np.int64)
    for i, ties in enumerate(plain(result).ties):
        np.add.at(made[i], ties, 1)
    return made


def count(result, name, arm="status-quo"):
    """A measure in the last month, over the country."""
    minds = result.record.minds
    return int(minds.region[result.arms.index(arm), -1, :, minds.names.index(name)].sum())


def said_in(mind):
    """What everybody said last week, or SILENT; (people, arms): the highest bit of FELT says who spoke."""
    return np.where(mind[..., FELT] < 0, mind[..., PRIVATE], SILENT).astype(np.int64)


# Talk.


def test_talk_of_all_ends_at_the_fixed_point(tmp_path):
    """x = (I - LW)^-1 (I - L) u, within the rounding error 0.5 / (1 - most open) of the integers."""
    result, looks = looked_at(tmp_path, land(opinion(base=30)), people=200, days=1400, panel=0)
    tied = weights(result).astype(float)
    alone = tied.sum(1) == 0
    tied[alone, alone] = 1.0  # those without ties listen to themselves
    share = openness(result) / 256
    walk = share[:, None] * tied / tied.sum(1)[:, None]
    mind = looks.minds[-1][:, 0].astype(float)
    expected = np.linalg.solve(np.eye(result.people) - walk, (1 - share) * mind[:, ANCHOR])
    apart = np.abs(mind[:, PRIVATE] - expected)
    assert apart.max() <= 0.5 / (1 - share.max()) + 0.5
    assert np.quantile(apart, 0.99) <= UNIT / 2**13 and np.mean(apart) < 1
    assert np.all(mind[:, FELT] < 0)
    assert mind[:, PRIVATE].std() < 0.8 * mind[:, ANCHOR].std()  # talk brings people together, not to one


def test_where_nobody_speaks_everybody_keeps_their_anchor(tmp_path):
    result, looks = looked_at(tmp_path, land(opinion(scale=NOBODY)), people=500, days=60, panel=0)
    assert all((said_in(mind) == SILENT).all() for mind in looks.minds)
    assert all((mind[:, :, PRIVATE] == mind[:, :, ANCHOR]).all() for mind in looks.minds)
    assert count(result, "opinion:spoken:for") == count(result, "opinion:spoken:against") == 0


def test_where_all_think_alike_nothing_moves(tmp_path, monkeypatch):
    run = Society.run

    def alike(society, **named):
        if society.reporting:
            society.books["mind"][:, :, :2] = 5001
        return run(society, **named)

    monkeypatch.setattr(Society, "run", alike)
    _, looks = looked_at(tmp_path, land(opinion(scale=4)), people=1_000, days=100, panel=0)
    assert all((mind[:, :, PRIVATE] == 5001).all() for mind in looks.minds)


def test_one_sweep_is_that_of_a_recount(tmp_path, monkeypatch):
    """Every opinion of every week, from what was said the week before, over several blocks."""
    monkeypatch.setattr(population, "SMALLEST_BLOCK", 100)
    result, looks = looked_at(tmp_path, land(opinion(scale=2)), people=500, days=120, panel=0)
    assert result.population.layout.blocks > 2
    tied, share = weights(result), openness(result)
    silent = 0
    for before, after in zip(looks.minds, looks.minds[1:], strict=False):
        said = said_in(before)[:, 0]
        speaks = (said != SILENT).astype(np.int64)
        total, heard = tied @ (said * speaks), tied @ speaks
        total = np.where(heard > 0, total, before[:, 0, PRIVATE])
        many = np.maximum(1, heard)
        number = share * total + (256 - share) * after[:, 0, ANCHOR].astype(np.int64) * many
        view, rest = np.divmod(number, 256 * many)
        up = (2 * rest > 256 * many) | ((2 * rest == 256 * many) & (view % 2 == 1))
        np.testing.assert_array_equal(after[:, 0, PRIVATE], view + up)
        silent += int((heard == 0).sum())
    assert silent > 0


def test_the_first_day_has_the_declared_shares(tmp_path):
    start = {"support": 0.8, "strong": 0.49, "strongly_against": 0.05}
    result, looks = looked_at(
        tmp_path, land(opinion(scale=NOBODY, start=start)), people=20_000, days=7, panel=0
    )
    x = looks.minds[0][:, 0, ANCHOR]
    for found, expected in ((x > 0, 0.8), (x > UNIT // 2, 0.49), (x < -UNIT // 2, 0.05)):
        w.agrees(found.mean(), expected, w.binomial(expected, result.people))
    assert -UNIT <= x.min() and x.max() <= UNIT
    assert count(result, "opinion:private:support") == (x > 0).sum()
    assert count(result, "opinion:private:sum") == x.astype(np.int64).sum()


# Voice and silence.


def test_speech_follows_what_is_heard_with_the_declared_correlation(tmp_path):
    """r = coefficient x s.d. of what is heard x sqrt(P (1 - P)): 0.1 for 0.4 and a s.d. of 0.5."""
    pull = 0.4
    of = land(opinion(climate=pull), ties=[TIES[1] | {"reach": 1}])
    result, looks = looked_at(tmp_path, of, people=4_000, days=7 * 30, panel=0)
    ties = plain(result).ties
    heard, spoke = [], []
    for before, after in zip(looks.minds[1:], looks.minds[2:], strict=False):
        said = said_in(before)[:, 0]
        lean = np.where(said == SILENT, 0, np.where(said > 0, 1, -1))
        spoken = said != SILENT
        n = np.array([spoken[t].sum() for t in ties])
        mean = np.array([lean[t].sum() for t in ties]) / np.maximum(1, n)
        heard.append(np.where(after[:, 0, PRIVATE] > 0, mean, -mean))
        spoke.append(said_in(after)[:, 0] != SILENT)
    a, s = np.concatenate(heard), np.concatenate(spoke).astype(float)
    chance = 1 / (1 + np.exp(-pull * a))
    law = np.cov(chance, a)[0, 1] / (a.std() * math.sqrt(chance.mean() * (1 - chance.mean())))
    w.agrees(float(np.corrcoef(s, a)[0, 1]), law, 1 / math.sqrt(len(a)), what="correlation")
    assert law == pytest.approx(pull * a.std() * 0.5, rel=0.05)


def test_without_fear_there_is_no_fear_in_the_support(tmp_path):
    result, _ = looked_at(tmp_path, land(opinion(scale=4, climate=0.4)), people=3_000, days=100, panel=0)
    for side in ("for", "against"):
        assert count(result, f"opinion:spoken:{side}") == count(result, f"opinion:unafraid:{side}") > 0
    assert all(talk.fear_in_support == 0 for talk in talk_of(run_of(result), "status-quo"))


def test_fear_silences_critics_by_the_declared_odds(tmp_path):
    """Share of critics who speak: mean of (1 - exp(-k v)) x s(base - fear p); of supporters likewise."""
    p, k = 0.3, 4
    of = land(
        opinion(scale=k, base=0.5, fear=6, fear_for=2),
        beliefs={"prior": {"offence": 0.2, "lawful": p}},
        ties=[],
    )
    result, _ = looked_at(tmp_path, of, people=40_000, days=31, panel=0)
    eager = k / (k + 1)
    sides = {}
    for side, steep in (("for", 2), ("against", 6)):
        spoke, silent = (count(result, f"opinion:{x}:{side}") for x in ("spoken", "silent"))
        for measure, law in (("spoken", 0.5 - steep * p), ("unafraid", 0.5)):
            expected = eager / (1 + math.exp(-law))
            found = sides[measure, side] = count(result, f"opinion:{measure}:{side}") / (spoke + silent)
            w.agrees(found, expected, w.binomial(expected, spoke + silent), what=f"{measure} {side}")
    talk = talk_of(run_of(result), "status-quo")[-1]
    assert talk.fear_in_support > 0.1  # critics are silenced more


def test_who_must_answer_falsifies_by_fear(tmp_path):
    """Answers in favour: supporters, and of the others the share falsifying x p."""
    p, share = 0.4, 0.5
    of = land(opinion(asked={"falsifying": share}), beliefs={"prior": {"offence": 0.2, "lawful": p}}, ties=[])
    result, _ = looked_at(tmp_path, of, people=20_000, days=31, panel=0)
    support = count(result, "opinion:private:support")
    others = result.people - support
    falsified = (count(result, "opinion:asked:support") - support) / others
    w.agrees(falsified, share * p, w.binomial(share * p, others))


def test_dissidents_are_the_top_hundredth_of_voices_whatever_happens(tmp_path):
    eye = w.regime(w.scheme({RED: {"points": 1}}), sensors=[w.eye({RED: 1.0})])
    acts = {RED: {"base_per_day": 0.01, "per": "person"}}
    of = land(opinion(felt=QUIET | {"sanctioned": -0.2}), acts=acts)
    result, _ = looked_at(tmp_path, of, {"watch": eye}, people=20_000, days=31, panel=0)
    voices = static(result.people, "voice") >> np.uint64(32)
    chosen = int((voices >= round(0.99 * 2**32)).sum())
    w.agrees(chosen / result.people, 0.01, w.binomial(0.01, result.people))
    for arm in result.arms:
        kinds = ("spoken:for", "spoken:against", "silent:for", "silent:against")
        assert sum(count(result, f"dissidents:{kind}", arm) for kind in kinds) == chosen


# What moves anchors.


def charged_world(folder, felt, **changes):
    acts = {RED: {"base_per_day": 0.01, "per": "person"}}
    eye = w.regime(w.scheme({RED: {"points": 1}}), sensors=[w.eye({RED: 1.0})], **changes)
    of = land(opinion(scale=NOBODY, felt=felt), acts=acts, beliefs={"vicarious": 1e-6})
    return looked_at(folder, of, {"watch": eye}, people=1_000, days=200)


def test_a_charge_moves_the_anchor_of_who_is_charged_and_of_ties(tmp_path, monkeypatch):
    w.everybody_seen(monkeypatch)
    own, tie = -0.02, -0.001
    result, looks = charged_world(tmp_path, {"sanctioned": own, "wronged": 0, "tie_sanctioned": tie})
    rows = w.lives(result)
    rows = rows[rows[:, 0] <= looks.days[-1]]
    arm = result.arms.index("watch")

    def of(kind):
        mine = rows[(rows[:, 3] == kind) & (rows[:, 2] == arm)]
        return np.bincount(mine[:, 1], minlength=result.people)

    charged, heard = of(5), of(15)
    assert charged.sum() > 1_000 and heard.sum() > charged.sum()
    mind = looks.minds[-1].astype(np.int64)
    start = mind[:, 1 - arm, ANCHOR]
    moved = charged * round(own * UNIT) + heard * round(tie * UNIT)
    np.testing.assert_array_equal(mind[:, arm, ANCHOR], np.maximum(-UNIT, start + moved))


def test_nobody_feels_what_nobody_is_told(tmp_path):
    felt = {"sanctioned": -0.2, "wronged": -0.5, "tie_sanctioned": -0.05}
    result, looks = charged_world(tmp_path, felt, notice=False)
    assert w.total(result, f"act:{RED}:charged-by-regime", "watch") > 1_000
    np.testing.assert_array_equal(looks.minds[-1][:, 0], looks.minds[-1][:, 1])


def test_campaigns_move_anchors_by_trust_times_strength_exactly(tmp_path):
    """Three first days of a month; a telling moves everybody alike, by its step of the mean at the start."""
    b, step = 0.02, -0.12
    said = {"frame": "road-danger", "from": date(2028, 1, 10), "until": date(2028, 4, 1), "strength": b}
    talked = w.regime(w.scheme({}), campaigns=[said])
    told = w.regime(w.scheme({}), repression_told={"on": date(2028, 2, 3), "step": step})
    result, looks = looked_at(
        tmp_path,
        land(opinion(scale=NOBODY)),
        {"talked": talked, "told": told},
        people=2_000,
        days=130,
        panel=0,
    )
    mind = looks.minds[-1][:, :, ANCHOR].astype(np.int64)
    trust = (static(result.people, "trust") >> np.uint64(48)).astype(np.int64)
    by = np.floor(trust * round(b * 2**30) / 2**32 + 0.5).astype(np.int64)
    np.testing.assert_array_equal(mind[:, 1], np.minimum(UNIT, mind[:, 0] + 3 * by))
    assert np.abs(by - trust / 65536 * b * UNIT).max() <= 0.5
    mean = 0.5 * -0.5 + 0.3 * 0.25 + 0.2 * 0.75
    np.testing.assert_array_equal(mind[:, 2], np.maximum(-UNIT, mind[:, 0] + round(step * (1 + mean) * UNIT)))


# What is given up.


def test_what_is_forgone_is_what_the_twin_does(tmp_path):
    """Where fear only rises, lawful acts done and lawful acts forgone are together the twin's."""
    of = land(
        opinion(), beliefs={"elasticity": {"offence": 0, "lawful": 2}},
        acts={PROTEST: {"base_per_day": 0.01, "per": "person", "headroom": 1.3}},
    )  # fmt: skip
    watch = w.regime(
        w.scheme({PROTEST: {"points": 1}}), sensors=[w.eye({PROTEST: 0.5})],
        announced=date(2028, 1, 1), believed_share=0.5,
    )  # fmt: skip
    result, _ = looked_at(tmp_path, of, {"watch": watch}, people=5_000, days=100, panel=0)
    done, forgone = (
        [w.total(result, f"act:{PROTEST}:{what}", arm) for arm in ("status-quo", "watch")]
        for what in ("acts", "forgone")
    )
    assert forgone[0] == 0 < forgone[1]
    assert done[1] + forgone[1] == done[0]


# Off, neutral, threads, arms.


def seen(folder, of):
    acts = {RED: {"base_per_day": 0.01, "per": "person"}, PROTEST: {"base_per_day": 0.01, "per": "person"}}
    score = {"tiers": [{"tier": "up", "from": 90}, {"tier": "down", "from": 0}]}
    watch = w.regime(
        w.scheme({RED: {"points": 6}, PROTEST: {"points": 3}}, score=score),
        sensors=[w.eye({RED: 0.5, PROTEST: 0.5})],
    )
    return w.scenario(
        folder, land(of, acts=acts, beliefs={"vicarious": 0.01}), {"watch": watch}, people=1_000, days=60
    )


LIVELY = opinion(
    scale=4, climate=0.4, fear=2, fear_for=0.5, asked={"falsifying": 0.5},
    felt={"sanctioned": -0.2, "wronged": -0.5, "tie_sanctioned": -0.05},
)  # fmt: skip


@pytest.mark.parametrize("of", [opinion(scale=NOBODY), LIVELY], ids=["neutral", "lively"])
def test_opinion_changes_nothing_else(tmp_path, of):
    """Whatever people think and say, acts, charges, scores and fear are those without the section."""
    off, on = (w.run(seen(tmp_path / name, one), panel=0) for name, one in (("off", None), ("on", of)))
    assert off.record.minds is None
    for a in range(2):
        names = on.compiled.columns.flow_names[a]
        for column, name in off.compiled.columns.flow_names[a].items():
            (there,) = (c for c, other in names.items() if other == name)
            np.testing.assert_array_equal(
                off.record.month[a][..., column], on.record.month[a][..., there], err_msg=name
            )
        added = set(names.values()) - set(off.compiled.columns.flow_names[a].values())
        assert added == {f"act:{PROTEST}:forgone"}
    for table in ("score", "fear", "s_month", "level_score"):
        np.testing.assert_array_equal(getattr(off.record, table), getattr(on.record, table))


def test_threads_and_other_arms_do_not_enter(tmp_path, monkeypatch):
    monkeypatch.setattr(population, "SMALLEST_BLOCK", 100)
    asked = seen(tmp_path, LIVELY)
    one = w.run(asked, panel=0)
    assert one.population.layout.blocks > 2
    assert w.run(asked, panel=200, threads=2).digests == one.digests
    for arm in one.arms:
        assert w.run(asked, panel=0, arms=[arm]).digests == {arm: one.digests[arm]}
    assert len(set(one.digests.values())) == 2


def test_arms_begin_with_the_same_minds(tmp_path):
    _, looks = looked_at(
        tmp_path, land(LIVELY), {"watch": w.regime(w.scheme({}))}, people=500, days=60, panel=0
    )
    assert all((mind[:, 0] == mind[:, 1]).all() for mind in looks.minds)
    assert looks.minds[-1][:, 0, FELT].any()


def test_levels_and_regions_add_up(tmp_path):
    result = w.run(seen(tmp_path, LIVELY), panel=0)
    minds = result.record.minds
    assert len(minds.names) == 2 * len(MIND_MEASURES)
    sexes = [x for x, (attribute, _) in enumerate(result.compiled.slots) if attribute == "sex"]
    np.testing.assert_array_equal(minds.level[:, :, sexes].sum(2), minds.region.sum(2))
    run = run_of(result)
    talk = talk_of(run, "watch")[-1]
    assert talk.people == result.people and -1 <= talk.private <= 1
    assert talk.said_for + talk.silent_for == talk.support
    spoken = next(one for one in curves_of(run, "watch") if one.title.endswith("those who spoke of it"))
    assert spoken.lines[0].values[-1] == 1000 * talk.spoken_support
    assert "per 1,000 of those who spoke" in spoken.description
    words = [row.words for row in run.summary("watch").rows]
    assert "said, unasked: against it" in words and any("forgone" in word for word in words)


# What can be declared.


TEXT = """opinion:
  start: {support: 0.4, strong: 0.1}
  openness: {a: 4, b: 2}
  voice: {shape: 1, scale: 4}
  speaking: {base: 0, climate: 0.4, fear: 2, fear_of_supporters: 0.5}
  experience: {sanctioned: -0.2, wronged: -0.5, tie_sanctioned: -0.05}
"""


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("strong: 0.1", "strong: 0.5", "more than the 0.4 who are for it"),
        ("strong: 0.1", "strong: 0.1, strongly_against: 0.7", "more than the 0.6 who are not for it"),
        ("sanctioned: -0.2,", "sanctioned: -3,", "expected -2 to 2"),
        ("fear: 2,", "fear: -2,", "is not 0 or more"),
        ("base: 0,", "base: 5000,", "at most 1,000"),
        ("a: 4,", "a: {value: 4, mark: assumed},", "has no range"),
        ("scale: 4", "scale: 4, religion: 1", "religion"),
    ],
)
def test_what_cannot_be_is_said_at_its_line(was, now, said):
    assert country_from(source_of_text(COUNTRY + TEXT, "country.yaml")).opinion is not None
    with pytest.raises(DeclarationError, match=said) as raised:
        country_from(source_of_text(COUNTRY + TEXT.replace(was, now, 1), "country.yaml"))
    assert "country.yaml:" in str(raised.value)


CAMPAIGN = """campaigns:
  - frame: pollution
    from: 2028-01-01
    until: 2028-06-30
    strength: {value: 0.02, range: [0.007, 0.06], mark: assumed}
repression_told: {on: 2028-03-01, step: -0.12}
"""


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("frame: pollution", "frame: polluters-of-the-north", "hate-speech"),
        ("until: 2028-06-30", "until: 2027-06-30", "before it begins"),
        ("value: 0.02, range: [0.007, 0.06]", "value: 3, range: [1, 4]", "the whole scale"),
        ("frame: pollution", "frame: pollution\n    sex: women", "sex"),
    ],
)
def test_a_campaign_has_one_of_five_frames_and_no_addressee(was, now, said):
    regime = regime_from(source_of_text(REGIME + CAMPAIGN, "regime.yaml"))
    assert [one.frame for one in regime.campaigns] == ["pollution"]
    with pytest.raises(DeclarationError, match=said):
        regime_from(source_of_text(REGIME + CAMPAIGN.replace(was, now, 1), "regime.yaml"))


def test_a_campaign_is_told_in_plain_words():
    regime = regime_from(source_of_text(REGIME + CAMPAIGN, "regime.yaml"))
    lines = account(regime)
    at = lines.index("What is said of it")
    assert "a campaign says that it is against pollution" in lines[at + 1]
    assert "On 2028-03-01 people are told" in lines[at + 2]


def test_a_campaign_where_nobody_has_an_opinion_is_warned_of(tmp_path):
    said = {"frame": "offending", "from": date(2028, 1, 1), "until": date(2028, 2, 1), "strength": 0.02}
    regime = w.regime(w.scheme({}), campaigns=[said])
    asked = w.scenario(tmp_path, land(None), {"watch": regime}, people=200, days=10)
    assert any("moves nobody" in problem.message for problem in asked.warnings)
    assert w.run(asked, panel=0).record.minds is None
