"""Append-only minutes: records chained by their hashes, with texts and names beside the chain.

A record holds what is never erased (who as a role, when, which stage, numbers, hashes) and a *commitment*
to each text: SHA-256 of a random salt and the text. Texts and salts stand beside the chain. Take them
away and the chain still verifies, while a text that was changed no longer fits its commitment.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from moot.declaring.values import canonical_json

__all__ = ["BEGINNING", "ERASED", "Draft", "Kept", "Minutes", "Record", "commitment", "new_salt"]

BEGINNING = "0" * 64
"""What stands before the first record."""
ERASED = "(erased)"
_HEX = re.compile(r"[0-9a-f]{64}\Z")
_SALT = re.compile(r"(?:[0-9a-f]{2})+\Z")


def new_salt() -> str:
    """16 random bytes in hex."""
    return secrets.token_hex(16)


def commitment(salt: str, text: str) -> str:
    """SHA-256 (hex) of the salt's bytes and the text in UTF-8."""
    return hashlib.sha256(bytes.fromhex(salt) + text.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What is to be recorded: `body` stays for ever, `texts` can be erased. `at` is in seconds."""

    kind: str
    by: str
    at: int
    body: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Record:
    """One record, numbered from 1; `hash` is that of everything else in it, the hash `before` included."""

    number: int
    kind: str
    by: str
    at: int
    body: Mapping[str, Any]
    commitments: Mapping[str, str]
    before: str
    hash: str

    def content(self) -> dict[str, Any]:
        """What is hashed."""
        return {
            "number": self.number,
            "kind": self.kind,
            "by": self.by,
            "at": self.at,
            "body": dict(self.body),
            "commitments": dict(self.commitments),
            "before": self.before,
        }

    def own_hash(self) -> str:
        """SHA-256 (hex) of the content, spelt in one way."""
        return hashlib.sha256(canonical_json(self.content())).hexdigest()


@dataclass(frozen=True)
class Kept:
    """A text beside the chain: of which record and field, with its salt."""

    record: int
    field: str
    salt: str
    text: str


class Minutes:
    """The records of a case in their order, and the texts that are still there.

    Raises nothing when it is made; `problems` says what does not fit.
    """

    def __init__(self, records: Iterable[Record] = (), kept: Iterable[Kept] = ()) -> None:
        self._records = list(records)
        self._kept = {(one.record, one.field): one for one in kept}

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records)

    def __getitem__(self, number: int) -> Record:
        """The record of this number, from 1. Raises IndexError."""
        if not 1 <= number <= len(self._records):
            raise IndexError(f"there is no record {number}; there are {len(self._records)}")
        return self._records[number - 1]

    @property
    def head(self) -> str:
        """The hash of the last record: whoever wrote it down can tell later whether anything changed."""
        return self._records[-1].hash if self._records else BEGINNING

    @property
    def kept(self) -> tuple[Kept, ...]:
        """The texts that are still there."""
        return tuple(self._kept.values())

    def text(self, record: Record | int, name: str) -> str:
        """A text of a record, `(erased)` where it was taken away, empty where there never was one."""
        one = record if isinstance(record, Record) else self[record]
        there = self._kept.get((one.number, name))
        return there.text if there else (ERASED if name in one.commitments else "")

    def has(self, record: Record | int, name: str) -> bool:
        """Whether a text of a record is still there."""
        return (record if isinstance(record, int) else record.number, name) in self._kept

    def append(self, draft: Draft, salt: Callable[[], str] = new_salt) -> tuple[Record, tuple[Kept, ...]]:
        """Record a draft at the end; returns the record and the texts to keep beside it."""
        number = len(self._records) + 1
        kept = tuple(Kept(number, name, salt(), text) for name, text in sorted(draft.texts.items()) if text)
        made = Record(
            number=number,
            kind=draft.kind,
            by=draft.by,
            at=draft.at,
            body=dict(draft.body),
            commitments={one.field: commitment(one.salt, one.text) for one in kept},
            before=self.head,
            hash="",
        )
        record = Record(**{**made.__dict__, "hash": made.own_hash()})
        self._records.append(record)
        self._kept.update({(one.record, one.field): one for one in kept})
        return record, kept

    def erase(self, chosen: Callable[[Record, str], bool]) -> int:
        """Take away the texts that `chosen(record, field)` names, with their salts; how many there were."""
        gone = [key for key in self._kept if chosen(self[key[0]], key[1])]
        for key in gone:
            del self._kept[key]
        return len(gone)

    def problems(self) -> list[str]:
        """What does not fit, a sentence each, in the order of the records; empty where the chain holds."""
        said, before = [], BEGINNING
        for place, record in enumerate(self._records, 1):
            if record.number != place:
                said.append(f"record {place} is numbered {record.number}; one was taken out, put in or moved")
            if record.before != before:
                said.append(f"record {place} does not follow the one before it")
            if record.own_hash() != record.hash or not _HEX.match(record.hash):
                said.append(f"record {place} was changed after it was written")
            before = record.hash
        for (number, name), one in self._kept.items():
            known = self._records[number - 1].commitments.get(name) if number <= len(self._records) else None
            if known is None:
                said.append(f"a text `{name}` stands beside record {number}, which has none")
            elif not _SALT.match(one.salt) or commitment(one.salt, one.text) != known:
                said.append(f"the text `{name}` of record {number} is not the one that was written")
        return said
