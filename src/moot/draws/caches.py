"""Where Moot keeps what can be made again: compiled kernels, and the ends of burn-ins."""

import os
from pathlib import Path

import platformdirs


def cache_root() -> Path:
    """The folder that the variable `MOOT_CACHE` names, or the platform's cache folder for Moot."""
    return Path(os.environ.get("MOOT_CACHE") or platformdirs.user_cache_dir("moot", appauthor=False))
