"""Invitations: a token opens one seat of one case until it ends, and nothing else."""

import json

import pytest

from moot.errors import CaseError, UnknownNameError
from moot.store.cases import CaseStore
from moot.trial.invitations import SCREEN, come, invitations_of, invite, revoke, seat_of
from moot.trial.keeping import keep, kept_case, problems, wipe
from tests.trial.hearings import everything_in, fresh, ran, ready

NOW = 1_900_000_000


@pytest.fixture
def folder(tmp_path):
    keep(ready(), tmp_path / "case")
    return tmp_path / "case"


def test_f41_a_token_opens_its_seat_and_who_holds_which_role_is_known(folder):
    made, token = invite(folder, "claimants", now=NOW)
    screen, reads = invite(folder, SCREEN, now=NOW)
    assert (seat_of(folder, token, now=NOW).role, seat_of(folder, token, now=NOW).seat) == ("claimants", 1)
    assert [(one.role, one.used) for one in invitations_of(folder)] == [("claimants", None), (SCREEN, None)]
    come(folder, token, now=NOW + 5)
    come(folder, token, now=NOW + 9)
    assert [(one.id, one.used) for one in invitations_of(folder)] == [(made.id, NOW + 5), (screen.id, None)]
    assert seat_of(folder, reads, now=NOW).role == SCREEN and problems(folder) == []


def test_f41_a_token_of_one_case_or_seat_opens_nothing_else(folder, tmp_path):
    _, token = invite(folder, "claimants", now=NOW)
    other = tmp_path / "other"
    keep(ready(), other)
    theirs, _ = invite(other, "president", now=NOW)
    for wrong in (token, "", ".", token[:-1], token + "x", f"{theirs.id}.{token.partition('.')[2]}"):
        with pytest.raises(CaseError, match="opens no seat"):
            come(other, wrong, now=NOW)
    # even a row that somebody carries over, or one whose seat is changed, opens nothing
    row = dict(CaseStore(folder).read().invitations[0])
    with CaseStore(other).writing() as tables:
        tables.invite(row)
    with pytest.raises(CaseError, match="opens no seat"):
        seat_of(other, token, now=NOW)
    for changed in ({"role": "president"}, {"seat": 2}):
        with CaseStore(folder).writing() as tables:
            tables.invite(row | changed)
        with pytest.raises(CaseError, match="opens no seat"):
            seat_of(folder, token, now=NOW)


def test_f41_a_token_ends_when_it_expires_or_is_revoked_and_every_refusal_reads_the_same(folder):
    _, token = invite(folder, "claimants", seconds=60, now=NOW)
    made, other = invite(folder, "respondent", now=NOW)
    assert seat_of(folder, token, now=NOW + 59)
    revoke(folder, made.id)
    said = set()
    for tried, now in ((token, NOW + 60), (token, NOW - 1), (other, NOW), (f"{made.id}.guess", NOW)):
        with pytest.raises(CaseError) as refused:
            come(folder, tried, now=now)
        said.add(str(refused.value))
    assert len(said) == 1
    with pytest.raises(CaseError, match="no invitation"):
        revoke(folder, "feedbeef")


def test_f41_a_token_is_kept_nowhere_and_a_wipe_leaves_no_invitation(folder):
    _, token = invite(folder, "claimants", now=NOW, phrase="$argon2id$a-hash")
    name, _, secret = token.partition(".")
    assert secret.encode() not in everything_in(folder) and name.encode() in everything_in(folder)
    assert seat_of(folder, token, now=NOW).phrase == "$argon2id$a-hash"
    assert invitations_of(folder)[0].as_dict()["phrase"] is True
    wipe(folder)
    assert invitations_of(folder) == [] and name.encode() not in everything_in(folder)


def test_f41_nobody_is_invited_to_what_is_no_seat(folder, tmp_path):
    for role, seat, kind in (
        ("juror", 1, UnknownNameError),
        ("claimants", 0, CaseError),
        (SCREEN, 2, CaseError),
    ):
        with pytest.raises(kind):
            invite(folder, role, seat=seat, now=NOW)
    with pytest.raises(CaseError, match="seconds"):
        invite(folder, "claimants", seconds=0, now=NOW)
    case = fresh()
    case.do("seat", "president", 0, role="respondent", machine=True)
    keep(case, tmp_path / "machine")
    with pytest.raises(CaseError, match="machine"):
        invite(tmp_path / "machine", "respondent", now=NOW)
    assert "invite" not in {one.kind for one in kept_case(folder).minutes}


def test_the_commands_invite_list_and_revoke(folder, capsys):
    ran(["case", "invite", str(folder), "claimants", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert come(folder, told["token"]).role == "claimants"
    ran(["case", "invitations", str(folder), "--revoke", told["invitation"]])
    said = capsys.readouterr().out
    assert "revoked; somebody came at" in said and told["token"].partition(".")[2] not in said
    with pytest.raises(CaseError):
        come(folder, told["token"])
