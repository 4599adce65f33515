"""Rounding as the rules mean it: whole sites, tables and grids, shares, money."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

MOST_DIGITS = 18
"""Digits that always fit a column of 64 bits."""


def is_whole(text: str, most_digits: int = MOST_DIGITS) -> bool:
    """Whether a text is a whole number in plain digits that `int` reads and a column can hold."""
    return len(text) <= most_digits and text.isascii() and text.isdigit()


def ceil_divide(amount: int, by: int) -> int:
    """The smallest whole number of portions of size `by` that hold `amount`; ValueError if amount < 0 or by < 1."""
    if amount < 0 or by < 1:
        raise ValueError(f"cannot share {amount} out in portions of {by}")
    return -(-amount // by)


def needed_range(amount: int, per_unit: tuple[int, int]) -> tuple[int, int]:
    """How many units (sites, tables) an amount needs when one serves from per_unit[0] to per_unit[1].

    Rounded up at both ends: 6,518 people at 2,000–3,000 a site need 3 to 4 sites.
    """
    fewest_each, most_each = per_unit
    return ceil_divide(amount, most_each), ceil_divide(amount, fewest_each)


def grid_count_range(households: int, per_grid: tuple[int, int] = (300, 500)) -> tuple[int, int]:
    """How many grids keep every grid within the stated households: up from the largest, down from the smallest size.

    3,048 households make 7 to 10 grids. Where no count fits both ends (599 households are too many for one grid and
    too few for two) the upper limit wins and both ends are equal. per_grid: from memory of GB/T 34300, a warning only.
    """
    fewest_each, most_each = per_grid
    low = ceil_divide(households, most_each)
    return low, max(low, households // fewest_each)


def share(part: int, whole: int, digits: int = 4) -> Decimal | None:
    """part ÷ whole, half rounded up; None when there is nothing to have a share of (never 0 or 100 %)."""
    if whole == 0:
        return None
    return round_half_up(Decimal(part) / Decimal(whole), digits)


def round_half_up(value: Decimal | int | str, digits: int = 0) -> Decimal:
    """Commercial rounding (2.5 → 3, −2.5 → −3) to this many decimal places."""
    return Decimal(value).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def fen(yuan: Decimal | int | str) -> int:
    """An amount of yuan in whole fen, half rounded up, so that sums of money stay exact."""
    return int(round_half_up(Decimal(yuan) * 100))
