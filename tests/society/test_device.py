"""A CUDA device gives the bits of the processor; what cannot be lived there is refused in one line.

Without a device numba's simulator plays it, which runs the kernels and all that they call in Python: the
arrays, the threads, what is carried there and back and the order of the phases are those of a device, the
machine code is not. See `benchmarks/device_run.py` and `benchmarks/device_code.py` for that.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

from moot.errors import MissingExtraError, UserError
from moot.society import device, memory, simulator
from moot.society.device import check_device

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What `tests.society.simulated` tells of the same societies on the processor and on a device."""
    pytest.importorskip("numba_cuda", reason="the extra moot[cuda] is not installed")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.society.simulated", tmp_path_factory.mktemp("device")],
        cwd=ROOT,
        env=os.environ | {"NUMBA_ENABLE_CUDASIM": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ledger-1", "rank-my-life-2028", "everything"])
def test_a_device_gives_the_bits_of_the_processor(told, name):
    """Digests of all arms, what was counted, and each event of the lives that are kept."""
    runs = told[name]
    assert runs["cuda"] == runs["cpu"]
    assert runs["cpu"]["blocks"] > 2  # so that people of one thread reach those of another
    assert runs["cpu"]["acts"] > 100
    assert runs["cpu"]["lives"]


def test_a_run_is_gone_on_with_on_another_device(told):
    runs = told["everything"]
    assert runs["cuda, cpu"] == runs["cpu"]
    assert runs["cpu, cuda"] == runs["cpu"]


def test_boxes_grow_on_a_device(told):
    """Where room is short everything comes home, moves into larger boxes and goes back."""
    runs = told["everything"]
    assert {"debt_cap", "known_cap", "rare_cap"} <= set(runs["growing"].pop("grown"))
    assert runs["growing"] == runs["cpu"]


def test_the_normaliser_is_set_at_home(told):
    """Within the burn-in, from what the device has written by then; else all of them would be 1."""
    assert set(told["everything"]["cuda"]["normaliser"].values()) != {1.0}


def test_what_there_is_no_device_for_is_refused(monkeypatch):
    with pytest.raises(UserError, match="--device tpu: no such device; there is cpu and cuda"):
        check_device("tpu")
    with pytest.raises(UserError, match="--device cuda: one society in 2 shards lives on processors"):
        check_device("cuda", shards=2)

    def nowhere(name):
        raise device.importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(device.importlib.metadata, "version", nowhere)
    check_device("cpu")
    with pytest.raises(MissingExtraError, match=r"--device cuda needs .* 'moot\[cuda\]'"):
        check_device("cuda")


def test_without_a_device_nothing_is_simulated():
    """Never the processor in its place: it says so instead."""
    from numba import cuda

    if cuda.is_available():
        pytest.skip("there is a device here")
    with pytest.raises(UserError, match="--device cuda: no CUDA device can be used here"):
        check_device("cuda")


# Numbers in the simulator


def test_cells_are_as_wide_as_numba_has_them():
    cells = simulator.Cells(np.array([[65535, 1]], np.uint16))
    assert type(cells[0, 0]) is np.int64
    assert cells[0, 0] * 70_000 == 65535 * 70_000
    row = cells[0]
    row[1] = np.int64(-1)
    row[0] = 65536 + 7
    assert cells.array.tolist() == [[7, 65535]]
    assert type(simulator.Cells(np.array([5], np.uint64))[0]) is np.uint64


@pytest.mark.parametrize("x", [0, 1, 2**63, 2**64 - 1, 0x00F0_0000_0010_0000])
def test_bits_are_counted_as_by_the_processor(x):
    from moot.draws import philox

    by_hand = simulator._BY_HAND
    assert by_hand[philox._trailing_zeros](np.uint64(x)) == philox.low_bit(np.uint64(x))
    assert by_hand[philox._ones](np.uint64(x)) == philox.ones(np.uint64(x))


def test_every_view_and_fetch_has_its_function_in_python():
    """One that is forgotten is an intrinsic that Python cannot call, in the middle of a run."""
    named = {n for n in vars(memory) if n in memory.ARRAYS or n.startswith("fetch_")}
    assert all(getattr(memory, name) in simulator._BY_HAND for name in named)


def test_a_view_sees_the_memory_of_an_address():
    rows = np.arange(12, dtype=np.uint16).reshape(3, 2, 2)
    record = np.zeros(1, memory.MEMORY)[0]
    record["hot"] = memory.address_of(rows)
    record["n_held"], record["n_arms"], record["n_hot_width"] = rows.shape
    m = simulator.record_in_python(record)
    cells = simulator._BY_HAND[memory.hot](m)
    assert cells[2, 1, 0] == 10
    cells[2, 1, 0] = 99
    assert rows[2, 1, 0] == 99


def test_functions_in_python_are_those_of_the_kernels():
    """Philox by its compiled function and by the same function in Python, where it wraps as it should."""
    from moot.draws import philox

    drawn = simulator._quiet(simulator._seen(philox.draw))
    for person in (0, 77, 2**31):
        arguments = (np.uint64(2**63 + 5), person, 10227, 12345, 3)
        assert drawn(*arguments) == philox.draw(*arguments)
    assert isinstance(philox.draw, numba.core.dispatcher.Dispatcher)  # and is left as it was
