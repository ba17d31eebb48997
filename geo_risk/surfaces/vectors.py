"""The innermost steps as vector instructions, which numba does not find by itself.

A point's B-splines added to order x order nodes: one load, multiply-add and store a row, both axes'
splines by Horner's rule on all of a row at once; half the time of the same step in scalars for
order 4, a tenth for 6 and 8. A strip of 8 or 16 columns of a disc: a polynomial, cut off at 0.
In LLVM's terms through `numba.extending.intrinsic`; called in `loops`, `discs` and `stamps` only,
which must change together with this file: numba's cache looks at the caller's file alone.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FAST = ("contract", "nsz")
_INT = ir.IntType(32)
_FOUR = ir.VectorType(ir.DoubleType(), 4)


@cache
def spline_pieces(order: int) -> NDArray[np.float64]:
    """Give the uniform B-splines of an order on one interval, by powers of the fraction t.

    N(k, d) = ((d - k + t) N(k - 1, d - 1) + (k + 1 - t) N(k, d - 1)) / d, from N(0, 0) = 1: de Boor
    (1978), A Practical Guide to Splines, IX eq. 15, knots at the integers.

    Returns
    -------
    ndarray
        (order, order): row = power of t, column = spline, from the left.
    """
    pieces = np.ones((1, 1))
    for degree in range(1, order):
        k = np.arange(degree + 1)
        left = np.pad(pieces, ((0, 1), (1, 0)))
        same = np.pad(pieces, ((0, 1), (0, 1)))
        slope = np.roll(left - same, 1, axis=0)  # times t: the last power is 0 before
        pieces = ((degree - k) * left + (k + 1) * same + slope) / degree
    pieces.setflags(write=False)
    return pieces


def patch(pieces: NDArray[np.float64]) -> Any:
    """Make nodes[at + r step + c] += weight x f(c, x) f(r, y), r and c from 0 to the last node.

    Parameters
    ----------
    pieces
        (powers, nodes) of f: row = power of x or y, column = node.
    """
    many = pieces.shape[1]
    row = ir.VectorType(ir.DoubleType(), many)
    constants = [ir.Constant(row, power.tolist()) for power in pieces]

    def factors(builder: Any, fraction: Any) -> Any:
        t, total = _spread(builder, fraction, row), constants[-1]
        for piece in reversed(constants[:-1]):
            total = builder.fadd(builder.fmul(total, t, flags=_FAST), piece, flags=_FAST)
        return total

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        nodes, at, step, x, y, weight = arguments
        data = context.make_array(signature.args[0])(context, builder, nodes).data
        across = builder.fmul(factors(builder, x), _spread(builder, weight, row), flags=_FAST)
        down = factors(builder, y)
        for r in range(many):
            place = builder.bitcast(builder.gep(data, [at]), row.as_pointer())
            part = builder.fmul(across, _repeat(builder, down, r), flags=_FAST)
            total = builder.fadd(builder.load(place, align=8), part, flags=_FAST)
            builder.store(total, place, align=8)
            at = builder.add(at, step)
        return context.get_dummy_value()

    def typed(_typing: Any, nodes: Any, at: Any, step: Any, x: Any, y: Any, weight: Any) -> Any:
        number = types.float64
        return types.void(nodes, at, step, *(number for _ in (x, y, weight))), generate

    return intrinsic(typed)


def _strip(power: int, cells: int) -> Any:
    """Add weight x max(0, 1 - u² - v²)^power to a strip of some columns and n rows of a disc.

    u = (away + c) x step for columns c below `cells`, v = (down + r) x step for rows r below n,
    cell (r, c) at values[at + r stride + c]. The columns' squares stay in registers for all rows.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        values, at, stride, away, down, step, weight, n = arguments
        data = context.make_array(signature.args[0])(context, builder, values).data
        nothing, one = ir.Constant(_FOUR, [0.0] * 4), ir.Constant(ir.DoubleType(), 1.0)
        squares = []
        for first in range(0, cells, 4):
            lanes = ir.Constant(_FOUR, [float(first + lane) for lane in range(4)])
            u = builder.fadd(_spread(builder, away, _FOUR), lanes, flags=_FAST)
            u = builder.fmul(u, _spread(builder, step, _FOUR), flags=_FAST)
            squares.append(builder.fmul(u, u, flags=_FAST))
        times = _spread(builder, weight, _FOUR)
        with cgutils.for_range(builder, n) as loop:
            v = builder.fadd(down, builder.sitofp(loop.index, ir.DoubleType()), flags=_FAST)
            v = builder.fmul(v, step, flags=_FAST)
            rest = builder.fsub(one, builder.fmul(v, v, flags=_FAST), flags=_FAST)
            rest = _spread(builder, rest, _FOUR)
            row = builder.add(at, builder.mul(loop.index, stride))
            for vector, square in enumerate(squares):
                left = builder.fsub(rest, square, flags=_FAST)
                left = builder.select(builder.fcmp_ordered(">", left, nothing), left, nothing)
                if power == 2:
                    left = builder.fmul(left, left, flags=_FAST)
                place = builder.add(row, ir.Constant(row.type, 4 * vector))
                place = builder.bitcast(builder.gep(data, [place]), _FOUR.as_pointer())
                part = builder.fmul(times, left, flags=_FAST)
                total = builder.fadd(builder.load(place, align=8), part, flags=_FAST)
                builder.store(total, place, align=8)
        return context.get_dummy_value()

    def typed(
        _typing: Any,
        values: Any,
        at: Any,
        stride: Any,
        away: Any,
        down: Any,
        step: Any,
        weight: Any,
        n: Any,
    ) -> Any:
        number = types.float64
        return types.void(
            values, at, stride, *(number for _ in (away, down, step, weight)), n
        ), generate

    return intrinsic(typed)


def _spread(builder: Any, number: Any, kind: Any) -> Any:
    nothing = ir.Constant(kind, ir.Undefined)
    return _repeat(builder, builder.insert_element(nothing, number, ir.Constant(_INT, 0)), 0)


def _repeat(builder: Any, vector: Any, which: int) -> Any:
    lanes = vector.type.count
    mask = ir.Constant(ir.VectorType(_INT, lanes), [which] * lanes)
    return builder.shuffle_vector(vector, ir.Constant(vector.type, ir.Undefined), mask)


add_strip, add_strip_squared, add_narrow_strip, add_narrow_strip_squared = (
    _strip(power, cells) for cells in (16, 8) for power in (1, 2)
)
add_2_by_2, add_4_by_4, add_6_by_6, add_8_by_8 = (
    patch(spline_pieces(order)) for order in (2, 4, 6, 8)
)
