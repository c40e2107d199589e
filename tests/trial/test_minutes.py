"""The chain tells any change of what is kept, and verifies without what may be erased."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moot.trial.minutes import ERASED, Draft, Kept, Minutes, commitment

WORDS = st.text(min_size=1, max_size=30)
DRAFTS = st.lists(
    st.builds(
        lambda kind, at, body, text: Draft(kind=kind, by="president", at=at, body=body, texts={"text": text}),
        st.sampled_from(["speech", "point"]),
        st.integers(0, 10**6),
        st.dictionaries(st.sampled_from(["ground", "stage"]), st.integers(0, 99)),
        WORDS,
    ),
    min_size=2,
    max_size=6,
)


def written(drafts):
    minutes = Minutes()
    for draft in drafts:
        minutes.append(draft)
    return minutes


def changed(record, name):
    value = getattr(record, name)
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return value + "x" if name in ("kind", "by") else f"{int(value[:1], 16) ^ 1:x}" + value[1:]
    return {**value, "more": "0" * 64}


@settings(max_examples=60, deadline=None)
@given(DRAFTS, st.data())
def test_f38_a_change_of_anything_in_any_record_is_told(drafts, data):
    minutes = written(drafts)
    assert minutes.problems() == []
    records = list(minutes)
    place = data.draw(st.integers(0, len(records) - 1))
    name = data.draw(st.sampled_from([one.name for one in dataclasses.fields(records[0])]))
    records[place] = dataclasses.replace(records[place], **{name: changed(records[place], name)})
    assert Minutes(records, minutes.kept).problems()


@settings(max_examples=40, deadline=None)
@given(DRAFTS, st.data())
def test_a_record_taken_out_or_two_exchanged_are_told(drafts, data):
    minutes = written(drafts)
    records = list(minutes)
    place = data.draw(st.integers(0, len(records) - 2))
    without = Minutes(records[:place] + records[place + 1 :], ())
    exchanged = [*records]
    exchanged[place], exchanged[place + 1] = exchanged[place + 1], exchanged[place]
    assert without.problems() and Minutes(exchanged, ()).problems()


@settings(max_examples=40, deadline=None)
@given(DRAFTS, st.data())
def test_texts_can_go_and_cannot_change(drafts, data):
    minutes = written(drafts)
    place = data.draw(st.integers(0, len(minutes.kept) - 1))
    one = minutes.kept[place]
    forged = [
        *minutes.kept[:place],
        Kept(one.record, one.field, one.salt, one.text + "x"),
        *minutes.kept[place + 1 :],
    ]
    assert any("is not the one that was written" in said for said in Minutes(minutes, forged).problems())
    assert minutes.erase(lambda record, field: True) == len(drafts)
    assert minutes.problems() == [] and minutes.kept == ()
    assert minutes.text(one.record, "text") == ERASED and minutes.text(one.record, "other") == ""


def test_a_cut_end_is_told_by_a_hash_that_was_written_down():
    minutes = written([Draft(kind="speech", by="president", at=n) for n in range(3)])
    short = Minutes(list(minutes)[:2])
    assert short.problems() == [] and minutes.head not in {one.hash for one in short}


def test_equal_texts_have_unequal_commitments():
    minutes = written([Draft(kind="speech", by="president", at=0, texts={"text": "yes"})] * 2)
    first, second = (one.commitments["text"] for one in minutes)
    assert first != second
    assert commitment("00", "yes") == commitment("00", "yes") != commitment("01", "yes")


def test_a_record_that_is_not_there_is_no_record():
    with pytest.raises(IndexError, match="there is no record 1"):
        Minutes()[1]
