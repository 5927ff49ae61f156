"""Products: the inner products of a query with the 16 items of a page, a page at a time.

A page holds the codes of 16 items, four dimensions of one item side by side, then the same four of the next:

| bytes | what |
| --- | --- |
| 64 * g + 4 * i + k | dimension 4 * g + k of item i, plus 128, as uint8 |

so that one instruction of machines with VNNI (vpdpbusd) adds four products to each of 16 sums. Other machines get the
same sums, which are whole numbers, from code that LLVM writes for them (on x86 by vpmaddwd).
"""

from typing import Any, Final, NamedTuple

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from models.compiled import kernel
from models.kernels.lanes import load, mask, pairs
from models.kernels.lines import LINE, fetch_line
from schemas.vectors import DIMENSIONS

LANES: Final = 16
PAGE_BYTES: Final = LANES * DIMENSIONS
BIAS: Final = 128
_GROUP: Final = 4 * LANES
_CHAINS: Final = 4
_ALIGN: Final = 4
_LONG = ir.IntType(64)
_SUMS = ir.VectorType(ir.IntType(32), LANES)
_SCORES = ir.VectorType(ir.FloatType(), LANES)


class Query(NamedTuple):
    """A query's codes (128,) int8 as they multiply those of pages, what their unit is worth, BIAS times their sum."""

    codes: NDArray[np.int8]
    unit: np.float32
    shift: np.int32


@kernel
def page_scores(
    codes: NDArray[np.uint8],
    scales: NDArray[np.float32],
    page: int,
    following: int,
    query: Query,
    threshold: np.float32,
    scores: NDArray[np.float32],
    start: int,
) -> int:
    """Writes the inner products of a query with a page into scores[start : start + 16]; which are above a threshold.

    The page that is looked at next is fetched meanwhile, since the processor cannot guess where it lies.

    Args: codes (p, 2048) and scales (16 * p,) or (p, 16), what the unit of each item's codes is worth; page and
    following: below p. Returns: bit i is that of item i.
    """
    pages = (np.int64(page), np.int64(following))
    return _page_scores(codes, scales, pages, query, threshold, scores, start)


@intrinsic
def lowest_bit(typing_context: Any, bits: Any) -> Any:
    """The place of the lowest bit that is set, of those of a number that is not 0."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.int64), generate


@intrinsic
def _page_scores(
    typing_context: Any, codes: Any, scales: Any, pages: Any, query: Any, threshold: Any, scores: Any, start: Any
) -> Any:
    kinds = (codes, scales, pages, query, types.float32, scores, types.int64)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        def data(kind: Any, value: Any) -> Any:
            return context.make_array(kind)(context, builder, value).data

        page, following = (builder.extract_value(arguments[2], k) for k in (0, 1))
        asked, unit, shift = (builder.extract_value(arguments[3], k) for k in range(3))
        all_codes, all_scales = data(codes, arguments[0]), data(scales, arguments[1])
        for line in range(0, PAGE_BYTES, LINE):
            fetch_line(builder, _at(builder, all_codes, following, PAGE_BYTES, line))
        features = str(context.codegen().magic_tuple()[2])
        sums_of = _by_vnni if "+avx512vnni" in features else _by_any
        sums = sums_of(builder, _at(builder, all_codes, page, PAGE_BYTES), data(query[0], asked))
        worth = load(builder, _at(builder, all_scales, page, LANES), 0, _SCORES, _ALIGN)
        worth = builder.fmul(worth, _repeated(builder, unit))
        products = builder.fmul(builder.sitofp(builder.sub(sums, _repeated(builder, shift)), _SCORES), worth)
        out = _at(builder, data(scores, arguments[5]), arguments[6], 1)
        builder.store(products, builder.bitcast(out, _SCORES.as_pointer()), align=4)
        above = builder.fcmp_ordered(">", products, _repeated(builder, arguments[4]))
        return builder.zext(builder.bitcast(above, ir.IntType(LANES)), _LONG)

    return types.int64(*kinds), generate


def _at(builder: Any, base: Any, number: Any, size: int, offset: int = 0) -> Any:
    return builder.gep(base, [builder.add(builder.mul(number, ir.Constant(_LONG, size)), ir.Constant(_LONG, offset))])


def _by_vnni(builder: Any, codes: Any, query: Any) -> Any:
    kind = ir.FunctionType(_SUMS, [_SUMS, _SUMS, _SUMS])
    add = cgutils.get_or_insert_function(builder.module, kind, "llvm.x86.avx512.vpdpbusd.512")
    chains = [ir.Constant(_SUMS, None)] * _CHAINS
    for group in range(PAGE_BYTES // _GROUP):
        four = load(builder, codes, group * _GROUP, _SUMS, _ALIGN)
        asked = _repeated(builder, load(builder, query, 4 * group, ir.IntType(32), _ALIGN))
        chains[group % _CHAINS] = builder.call(add, [chains[group % _CHAINS], four, asked])
    return builder.add(builder.add(chains[0], chains[1]), builder.add(chains[2], chains[3]))


def _by_any(builder: Any, codes: Any, query: Any) -> Any:
    wide = ir.VectorType(ir.IntType(32), _GROUP)
    total = ir.Constant(ir.VectorType(ir.IntType(32), _GROUP // 2), None)
    for group in range(PAGE_BYTES // _GROUP):
        four = load(builder, codes, group * _GROUP, ir.VectorType(ir.IntType(8), _GROUP), _ALIGN)
        asked = load(builder, query, 4 * group, ir.VectorType(ir.IntType(8), 4), _ALIGN)
        asked = builder.shuffle_vector(asked, asked, mask([k % 4 for k in range(_GROUP)]))
        products = builder.mul(builder.zext(four, wide), builder.sext(asked, wide))
        total = builder.add(total, pairs(builder, products))
    return pairs(builder, total)


def _repeated(builder: Any, value: Any) -> Any:
    kind = ir.VectorType(value.type, LANES)
    one = builder.insert_element(ir.Constant(kind, None), value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(one, one, mask([0] * LANES))
