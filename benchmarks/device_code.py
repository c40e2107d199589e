"""The machine code of the CUDA kernels without a device: PTX by libNVVM, and what ptxas makes of it.

    python -m benchmarks.device_code [--arch 90] [--ptxas PATH] [KERNEL ...]

One JSON object: for each kernel the LLVM code that numba-cuda writes and the PTX that libNVVM makes of it, in
bytes, and the seconds that both take; with ptxas the registers and bytes of stack of a thread. It needs
numba-cuda and libNVVM; whether the code is quick is for a device to say.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from numba import types
from numba.cuda import compiler, dispatcher
from numba.cuda.cudadrv import nvvm
from numba.np.numpy_support import from_dtype

from moot.country.rates import RATES
from moot.society import device_kernels as kernels
from moot.society.law import ARM, WORLD
from moot.society.memory import MEMORY

__all__ = ["SIGNATURES", "llvm_of", "ptx_of"]


def _array(of: Any, dimensions: int = 1) -> Any:
    return types.Array(of, dimensions, "C")


_NUMBER, _KEY, _FLAG = types.int64, types.uint64, types.boolean
_RECORDS, _NUMBERS = _array(from_dtype(MEMORY)), _array(_NUMBER)
_DEALT = (_RECORDS, _NUMBERS, _NUMBERS)
_WORLD, _LAW, _RATES = (_array(from_dtype(one)) for one in (WORLD, ARM, RATES))
_BY_THREAD = _array(_NUMBER, 2)
_TABLES = tuple(_array(types.int32, dimensions) for dimensions in (4, 4, 5, 4, 4, 5))

# What `moot.society.device` hands to each kernel.
SIGNATURES: dict[Callable[..., Any], tuple[Any, ...]] = {
    kernels.opening: (*_DEALT, _WORLD, _LAW, _NUMBER, _NUMBER, _FLAG),
    kernels.acting: (
        *_DEALT, _KEY, _WORLD, _LAW, _RATES, _NUMBERS, _BY_THREAD, _NUMBER, _BY_THREAD,
    ),
    kernels.judging: (
        *_DEALT, _KEY, _WORLD, _LAW, _BY_THREAD, _NUMBER, _NUMBER, _FLAG, _BY_THREAD,
    ),
    kernels.telling: (*_DEALT, _WORLD, _LAW, _BY_THREAD, _NUMBER, _NUMBER, _FLAG, _BY_THREAD),
    kernels.exchanging: (*_DEALT, _NUMBER, _NUMBER),
    kernels.persuading: (*_DEALT, _KEY, _LAW, _NUMBER),
    kernels.talking: (*_DEALT, _KEY, _WORLD, _LAW, _NUMBER),
    kernels.closing_day: (*_DEALT, _NUMBER, _NUMBER, _NUMBER, _NUMBER, _FLAG, *_TABLES),
    kernels.summing: (*_DEALT, _WORLD, _LAW, _NUMBER, _array(_NUMBER, 4), _array(_KEY, 3)),
    kernels.summing_minds: (*_DEALT, _KEY, _array(_NUMBER, 4), _array(_NUMBER, 4)),
}  # fmt: skip


def llvm_of(body: Callable[..., Any], arch: int) -> list[str]:
    """The modules of a kernel and of all that it calls, in the LLVM that numba-cuda writes for libNVVM."""
    capability = divmod(arch, 10)
    # the functions that a kernel calls are compiled for the device at hand; here there is none
    at_hand = dispatcher.get_current_device
    dispatcher.get_current_device = lambda: SimpleNamespace(compute_capability=capability)
    try:
        library, _ = compiler._compile_pyfunc_with_fixup(
            body, SIGNATURES[body], cc=capability, device=False, abi="numba"
        )
    finally:
        dispatcher.get_current_device = at_hand
    modules: list[str] = library.llvm_strs
    return modules


def ptx_of(modules: list[str], arch: int) -> str:
    """PTX for a compute capability; nothing of libdevice is needed, for the kernels know integers alone."""
    unit = nvvm.CompilationUnit({"arch": f"compute_{arch}", "opt": 3})
    for module in modules:
        unit.add_module(nvvm.llvm_replace(module).encode())
    ptx: str = unit.compile().decode().strip("\x00").strip() + "\n"
    return ptx


def assembled(ptx: str, arch: int, ptxas: str) -> dict[str, int]:
    """Registers and bytes of stack of a thread, as ptxas tells them."""
    with tempfile.TemporaryDirectory() as made:
        source = Path(made, "kernel.ptx")
        source.write_text(ptx, "utf-8")
        done = subprocess.run(
            [ptxas, f"-arch=sm_{arch}", "-v", str(source), "-o", str(Path(made, "kernel.cubin"))],
            capture_output=True,
            text=True,
            check=True,
        )
    return {
        "registers": max(int(n) for n in re.findall(r"Used (\d+) registers", done.stderr)),
        "stack_bytes": max(int(n) for n in re.findall(r"(\d+) bytes stack frame", done.stderr)),
    }


def main() -> None:
    """Compile the kernels that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("kernels", nargs="*", metavar="KERNEL")
    parser.add_argument("--arch", type=int, default=90, help="compute capability without its point")
    parser.add_argument("--ptxas", help="the assembler of the CUDA toolkit")
    asked = parser.parse_args()
    found: dict[str, Any] = {"arch": asked.arch, "nvvm": list(nvvm.NVVM().get_version())}
    found["numba_cuda"] = importlib.metadata.version("numba-cuda")
    for body in SIGNATURES:
        if asked.kernels and body.__name__ not in asked.kernels:
            continue
        began = time.perf_counter()
        modules = llvm_of(body, asked.arch)
        ptx = ptx_of(modules, asked.arch)
        told = {
            "llvm_bytes": sum(map(len, modules)),
            "ptx_bytes": len(ptx),
            "seconds": round(time.perf_counter() - began, 1),
        }
        if asked.ptxas:
            told |= assembled(ptx, asked.arch, asked.ptxas)
        found[body.__name__] = told
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
