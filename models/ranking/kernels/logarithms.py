"""Logarithms: to base 2 of float32, fast rather than exact, for features by the thousand."""

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
