"""Tests put nothing into the cache of the user, and find nothing there but compiled kernels."""

import pytest

from moot.draws.compiled import CACHE  # looked up before the variable below is another


def pytest_collection_modifyitems(items):
    """Files with slow tests come first: where processes share out the files, none of these is begun last."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """A cache folder of the tests' own; programs that they start find the compiled kernels in it."""
    root = tmp_path_factory.mktemp("cache")
    kernels = CACHE.parent.resolve()
    kernels.mkdir(parents=True, exist_ok=True)
    (root / "kernels").symlink_to(kernels, target_is_directory=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOOT_CACHE", str(root))
        yield root


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    """A cache folder in which this test alone finds what it puts there; no program is to be started."""
    monkeypatch.setenv("MOOT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"
