"""Columns out of packed rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hdl.contract.layout import Layout

Words = NDArray[np.uint32]
Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]


def column(words: Words, layout: Layout, name: str) -> Ints:
    """Return a field of packed rows, for layouts in which no field crosses a word."""
    word, shift = divmod(layout.offset[name], 32)
    ones = np.uint32((1 << layout.field[name].width) - 1)
    return (words[:, word] >> np.uint32(shift) & ones).astype(np.int64)
