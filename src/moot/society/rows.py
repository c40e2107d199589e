"""The type of the arrays that kernels look at: as numba's own, but no index is counted from the end.

Numba turns every signed index that may be negative into one from the end, which is three instructions for
each look at an array, a fifth of some kernels. A place of a person, a block or a counter is never negative.
"""

import operator
from typing import Any

from numba import types
from numba.core import typing
from numba.core.datamodel import register_default
from numba.core.datamodel.models import ArrayModel
from numba.extending import lower_builtin
from numba.np.arrayobj import getitem_array_tuple, getitem_arraynd_intp, setitem_array


class Rows(types.Array):  # type: ignore[misc]  # numba has no types
    """An array in which an index is a place from the start, whatever its type."""

    def __init__(self, dtype: Any, ndim: int, layout: str, readonly: bool = False) -> None:
        access = "readonly" if readonly else "mutable"
        super().__init__(dtype, ndim, layout, readonly, name=f"Rows({dtype}, {ndim}, {layout}, {access})")

    def copy(self, dtype: Any = None, ndim: Any = None, layout: Any = None, readonly: Any = None) -> Any:
        """The type of a part of the array."""
        return Rows(
            self.dtype if dtype is None else dtype,
            self.ndim if ndim is None else ndim,
            self.layout if layout is None else layout,
            not self.mutable if readonly is None else readonly,
        )


register_default(Rows)(ArrayModel)


def _from_start(context: Any, builder: Any, kind: Any, value: Any) -> tuple[Any, Any]:
    """An index of a signed type as an unsigned one; slices and constants as they are."""
    if isinstance(kind, types.Integer) and kind.signed and not isinstance(kind, types.Literal):
        return types.uintp, context.cast(builder, value, kind, types.intp)
    return kind, value


def _index(context: Any, builder: Any, kind: Any, value: Any) -> tuple[Any, Any]:
    if not isinstance(kind, types.BaseTuple):
        return _from_start(context, builder, kind, value)
    parts = [
        _from_start(context, builder, part, builder.extract_value(value, n)) for n, part in enumerate(kind)
    ]
    made = types.Tuple.from_types([part for part, _ in parts])
    return made, context.make_tuple(builder, made, [x for _, x in parts])


@lower_builtin(operator.getitem, Rows, types.Integer)
def _get(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    kind, index = _index(context, builder, sig.args[1], args[1])
    told = typing.signature(sig.return_type, sig.args[0], kind)
    return getitem_arraynd_intp(context, builder, told, (args[0], index))


@lower_builtin(operator.getitem, Rows, types.BaseTuple)
def _get_at(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    kind, index = _index(context, builder, sig.args[1], args[1])
    told = typing.signature(sig.return_type, sig.args[0], kind)
    return getitem_array_tuple(context, builder, told, (args[0], index))


@lower_builtin(operator.setitem, Rows, types.Any, types.Any)
def _set(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    kind, index = _index(context, builder, sig.args[1], args[1])
    told = typing.signature(sig.return_type, sig.args[0], kind, sig.args[2])
    return setitem_array(context, builder, told, (args[0], index, args[2]))
