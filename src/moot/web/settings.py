"""What a server is told when it starts."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["DEFAULT_PORT", "Limits", "Settings", "is_loopback"]

DEFAULT_PORT = 8765


@dataclass(frozen=True)
class Limits:
    """How much one visitor may ask of the server, and how much it holds for all of them.

    A rate is a pair: so many a second in the long run, and so many at once. `*_bytes` are of one body, one
    message, one session's frames. `labs` live at once; the one that was looked at longest ago goes first.
    """

    body_bytes: int = 256 * 1024
    message_bytes: int = 16 * 1024
    reads: tuple[float, float] = (50.0, 400.0)
    writes: tuple[float, float] = (10.0, 60.0)
    dear: tuple[float, float] = (0.5, 12.0)
    messages: tuple[float, float] = (20.0, 60.0)
    observers: int = 1_000
    connections_each: int = 24
    labs: int = 4
    labs_each: int = 2
    people: int = 1_000_000


@dataclass(frozen=True)
class Settings:
    """Where a server keeps what is made by its pages, where it listens, and whom it trusts.

    `folder` holds experiments, cases, sessions and the secret of the cookies. `names` are the names under
    which browsers may ask for it besides addresses and localhost; `origins` those of a proxy, such as
    ``https://moot.example.org``. In a `room`, and on any address but this machine's own, visitors are guests:
    the host has a link of their own; `case` is
    the one whose links a room prints. `proxied` says that a proxy on this machine tells the scheme.
    """

    folder: Path
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    room: bool = False
    case: str = "lesson"
    proxied: bool = False
    names: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    warm: bool = True
    threads: int | None = None
    limits: Limits = field(default_factory=Limits)

    @property
    def open_to_others(self) -> bool:
        """Whether people at other machines can reach the server: then a visitor is not its host."""
        return self.room or self.proxied or not is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether this name or address is of this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
