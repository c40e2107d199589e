"""One pointer to everything: where the arrays of a run lie, as a record that every kernel is handed.

Numba passes each array of a tuple as eight arguments of their own; with forty arrays a call costs more than
the work it does, and compiling takes minutes. A function here takes one record instead and looks at an array
through a view (`value(m)[i, a, s]`), which costs a load. The arrays are owned by `society.books.Books`; a
record never outlives it.

Sizes: n people, A arms, an account for each of them and one for all twins (see society.twins), S schemes, D
domains, Q in-block tie orders, B blocks, W words of 64 people.

People, words and strips have one number in the whole country, and draws are keyed by it. A society that holds
a part of the country alone keeps arrays of the part, and its record says where they would begin if there were
the rows before them too: kernels go by the number everywhere and look at no row that is not there. They take
no slice along such a dimension, for numba cuts a slice at the extent of the array.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array
from numba.np.numpy_support import from_dtype
from numpy.typing import NDArray

from moot.country.rates import ACT_LAYERS, CLASSES
from moot.draws.compiled import on_processor
from moot.society.rows import Rows

WARM = 4  # words of a row of `warm`, laid out in society.state
RARE = 4  # words of a row of `rare`, laid out in society.state
MIND = 3  # words of a row of `mind`, laid out in society.opinion
STRIP = 64  # words whose candidates are found together
CHUNK = 256  # candidates that are decided together
ROOM = CHUNK + 64 * STRIP + 4  # those found before they are decided: a strip more than a chunk, at most
EYES = 24  # sensors of all arms together

# name -> (dtype, dimensions as fields of the record or as numbers)
ARRAYS: dict[str, tuple[type, tuple[str | int, ...]]] = {
    # people (read only; see country.population.Population); looks are those of the whole country, 2 bits each
    "person": (np.uint16, ("held", "statics")),
    "household": (np.uint8, ("held",)),
    "order": (np.uint16, ("orders", "held")),
    "place": (np.uint16, ("orders", "held")),
    "looks": (np.uint8, ("looks_bytes",)),
    "clique_end": (np.int64, ("orders", "blocks", 2)),
    "classes": (np.uint64, (len(ACT_LAYERS), CLASSES, "words")),
    "span": (np.int64, (len(ACT_LAYERS), "strips", 2)),  # lowest and highest rate class of a strip of words
    "block": (np.int64, (2, "edges")),  # first person, first word of each block
    "region_start": (np.int64, ("region_edges",)),  # people of a region are neighbours
    "panel": (np.uint64, ("panel_words",)),  # people whose lives are kept, bit by person
    # state: people x arms (see society.state)
    "hot": (np.uint16, ("held", "arms", "hot_width")),
    "warm": (np.uint16, ("warm_people", "arms", WARM)),  # see society.state; one row where nothing needs it
    "mind": (np.int16, ("mind_people", "arms", MIND)),  # see society.opinion; one row where there are none
    "traits": (np.uint32, ("mind_people",)),  # openness and voice, packed (see society.opinion)
    "watched": (np.uint64, ("arms", "words")),  # people whose opportunities must be looked at
    # desk: the working papers of the blocks, each written by its own block, or between phases
    "mail": (np.int64, ("mail_rows", 2)),  # box after box, see society.desk
    "mail_n": (np.int64, ("boxes", "blocks")),
    "mail_most": (np.int64, ("boxes", "blocks")),  # as many as ever were in it at once
    "bucket": (np.int64, ("blocks", "days")),  # first wake of a day, -1 = none
    "wakes": (np.int64, ("blocks", "wake_cap", 3)),  # appointments: next entry; for whom; what about
    "wakes_n": (np.int64, ("blocks", 2)),  # entries ever used, head of the free ones
    "past": (np.int64, ("blocks", "past_cap", 2)),  # acts of the years before: packed; day
    "past_n": (np.int64, ("blocks",)),
    "ledger": (np.uint16, ("ledger_people", "ledger_width")),  # points lost by scheme and domain
    "rare": (np.uint16, ("blocks", "arms", "rare_cap", RARE)),  # rows of those who have any
    "rare_n": (np.int64, ("blocks", "arms")),
    "life": (np.int64, ("blocks", "life_cap", 8)),  # events of the panel
    "life_n": (np.int64, ("blocks",)),
    "debts": (np.int64, ("blocks", "debt_cap", 2)),  # packed person, arm, act, how it ends, when; cents
    "debt_n": (np.int64, ("blocks",)),
    # stairs: sums of scores that rise by repair alone, in points
    "rate": (
        np.int64,
        ("blocks", "accounts", "schemes", "slots", "period"),
    ),  # recurring in the period
    "bump": (
        np.int64,
        ("blocks", "accounts", "schemes", "slots", "days", 2),
    ),  # of a day; that stop
    "total": (np.int64, ("blocks", "accounts", "schemes", "slots")),  # the running sums
    # counters and scratch of one thread; flows are emptied every day, stocks run on
    "by_region": (np.int64, ("accounts", "regions", "columns")),
    "by_level": (np.int64, ("accounts", "columns", "levels_n")),  # the levels of one event lie side by side
    "by_month": (np.int32, ("accounts", "regions", "columns", "levels_n")),
    "head": (np.int64, ("scratch",)),
    "touched": (np.int64, ("scratch",)),
    "chain": (np.int64, ("own_cap",)),
    "mail_at": (np.int64, ("boxes", 4)),  # where this thread's rows of a box lie, see society.desk
    "counts": (np.int64, (128,)),
    "heard": (np.int64, ("ears",)),  # what the ties of each person and arm of a block said, packed
    "said": (np.int16, ("ears",)),  # what everybody said last week, by person and arm of a block
    "aloud": (np.int64, ("ears",)),  # running sums of it along an order
    "start": (np.uint64, (STRIP,)),  # of each word of a strip: where its digits start, and who is left
    "alive": (np.uint64, (STRIP,)),
    "found": (np.uint64, (STRIP,)),
    "equal": (np.uint64, (STRIP,)),
    "waiting": (np.uint32, (2, ROOM)),  # candidates of a first act: who; first digits of their thinning
    "late": (np.int64, (4, ROOM)),  # candidates of a later act (see society.acts.decide_late)
    "asked": (np.uint32, (3, CHUNK)),  # draws to make: who, which, what for
    "drawn": (np.uint32, (3, CHUNK)),
    "picking": (np.int64, (4, CHUNK)),  # of a draw: where it falls, what is left, what is past, after which
    "factors": (np.int64, (4, CHUNK)),  # of a bound, for one kind
    "rows": (np.int32, ("statics", CHUNK)),  # where the factors of a person stand in their tables
    "picked": (np.int64, (CHUNK,)),  # place of the kind that it picks
    "chosen": (np.int64, (4, CHUNK + 1)),  # acts that may be done: kind, two uniforms, author
    "digits": (np.uint64, (STRIP, 8)),  # first digits of the thinning uniforms of a strip
    "looked": (np.int64, (CHUNK,)),  # those of them that a sensor may see
    "sights": (np.uint32, (EYES, CHUNK, 2)),  # what each sensor draws for an act
}
# `twin` is the first of the arms that share an account, `twins` the one behind the last (see society.twins);
# `people` live in the whole country; `counting` is 0 in a run that keeps no measures (the burn-in).
SIZES = (
    *dict.fromkeys(d for _, dims in ARRAYS.values() for d in dims if isinstance(d, str)),
    "people",
    "counting",
    "twin",
    "twins",
)
MEMORY = np.dtype([*((name, np.int64) for name in ARRAYS), *((f"n_{size}", np.int64) for size in SIZES)])


def _view(name: str) -> Any:
    """The array of this name as a function of the record: two loads and no call."""
    dtype, dims = ARRAYS[name]
    array = Rows(from_dtype(np.dtype(dtype)), len(dims), "C")

    @intrinsic
    def view(typingctx: Any, m: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            word = ir.IntType(64)

            def load(field: str) -> Any:
                start = builder.bitcast(args[0], ir.IntType(8).as_pointer())
                at = cgutils.gep_inbounds(builder, start, offset(field))
                value = builder.load(builder.bitcast(at, word.as_pointer()))
                value.set_metadata("invariant.load", builder.module.add_metadata([]))
                return value

            shape = [load(f"n_{d}") if isinstance(d, str) else word(d) for d in dims]
            size = np.dtype(dtype).itemsize
            strides = [word(size)]
            for extent in reversed(shape[1:]):
                strides.insert(0, builder.mul(strides[0], extent))
            made = context.make_array(array)(context, builder)
            data = builder.inttoptr(load(name), made.data.type)
            populate_array(made, data=data, shape=shape, strides=strides, itemsize=word(size), meminfo=None)
            return made._getvalue()

        return array(m), code

    return view


def _fetch(name: str) -> Any:
    """A function of (record, index) that asks for the row of this array at an index ahead of time.

    It computes nothing. The index is a number or a tuple, one number for each dimension before the row's own;
    a row where the record has none of that place is asked for in vain, which does no harm. Events fall on
    people at random: without this half of a run is spent waiting for memory.
    """
    dtype, dims = ARRAYS[name]

    @intrinsic
    def fetch(typingctx: Any, m: Any, i: Any) -> Any:
        depth = len(i) if isinstance(i, types.BaseTuple) else 1

        def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            if not on_processor(context):  # a device goes on with other threads while one waits
                return context.get_dummy_value()
            word, byte = ir.IntType(64), ir.IntType(8)

            def load(field: str) -> Any:
                at = cgutils.gep_inbounds(builder, builder.bitcast(args[0], byte.as_pointer()), offset(field))
                return builder.load(builder.bitcast(at, word.as_pointer()))

            def extent(d: str | int) -> Any:
                return load(f"n_{d}") if isinstance(d, str) else word(d)

            size = word(np.dtype(dtype).itemsize)
            for d in dims[depth:]:
                size = builder.mul(size, extent(d))
            parts = [args[1]] if depth == 1 else cgutils.unpack_tuple(builder, args[1], depth)
            index = word(0)
            for part, d in zip(parts, dims, strict=False):
                whole = builder.zext(part, word) if part.type.width < 64 else part
                index = builder.add(builder.mul(index, extent(d)), whole)
            row = builder.add(load(name), builder.mul(index, size))
            flag = ir.IntType(32)
            shape = ir.FunctionType(ir.VoidType(), [byte.as_pointer(), flag, flag, flag])
            ask = builder.module.declare_intrinsic("llvm.prefetch", [byte.as_pointer()], shape)
            ends = (row,) if depth == len(dims) else (row, builder.sub(builder.add(row, size), word(1)))
            for end in ends:
                builder.call(ask, [builder.inttoptr(end, byte.as_pointer()), flag(0), flag(3), flag(1)])
            return context.get_dummy_value()

        return types.none(m, i), code

    return fetch


def offset(field: str) -> int:
    """Where a field lies in the record, in bytes."""
    assert MEMORY.fields is not None  # it is a record
    return int(MEMORY.fields[field][1])


def address_of(array: NDArray[Any]) -> int:
    """Where a C-contiguous array lies."""
    assert array.flags.c_contiguous  # a view that is not would be read wrongly
    return int(array.ctypes.data)


person = _view("person")
household = _view("household")
looks = _view("looks")
order = _view("order")
place = _view("place")
clique_end = _view("clique_end")
classes = _view("classes")
span = _view("span")
block = _view("block")
region_start = _view("region_start")
panel = _view("panel")
hot = _view("hot")
warm = _view("warm")
mind = _view("mind")
traits = _view("traits")
watched = _view("watched")
mail = _view("mail")
mail_n = _view("mail_n")
mail_most = _view("mail_most")
mail_at = _view("mail_at")
bucket = _view("bucket")
wakes = _view("wakes")
wakes_n = _view("wakes_n")
past = _view("past")
past_n = _view("past_n")
ledger = _view("ledger")
rare = _view("rare")
rare_n = _view("rare_n")
life = _view("life")
life_n = _view("life_n")
debts = _view("debts")
debt_n = _view("debt_n")
rate = _view("rate")
bump = _view("bump")
total = _view("total")
by_region = _view("by_region")
by_level = _view("by_level")
by_month = _view("by_month")
head = _view("head")
touched = _view("touched")
chain = _view("chain")
counts = _view("counts")
heard = _view("heard")
said = _view("said")
aloud = _view("aloud")
start = _view("start")
alive = _view("alive")
found = _view("found")
equal = _view("equal")
waiting = _view("waiting")
asked = _view("asked")
picking = _view("picking")
factors = _view("factors")
rows = _view("rows")
picked = _view("picked")
drawn = _view("drawn")
chosen = _view("chosen")
looked = _view("looked")
late = _view("late")
digits = _view("digits")
sights = _view("sights")

fetch_person = _fetch("person")
fetch_hot = _fetch("hot")
fetch_warm = _fetch("warm")
fetch_mind = _fetch("mind")
fetch_place = _fetch("place")
fetch_ledger = _fetch("ledger")
