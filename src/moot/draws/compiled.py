"""How kernels are compiled: one decorator, one cache folder keyed by everything that a kernel depends on.

Numba stamps a cached kernel with the content of *its own* file only: an edit in a module that the kernel
calls would go unnoticed (numba issue 1833). The cache folder is therefore named after a hash of every
module that holds kernels, of numba, numpy, Python and the processor; an edit anywhere starts a new folder.
"""

import hashlib
import os
import platform
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numba
import platformdirs
from llvmlite import binding as llvm

KERNEL_PACKAGES = ("draws", "country", "society")


def kernel_key() -> str:
    """A hash of the kernel modules and of what compiles them (16 hex digits)."""
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for package in KERNEL_PACKAGES:
        for path in sorted((root / package).glob("*.py")):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    for part in (
        numba.__version__,
        version("llvmlite"),
        version("numpy"),
        sys.version,
        platform.machine(),
        llvm.get_host_cpu_name(),
        llvm.get_host_cpu_features().flatten(),
    ):
        digest.update(part.encode())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Where compiled kernels lie: `MOOT_CACHE` or the platform's cache folder, below the key."""
    base = os.environ.get("MOOT_CACHE") or platformdirs.user_cache_dir("moot", appauthor=False)
    return Path(base) / "kernels" / kernel_key()


CACHE = cache_folder()
numba.config.CACHE_DIR = str(CACHE)


def warm() -> bool:
    """True where this version's kernels were compiled before (the start takes seconds, not tens of them)."""
    return any(CACHE.glob("**/day.*.nbi")) if CACHE.exists() else False


def kernel(function: Callable[..., Any]) -> Any:
    """Compile for one thread, without the interpreter's lock, integers only, cached."""
    return numba.njit(nogil=True, cache=True, error_model="numpy", boundscheck=False, _nrt=False)(function)


def maker(function: Callable[..., Any]) -> Any:
    """A kernel that allocates arrays of its own."""
    return numba.njit(nogil=True, cache=True, error_model="numpy", boundscheck=False)(function)


def spliced(function: Callable[..., Any]) -> Any:
    """A small scalar function copied into the loops that call it, so that they take several at a time."""
    return numba.njit(nogil=True, cache=True, error_model="numpy", _nrt=False, inline="always")(function)


def inline(function: Callable[..., Any]) -> Any:
    """A small scalar function that every kernel may call."""
    return numba.njit(nogil=True, cache=True, error_model="numpy", _nrt=False)(function)

