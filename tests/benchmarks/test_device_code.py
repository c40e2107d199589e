"""The kernels of a CUDA device compile without one, as far as numba-cuda and libNVVM are there."""

import re

import pytest

pytest.importorskip("numba_cuda", reason="the extra moot[cuda] is not installed")

from moot.society import device_kernels as kernels


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
