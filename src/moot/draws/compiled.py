"""How kernels are compiled: one decorator, one cache folder keyed by everything that a kernel depends on.

Numba stamps a cached kernel with the content of *its own* file only: an edit in a module that the kernel
calls would go unnoticed (numba issue 1833). The cache folder is therefore named after a hash of every
module that holds kernels, of numba, numpy, Python and the processor; an edit anywhere starts a new folder.
"""

import hashlib
import platform
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from moot.draws.loading import numba  # before anything of it

# isort: split
from llvmlite import binding as llvm
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.cpu import CPUContext
from numba.extending import intrinsic

from moot.draws.caches import cache_root

KERNEL_PACKAGES = ("draws", "country", "society")


NARROW = "-prefer-256-bit"


def cpu_features() -> str:
    """The features of this processor that kernels are compiled for.

    Where it has vectors of 512 bits they are used: for some processors LLVM keeps to half of that.
    """
    if numba.config.CPU_FEATURES is not None:
        return str(numba.config.CPU_FEATURES)
    features = str(llvm.get_host_cpu_features().flatten())
    return f"{features},{NARROW}" if "+avx512f" in features.split(",") else features


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
        cpu_features(),
    ):
        digest.update(part.encode())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Where compiled kernels lie: below the key, in the cache folder."""
    return cache_root() / "kernels" / kernel_key()


CACHE = cache_folder()
numba.config.CACHE_DIR = str(CACHE)
numba.config.CPU_FEATURES = cpu_features()


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


def scalar(function: Callable[..., Any]) -> Any:
    """A small scalar function that every kernel, and Python as well, may call."""
    return _by_type(numba.njit(nogil=True, cache=True, error_model="numpy", _nrt=False)(function))


def inline(function: Callable[..., Any]) -> Any:
    """A function that only kernels call; it is compiled within each of them (see `_PartOfKernels`).

    Raises TypeError where Python calls it.
    """
    made = _by_type(
        numba.njit(
            nogil=True,
            error_model="numpy",
            _nrt=False,
            no_cpython_wrapper=True,
            no_cfunc_wrapper=True,
            pipeline_class=_PartCompiler,
        )(function)
    )

    def called(*args: Any, **kws: Any) -> Any:
        raise TypeError(f"{function.__module__}.{function.__name__} is a part of kernels; only they call it")

    def add_overload(result: Any) -> None:
        # there is no machine code: the name and types stand for it, by which callers find what to link
        result = result._replace(entry_point=(function, result.signature))
        result.target_context.insert_user_function(result.entry_point, result.fndesc, [result.library])
        made.overloads[tuple(result.signature.args)] = result

    made._compile_for_args, made.add_overload = called, add_overload
    return made


def _by_type(made: Any) -> Any:
    """Compile for each type of arguments, once.

    Numba compiles a function anew for each constant that it is called with. The optimiser puts constants in
    where that is worth it, and compiling takes half the time.
    """
    template = made.get_call_template

    def by_type(args: Any, kws: Any) -> Any:
        return template(
            tuple(types.unliteral(x) for x in args), {name: types.unliteral(x) for name, x in kws.items()}
        )

    made.get_call_template = by_type
    return made


class _PartOfKernels(JITCodeLibrary):  # type: ignore[misc]
    """Code that is linked into its callers as it was written, and optimised and made machine code in them.

    Numba by itself does both for every function: what is called six calls deep is optimised six times, and a
    good third of the time that compiling takes goes into machine code that nobody calls.
    """

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True


class _PartCompiler(Compiler):  # type: ignore[misc]
    """Numba's steps down to the code of a function, and no further."""

    def define_pipelines(self) -> Any:
        state = self.state
        state.library = _PartOfKernels(state.targetctx.codegen(), state.func_id.func_qualname)
        state.flags.no_compile = True
        return super().define_pipelines()


LANES = 8  # entries that are looked up together


def on_processor(context: Any) -> bool:
    """Whether an intrinsic is written for the processor; else it is for a device (see `society.device`)."""
    return isinstance(context, CPUContext)


@intrinsic
def look_up(typingctx: Any, table: Any, index: Any, plus: Any, out: Any, count: Any) -> Any:
    """`out[x] = table.flat[index[x] + plus]` for x below `count`, LANES at a time.

    `table` holds 32-bit integers, `index` int32, `out` int64. Both rows go on to a multiple of LANES, and
    what stands in `index` behind `count` is a place in the table too. The compiler does not do this by
    itself: it cannot know that what is written is not what is looked up.
    """
    signed = bool(table.dtype.signed)

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word, half = ir.IntType(64), ir.IntType(32)
        wide, narrow = ir.VectorType(word, LANES), ir.VectorType(half, LANES)
        start, places, result = (
            context.make_array(kind)(context, builder, args[n]).data
            for n, kind in ((0, table), (1, index), (3, out))
        )
        if not on_processor(context):  # a device takes no vectors
            with cgutils.for_range(builder, args[4]) as loop:
                place = builder.sext(builder.load(builder.gep(places, [loop.index])), word)
                value = builder.load(builder.gep(start, [builder.add(place, args[2])]))
                value = builder.sext(value, word) if signed else builder.zext(value, word)
                builder.store(value, builder.gep(result, [loop.index]))
            return context.get_dummy_value()
        base = builder.ptrtoint(start, word)
        shift = builder.trunc(args[2], half)

        def all_lanes(value: Any, of: Any) -> Any:
            lane = builder.insert_element(ir.Constant(of, ir.Undefined), value, half(0))
            return builder.shuffle_vector(lane, lane, ir.Constant(ir.VectorType(half, LANES), [0] * LANES))

        pointers = ir.VectorType(half.as_pointer(), LANES)
        mask = ir.VectorType(ir.IntType(1), LANES)
        gather = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(narrow, [pointers, half, mask, narrow]),
            f"llvm.masked.gather.v{LANES}i32.v{LANES}p0i32",
        )
        steps = builder.lshr(builder.add(args[4], word(LANES - 1)), word(LANES.bit_length() - 1))
        with cgutils.for_range(builder, steps) as loop:
            at = builder.mul(loop.index, word(LANES))
            lanes = builder.bitcast(builder.gep(places, [at]), narrow.as_pointer())
            found = builder.add(builder.load(lanes, align=4), all_lanes(shift, narrow))
            bytes_ = builder.mul(builder.sext(found, wide), ir.Constant(wide, [4] * LANES))
            where = builder.inttoptr(builder.add(bytes_, all_lanes(base, wide)), pointers)
            every = ir.Constant(mask, [1] * LANES)
            values = builder.call(gather, [where, half(4), every, ir.Constant(narrow, ir.Undefined)])
            values = builder.sext(values, wide) if signed else builder.zext(values, wide)
            to = builder.bitcast(builder.gep(result, [at]), wide.as_pointer())
            builder.store(values, to, align=8)
        return context.get_dummy_value()

    return types.none(table, index, types.int64, out, types.int64), code
