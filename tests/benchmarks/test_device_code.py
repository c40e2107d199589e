"""The kernels of a CUDA device compile without one, as far as numba-cuda and libNVVM are there."""

import re

import numpy as np
import pytest

pytest.importorskip("numba_cuda", reason="the extra moot[cuda] is not installed")

from moot.society import device_kernels as kernels
from moot.society.law import BOXES, OUT, OWN
from moot.society.memory import MEMORY, address_of


@pytest.fixture(scope="module")
def code():
    from numba.cuda.cudadrv import nvvm

    if not nvvm.is_available():
        pytest.skip("no libNVVM here")
    from benchmarks import device_code

    return device_code


def test_every_kernel_has_its_signature(code):
    assert set(code.SIGNATURES) == set(kernels.BODIES)


@pytest.mark.parametrize("body", [kernels.exchanging, kernels.persuading], ids=lambda body: body.__name__)
def test_a_kernel_becomes_ptx(code, body):
    """The quick ones; `python -m benchmarks.device_code` compiles all."""
    ptx = code.ptx_of(code.llvm_of(body, 90), 90)
    assert re.search(r"^\.target sm_90$", ptx, re.M)
    (entry,) = re.findall(r"\.visible \.entry (\w+)", ptx)
    assert body.__name__ in entry
    assert not re.search(r"\.extern|call", ptx)  # everything is in it, nothing of a library
    assert not re.search(r"\.f(?:32|64)\b", ptx)  # integers alone


def test_another_device_gets_other_code(code):
    assert ".target sm_80" in code.ptx_of(code.llvm_of(kernels.exchanging, 80), 80)


def test_code_for_a_device_runs_on_the_processor(code):
    """An exchange by the LLVM written for a device: a message from block 0 to a person of block 1."""
    from benchmarks.device_run import NUMBERS, Compiled, There, llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    boxes, room = len(BOXES), 4
    arrays = {
        "block": np.array([[0, 10, 20], [0, 1, 2]], np.int64),
        "mail": np.zeros((boxes * 2 * room, 2), np.int64),
        "mail_n": np.zeros((boxes, 2), np.int64),
        "mail_at": np.array([[x * 2 * room, room, room, 0] for x in range(boxes)], np.int64),
    }
    packed, origin, to = 5 << 25, 3, 17
    arrays["mail"][OUT * 2 * room] = packed, origin | (to << 32)
    arrays["mail_n"][OUT, 0] = 1
    record = np.zeros(1, MEMORY)
    for name, array in arrays.items():
        record[name] = address_of(array)
    record["n_blocks"], record["n_edges"], record["n_boxes"] = 2, 3, boxes
    record["n_mail_rows"] = len(arrays["mail"])
    kernel = Compiled(kernels.exchanging)
    assert set(kernel.numbers) == set(NUMBERS)
    some = There(np.zeros(1, np.int64))
    kernel[2, 1](There(record), some, some, OUT, OWN)  # the second thread has nothing to do
    assert arrays["mail_n"][:, 0].sum() == 0
    assert arrays["mail_n"][OWN, 1] == 1 and arrays["mail_n"].sum() == 1
    assert arrays["mail"][(OWN * 2 + 1) * room].tolist() == [packed | (to - 10), origin]
