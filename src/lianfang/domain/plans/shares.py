"""Whole people out of shares."""

from __future__ import annotations

import numpy as np


def whole_shares(share: np.ndarray) -> np.ndarray:
    """Whole numbers with the same sum (which is one): largest remainders first, of equal ones the earlier."""
    whole = np.floor(share).astype(np.int64)
    order = np.argsort(whole - share, kind="stable")[: round(float(share.sum())) - int(whole.sum())]
    whole[order] += 1
    return whole


__all__ = ["whole_shares"]
