"""The functions of the kernels as Python runs them, for the simulator of a CUDA device.

The simulator (NUMBA_ENABLE_CUDASIM=1) runs the body of a kernel in Python, thread by thread. What the body
calls are compiled functions of the processor, parts of kernels that Python cannot call, and views of
addresses that no array stands behind. Here each of them is the Python function that it was written as, and
sees its modules as they are seen here: a call of another function of the kernels is a call in Python, and
nothing of the processor's code runs. Numbers are those of NumPy with the widths that numba gives them: what
is stored in fewer bits is read as int64, and what does not fit is cut off, as in machine code.
"""

from __future__ import annotations

import ctypes
import math
import time
from collections.abc import Callable, Mapping
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

import numpy as np
from numba.core.dispatcher import Dispatcher
from numpy.typing import NDArray

from moot.draws import compiled, philox
from moot.society import gate, memory

__all__ = ["Cells", "Fields", "in_python", "record_in_python"]

_made: dict[str, dict[str, Any]] = {}  # module -> its names as Python sees them


class Cells:
    """An array in which numbers are read as int64 (or uint64) and cut to the array's width when written."""

    __slots__ = ("array", "shape")

    def __init__(self, array: NDArray[Any]) -> None:
        self.array, self.shape = array, array.shape

    def __len__(self) -> int:
        return len(self.array)

    def __getitem__(self, at: Any) -> Any:
        found = self.array[at]
        kind = type(found)
        if kind is np.int64 or kind is np.uint64:
            return found
        return Cells(found) if kind is np.ndarray else np.int64(found)

    def __setitem__(self, at: Any, value: Any) -> None:
        kind = self.array.dtype
        if type(value) is not kind.type:
            value = (np.uint64(value) if kind.type is np.uint64 else np.int64(value)).astype(kind)
        self.array[at] = value


class Fields:
    """A record whose fields are attributes; arrays among them are `Cells`."""

    def __init__(self, record: np.void) -> None:
        names = record.dtype.names
        assert names is not None
        for name in names:
            value = record[name]
            self.__dict__[name] = Cells(value) if isinstance(value, np.ndarray) else np.int64(value)


def record_in_python(record: np.void) -> SimpleNamespace:
    """A record of addresses (see `society.memory`) as Python reads it; its views are made when asked for."""
    names = record.dtype.names
    assert names is not None
    return SimpleNamespace(**{name: np.int64(record[name]) for name in names}, views={})


def in_python(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """The body of a kernel with all that it calls as Python functions, whose integers wrap in silence."""
    names = dict(kernel.__globals__)  # in which the simulator exchanges `cuda` for a thread's own
    for name, value in names.items():
        if isinstance(value, Dispatcher):
            names[name] = _quiet(_seen(value))
    return FunctionType(kernel.__code__, names, kernel.__name__)


def _quiet(function: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any) -> Any:
        with np.errstate(over="ignore"):
            return function(*args)

    return run


def _seen(value: Any) -> Any:
    """Something that a module of kernels names, as Python sees it."""
    try:
        if value in _BY_HAND:
            return _BY_HAND[value]
    except TypeError:  # an array, or else what is no function
        return value
    if isinstance(value, Dispatcher):
        function = value.py_func
        return FunctionType(function.__code__, _names_of(function), function.__name__, function.__defaults__)
    if isinstance(value, ModuleType) and value.__name__.startswith("moot."):
        return SimpleNamespace(**_names_in(value.__name__, vars(value)))
    return value


def _names_of(function: Callable[..., Any]) -> dict[str, Any]:
    return _names_in(function.__module__, function.__globals__)


def _names_in(module: str, named: Mapping[str, Any]) -> dict[str, Any]:
    """The names of a module of kernels, as Python sees them; made once, for its functions name each other."""
    if module not in _made:
        names = _made[module] = dict(named)
        for name, value in named.items():
            names[name] = _seen(value)
    return _made[module]


# What numba is told in the language of the compiler, in Python.


def _view(name: str) -> Callable[[SimpleNamespace], Cells]:
    """The array of this name as a function of the record of addresses."""
    dtype, dims = memory.ARRAYS[name]

    def view(m: SimpleNamespace) -> Cells:
        if name not in m.views:
            shape = [int(getattr(m, f"n_{d}")) if isinstance(d, str) else d for d in dims]
            size = math.prod(shape) * np.dtype(dtype).itemsize
            rows = (ctypes.c_char * size).from_address(int(getattr(m, name)))
            m.views[name] = Cells(np.ndarray(shape, dtype, memoryview(rows)))
        found: Cells = m.views[name]
        return found

    return view


def _look_up(table: Cells, index: Cells, plus: int, out: Cells, count: int) -> None:
    flat = table.array.reshape(-1)
    for x in range(count):
        out[x] = flat[int(index[x]) + int(plus)]


def _trailing_zeros(x: np.uint64) -> np.uint64:
    number = int(x)
    return np.uint64((number & -number).bit_length() - 1 if number else 64)


def _arrive(gate_of_thread: Cells, at: int) -> Any:
    before = gate_of_thread[at]
    gate_of_thread[at] = before + 1
    return before


_BY_HAND: dict[Any, Callable[..., Any]] = {
    **{getattr(memory, name): _view(name) for name in memory.ARRAYS if hasattr(memory, name)},
    **{
        getattr(memory, f"fetch_{name}"): lambda m, i: None  # asks for memory ahead of time, and no more
        for name in memory.ARRAYS
        if hasattr(memory, f"fetch_{name}")
    },
    compiled.look_up: _look_up,
    philox._trailing_zeros: _trailing_zeros,
    philox._ones: lambda x: np.uint64(int(x).bit_count()),
    gate._arrive: _arrive,
    gate.clock: time.monotonic_ns,
}
