"""What `moot serve --room` prints for whoever holds a lesson: the links of a case, and their codes.

The server of a room listens on every address of the machine, since a class cannot reach 127.0.0.1, and
tells the first address of the local network that it finds, without asking anybody on it.
"""

from __future__ import annotations

import ipaddress
import socket
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

from moot.errors import MissingExtraError
from moot.trial.keeping import kept_case
from moot.trial.pieces import role_called
from moot.web.court_house import CourtHouse, Opening

__all__ = ["LESSON", "doors_told", "local_address"]

LESSON = "lesson"
"""The case that is made where a room has none of the name that was asked for."""


def local_address() -> str | None:
    """An IPv4 address of this machine in a local network, or None where it has none."""
    found = [one for one in _addresses() if not ipaddress.ip_address(one).is_loopback]
    private = [one for one in found if ipaddress.ip_address(one).is_private]
    return next(iter((*private, *found)), None)


def _addresses() -> Iterator[str]:
    """The addresses of the network interfaces, as the system knows them."""
    try:
        import fcntl
    except ImportError:
        yield from socket.gethostbyname_ex(socket.gethostname())[2]
        return
    get_address = 0x8915  # SIOCGIFADDR of Linux; another system refuses it, and there the host name is asked
    asked = False
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        for _, name in socket.if_nameindex():
            try:
                told = fcntl.ioctl(handle, get_address, struct.pack("256s", name.encode()[:15]))
            except OSError:
                continue
            asked = True
            yield socket.inet_ntoa(told[20:24])
    if not asked:
        yield from socket.gethostbyname_ex(socket.gethostname())[2]


def doors_told(
    folder: Path, name: str, address: str, tell: Callable[[str], object], *, codes: bool = True
) -> None:
    """Tell the link of the president and the doors of a case, which is made from the ready one if need be.

    Raises `CaseError`, `MissingExtraError`.
    """
    from moot.catalogue import catalogue

    house = CourtHouse(folder)
    path = house.folder / name
    if path.exists():
        token = house.president(name)
    else:
        _, token = house.make(Opening(name))
    case = kept_case(path)
    say = catalogue("trial", house.settings(name).language)
    tell(f"the room of the case {name}; print or project what follows")
    for role, opens in {"president": token, **house.doors(name, case)}.items():
        link = f"{address}/court/{name}#come={opens}"
        tell(f"\n{role_called(case.procedure.role(role), say)}: {link}")
        if codes and role != "president":
            for line in _code(link):
                tell(line)


def _code(link: str) -> list[str]:
    """A link as a square code of text."""
    import io

    try:
        import segno
    except ImportError:
        raise MissingExtraError("codes of links", "web") from None
    held = io.StringIO()
    segno.make(link, error="m").terminal(held, border=2, compact=True)
    return held.getvalue().splitlines()
