"""Weights that make the pool agree with a county's census in every published figure at once.

Method: entropy balancing (Hainmueller 2012, Political Analysis 20:25–46, section 3.1), which is calibration by raking
(Deville & Särndal 1992, JASA 87:376–382): of all weights that reproduce the margins, those closest to the prior.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from lianfang.exchange.synthetic.census import AGE_BANDS, GENERATIONS, County, county
from lianfang.exchange.synthetic.pool import pool

Floats = npt.NDArray[np.float64]

_ELDER: Final = 65
_STEPS: Final = 80
_TOLERANCE: Final = 1e-7  # largest remaining error of a margin, as a share of the households
_RIDGE: Final = 1e-9  # keeps the Hessian regular: the margins repeat each other (ages sum to people)
_LARGEST_STEP: Final = 4.0


@lru_cache(maxsize=1)
def features() -> Floats:
    """(households of the pool, margins): females by age band, males by band, generations 1…4, one person, an elder,
    collective."""
    p = pool()
    bands = len(AGE_BANDS)
    owner = np.repeat(np.arange(p.size.size), p.size)
    band = np.searchsorted(np.array(AGE_BANDS), p.age, side="right") - 1
    table = np.zeros((p.size.size, 2 * bands + GENERATIONS + 3))
    np.add.at(table, (owner, band + bands * p.male), 1.0)
    at = 2 * bands
    for generation in range(1, GENERATIONS + 1):
        table[:, at + generation - 1] = p.generations == generation
    family = p.generations > 0
    table[:, at + GENERATIONS] = family & (p.size == 1)
    table[:, at + GENERATIONS + 1] = np.bincount(owner, weights=p.age >= _ELDER, minlength=p.size.size) > 0
    table[:, at + GENERATIONS + 1] *= family
    table[:, at + GENERATIONS + 2] = ~family
    return table


def targets(where: County) -> Floats:
    """The census figures in the order of `features`, per family household."""
    figures = [*where.age_sex.ravel(), *where.generations, where.one_person, where.with_elder, where.collective]
    return np.array(figures, dtype=float) / where.family_households


def _start(where: County) -> Floats:
    p = pool()
    level = np.array([where.collective, *where.generations], dtype=float) / where.family_households
    return p.prior * np.maximum(level, 1e-9)[p.generations]


def balance(prior: Floats, table: Floats, aims: Floats, multipliers: Floats) -> tuple[Floats, Floats]:
    """Weights and multipliers by Newton's method on the dual, with halved steps where needed."""

    def value(m: Floats) -> float:
        return float(np.sum(prior * np.exp(np.minimum(table @ m, 60))) - aims @ m + 0.5 * _RIDGE * m @ m)

    current = value(multipliers)
    weights = prior * np.exp(table @ multipliers)
    for _ in range(_STEPS):
        gradient = table.T @ weights - aims + _RIDGE * multipliers
        if np.max(np.abs(gradient)) < _TOLERANCE:
            break
        hessian = (table * weights[:, None]).T @ table
        hessian[np.diag_indices_from(hessian)] += _RIDGE
        step = np.linalg.solve(hessian, gradient)
        length = min(1.0, _LARGEST_STEP / max(float(np.max(np.abs(step))), 1e-12))
        while (trial := value(multipliers - length * step)) > current + 1e-12 and length > 1e-6:
            length /= 2
        multipliers = multipliers - length * step
        current = trial
        weights = prior * np.exp(table @ multipliers)
    return weights, multipliers


@lru_cache(maxsize=256)
def household_weights(code: str) -> Floats:
    """How many households of each kind a county has per family household; raises synthetic.county_unknown."""
    where = county(code)
    weights, _ = balance(_start(where), features(), targets(where), np.zeros(features().shape[1]))
    return weights
