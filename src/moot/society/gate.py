"""Where the threads of a team meet inside a day, and what time it is there, without the interpreter between.

A gate is an int64 array of `GATE` words. Threads wait at it by looking at a counter again and again, and give
the processor away when that takes long, so that more threads than cores go on too.
"""

import time
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from moot.draws.compiled import inline, on_processor

ARRIVED, LEAVE, NEXT, TURNS = 0, 8, 16, 24  # words of a gate, each on a cache line of its own
QUEUES = 5  # things that are handed out one by one
GATE = TURNS + 8 * QUEUES
PATIENCE = 512  # looks before the processor is given away

_WORD, _BYTE = ir.IntType(64), ir.IntType(8)


def new_gate() -> NDArray[np.int64]:
    """A gate at which nobody has arrived."""
    return np.zeros(GATE, np.int64)


def _pointer(context: Any, builder: Any, array: Any, value: Any, at: Any) -> Any:
    data = context.make_array(array)(context, builder, value).data
    return builder.gep(data, [at])


@intrinsic
def _arrive(typingctx: Any, gate: Any, at: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        where = _pointer(context, builder, signature.args[0], args[0], args[1])
        return builder.atomic_rmw("add", where, _WORD(1), "seq_cst")

    return types.int64(gate, types.int64), code


@intrinsic
def _look(typingctx: Any, gate: Any, at: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        where = _pointer(context, builder, signature.args[0], args[0], args[1])
        return builder.load_atomic(where, "acquire", 8)

    return types.int64(gate, types.int64), code


@intrinsic
def _give_way(typingctx: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(ir.IntType(32), []), "sched_yield"
        )
        builder.call(function, [])
        return context.get_dummy_value()

    return types.none(), code


@intrinsic
def clock(typingctx: Any) -> Any:
    """Nanoseconds of the clock that `time.monotonic_ns` reads, or of the clock of a device."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if not on_processor(context):
            told = ir.InlineAsm(ir.FunctionType(_WORD, []), "mov.u64 $0, %globaltimer;", "=l", True)
            return builder.call(told, [])
        number = ir.IntType(32)
        shape = ir.FunctionType(number, [number, _WORD.as_pointer()])
        function = cgutils.get_or_insert_function(builder.module, shape, "clock_gettime")
        told = cgutils.alloca_once(builder, _WORD, size=2)
        builder.call(function, [number(time.CLOCK_MONOTONIC), told])
        seconds = builder.load(told)
        rest = builder.load(builder.gep(told, [number(1)]))
        return builder.add(builder.mul(seconds, _WORD(10**9)), rest)

    return types.int64(), code


@inline
def turn(gate, queue):
    """The next place in a queue, from 0: each is given to one thread."""
    return _arrive(gate, TURNS + 8 * queue)


@inline
def meet(gate, team, times):
    """Wait until all `team` threads have been here `times` times; False where all are to leave instead."""
    _arrive(gate, ARRIVED)
    looks = 0
    while _look(gate, ARRIVED) < team * times:
        if _look(gate, LEAVE) != 0:
            return False
        looks += 1
        if looks > PATIENCE:
            _give_way()
            looks = 0
    return _look(gate, LEAVE) == 0
