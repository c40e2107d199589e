"""Numba, loaded without SciPy.

Where SciPy is installed, Numba loads half of it to see whether it brings a BLAS: a tenth of a second of every
start, for matrix products that no kernel has. It is told that there is no SciPy while it looks. What it would
have found is put right afterwards, so functions of others in the same process are compiled as ever.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

__all__ = ["numba"]


@contextmanager
def _no_scipy() -> Iterator[None]:
    """Importing SciPy fails meanwhile, unless it is there or was looked at already."""
    if "scipy" in sys.modules or "numba.np.arraymath" in sys.modules:
        yield
        return
    sys.modules["scipy"] = None  # type: ignore[assignment]  # so the import system says "not installed"
    try:
        yield
    finally:
        del sys.modules["scipy"]
    import numba.np.arraymath as looked

    looked._HAVE_BLAS = find_spec("scipy") is not None


with _no_scipy():
    import numba
    import numba.np.arraymath
