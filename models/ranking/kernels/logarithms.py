"""Logarithms and powers: to base 2 of float32, fast rather than exact, for features by the thousand."""

import numpy as np

from models.compiled import fast_kernel


@fast_kernel
def log2(x: np.float32) -> np.float32:
    """The binary logarithm of a positive normal number, off by less than 0.0001.

    Its bits give the exponent; a polynomial of degree 5 in the mantissa, exact at both ends, gives the rest.
    """
    bits = np.float32(x).view(np.int32)
    exponent = np.float32((bits >> 23) - 127)
    m = np.int32((bits & 0x007FFFFF) | 0x3F800000).view(np.float32) - np.float32(1.0)
    high = np.float32(0.41560223) + m * (np.float32(-0.19357173) + m * np.float32(0.04514761))
    return exponent + m * (np.float32(1.44191686) + m * (np.float32(-0.70909496) + m * high))


@fast_kernel
def exp2(x: np.float32) -> np.float32:
    """2 to a power from -126 to 127, less or more being taken for these; off by less than a millionth of itself.

    A polynomial of degree 6 in what is left of the nearest whole number (exp2f of Cephes, Moshier).
    """
    near = min(max(np.float32(x), np.float32(-126.0)), np.float32(127.0))
    whole = np.int32(near + np.float32(127.5))
    f = near - np.float32(whole - 127)
    high = np.float32(9.618437e-3) + f * (np.float32(1.3398874e-3) + f * np.float32(1.5353362e-4))
    low = np.float32(0.69314720) + f * (np.float32(0.24022648) + f * (np.float32(0.055503325) + f * high))
    return np.int32(whole << 23).view(np.float32) * (np.float32(1.0) + f * low)
