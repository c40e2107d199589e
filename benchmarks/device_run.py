"""A run whose days are lived by the LLVM that numba-cuda writes for a device, on the processor.

    python -m benchmarks.device_run SCENARIO [--people N] [--days N] [--burn-in-years N] [--smallest-block N]

The simulator of numba runs kernels in Python and says nothing about how they are compiled. Here they are
compiled as for a device (`benchmarks.device_code`), and what libNVVM would make machine code of is made code
of the processor instead: another triple, counters in place of the registers that hold a thread's number, 0
for the clock. Threads run one after the other. Both digests are printed, and the exit code is 1 where they
differ. It holds typing, lowering and what is carried there and back; what libNVVM and ptxas do after that it
does not.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import re
import sys
from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from numpy.typing import NDArray

from benchmarks import device_code
from moot.country import population
from moot.experiment import simulation
from moot.experiment.scenario import load_scenario
from moot.society import device_kernels, mirror

__all__ = ["Compiled", "Cuda", "There", "digests"]

NUMBERS = ("tid", "ctaid", "ntid")  # of a thread in its block, of the block, of threads in a block
CLOCK = re.compile(r'call i64 asm sideeffect "mov\.u64 \$0, %globaltimer;", "=l"\s*\(\)')
REGISTER = re.compile(r'call i32 @"?llvm\.nvvm\.read\.ptx\.sreg\.(\w+)\.x"?\(\)')


class There:
    """An array as the device would have it: a copy, carried there and back."""

    def __init__(self, array: NDArray[Any], *, copy: bool = True) -> None:
        self.array = np.array(array, order="C") if copy else array

    @property
    def nbytes(self) -> int:
        """Bytes that it takes."""
        return int(self.array.nbytes)

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        return {"data": (self.array.ctypes.data, False)}

    def __getitem__(self, at: Any) -> There:
        return There(self.array[at], copy=False)

    def copy_to_host(self, to: NDArray[Any] | None = None) -> NDArray[Any]:
        """What stands in it, into `to` where that is given."""
        if to is None:
            return self.array.copy()
        to[...] = self.array
        return to

    def copy_to_device(self, array: NDArray[Any]) -> None:
        """Write over it."""
        self.array[...] = array


class Cuda:
    """What `moot.society.mirror` asks of numba's `cuda`."""

    to_device = There

    @staticmethod
    def synchronize() -> None:
        """Nothing is ever under way."""


class Compiled:
    """A kernel of the device as code of the processor, launched as numba's kernels are."""

    def __init__(self, body: Callable[..., Any]) -> None:
        self.kinds = device_code.SIGNATURES[body]
        machine = llvm.Target.from_default_triple().create_target_machine(opt=1)
        whole, *others = (llvm.parse_assembly(_for(machine, text)) for text in device_code.llvm_of(body, 90))
        for other in others:
            whole.link_in(other)
        mangled = f"{len(body.__name__)}{body.__name__}B"
        (name,) = (f.name for f in whole.functions if not f.is_declaration and mangled in f.name)
        builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=1))
        builder.getModulePassManager().run(whole, builder)
        self.numbers = {number: ctypes.c_int32(0) for number in NUMBERS}
        self.engine = llvm.create_mcjit_compiler(whole, machine)
        for variable in whole.global_variables:
            if variable.name.startswith("moot_"):
                number = self.numbers[variable.name.removeprefix("moot_")]
                self.engine.add_global_mapping(variable, ctypes.addressof(number))
        self.engine.finalize_object()
        self.address = self.engine.get_function_address(name)

    def __getitem__(self, grid: tuple[int, int]) -> Callable[..., None]:
        blocks, threads = grid

        def launch(*args: Any) -> None:
            given = [x for kind, one in zip(self.kinds, args, strict=True) for x in _flat(kind, one)]
            call = ctypes.CFUNCTYPE(None, *(type(x) for x in given))(self.address)
            self.numbers["ntid"].value = threads
            for b in range(blocks):
                for t in range(threads):
                    self.numbers["ctaid"].value, self.numbers["tid"].value = b, t
                    call(*given)

        return launch


def _for(machine: Any, text: str) -> str:
    """A module of the device as one of this machine."""
    text = re.sub(r'target triple = ".*"', f'target triple = "{llvm.get_default_triple()}"', text)
    text = re.sub(r'target datalayout = ".*"', f'target datalayout = "{machine.target_data}"', text)
    text = CLOCK.sub("add i64 0, 0", text.replace("ptx_kernel ", ""))
    pointer = "i32*" if "i8*" in text else "ptr"
    text = REGISTER.sub(rf"load volatile i32, {pointer} @moot_\1", text)
    used = sorted(set(re.findall(r"@moot_(\w+)", text)))
    return "\n".join([text, *(f"@moot_{number} = external global i32" for number in used)])


def _flat(kind: Any, value: Any) -> list[Any]:
    """An argument as numba hands it over: an array as owner, parent, sizes, address, shape and strides."""
    array = value.array if isinstance(value, There) else value
    if isinstance(array, np.ndarray):
        sizes = (array.size, array.itemsize)
        return [
            ctypes.c_void_p(0),
            ctypes.c_void_p(0),
            *map(ctypes.c_int64, sizes),
            ctypes.c_void_p(array.ctypes.data),
            *map(ctypes.c_int64, (*array.shape, *array.strides)),
        ]
    if kind.name == "bool":
        return [ctypes.c_uint8(bool(value))]
    return [ctypes.c_uint64(int(value)) if kind.name == "uint64" else ctypes.c_int64(int(value))]


class _OnDemand:
    """The kernels by name, compiled when they are first asked for."""

    def __getattr__(self, name: str) -> Compiled:
        made = Compiled(getattr(device_kernels, name))
        setattr(self, name, made)
        return made


def digests(scenario: Any) -> dict[str, str]:
    """The digest of a scenario by the processor's own code, and by that of the device."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    kernels = _OnDemand()
    device_kernels.made = lambda seen: kernels  # type: ignore[assignment]
    mirror.cuda = Cuda
    simulation.check_device = lambda *_, **__: None
    return {name: simulation.simulate(scenario, device=name).digest for name in ("cpu", "cuda")}


def main() -> None:
    """Run a scenario twice and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("scenario", metavar="SCENARIO")
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--days", type=int, default=31)
    parser.add_argument("--burn-in-years", type=int)
    parser.add_argument("--smallest-block", type=int, default=population.SMALLEST_BLOCK)
    asked = parser.parse_args()
    population.SMALLEST_BLOCK = asked.smallest_block
    declared = load_scenario(asked.scenario).replace(
        people=asked.people, days=asked.days, burn_in_years=asked.burn_in_years
    )
    found = digests(declared)
    print(json.dumps(found | {"people": asked.people, "days": asked.days, "burn_in": declared.burn_in}))
    sys.exit(found["cpu"] != found["cuda"])


if __name__ == "__main__":
    main()
