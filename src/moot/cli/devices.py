"""The option that says on which device days are lived."""

from __future__ import annotations

import sys

import typer

__all__ = ["DEVICE", "device_for"]

DEVICE = typer.Option(
    "cpu",
    "--device",
    metavar="cpu|cuda",
    help="Where days are lived: cpu, or cuda for an NVIDIA GPU (moot[cuda]); no number changes.",
)


def device_for(device: str, shards: int | None = None, cluster: str | None = None) -> None:
    """Refuse a device that cannot be used before any work is done; say where it is a simulated one.

    Raises `UserError`.
    """
    if device == "cpu":
        return
    from moot.errors import UserError
    from moot.society.device import check_device, simulated_device

    if shards is not None or cluster is not None:
        raise UserError(
            f"--device {device}: a society in shards lives on processors; leave out --shards and --cluster"
        )
    check_device(device)
    if simulated_device():
        print(
            "--device cuda: NUMBA_ENABLE_CUDASIM is set: Python plays the device, to the bit and very slowly",
            file=sys.stderr,
            flush=True,
        )
