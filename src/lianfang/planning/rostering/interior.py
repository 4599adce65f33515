"""An interior-point method for the master programme: a mix of rosters per member against priced cover rows.

minimise  sum cost x + sum under u + sum over o   subject to   A x + u - o = need,  sum of a member's x = 1,  all >= 0.
Mehrotra's predictor-corrector (SIAM J. on Optimization 2, 1992). The members' rows are eliminated by hand, which leaves
a dense system as large as the cover rows. Stopping early gives central, hence steady prices: the primal-dual column
generation of Gondzio, Gonzalez-Brevis and Munari (European J. of Operational Research 224, 2013).
"""

from __future__ import annotations

from dataclasses import dataclass

import numba as nb
import numpy as np
from scipy.linalg import cho_factor, cho_solve

from lianfang.planning.rostering.model import Floats, Ints

MOST_STEPS = 60
SHRINK = 0.995
"""Share of the way to the border that a step may go (Mehrotra 1992 takes 0.9-0.9995)."""
LIFT = 1e-9
"""Relative lift of the diagonal that keeps the factorisation defined near the end."""

_F1, _F2, _I1 = nb.float64[::1], nb.float64[:, ::1], nb.int64[::1]


@dataclass(frozen=True)
class Mix:
    """The columns: column k belongs to member owner[k] (members in rising order), costs cost[k] and has weight[e] in
    rows row[e] for e in first[k] .. first[k+1]."""

    owner: Ints
    cost: Floats
    first: Ints
    row: Ints
    weight: Floats
    members: int

    def dot(self, y: Floats) -> Floats:
        """Sum over each column's rows of weight x y."""
        if not self.row.size:
            return np.zeros(len(self.cost))
        return np.add.reduceat(np.append(self.weight * y[self.row], 0.0), self.first[:-1]) * (
            self.first[1:] > self.first[:-1]
        )

    def spread(self, x: Floats, rows: int) -> Floats:
        """Sum over columns of weight x x, per row."""
        sums: Floats = np.bincount(self.row, self.weight * np.repeat(x, np.diff(self.first)), rows).astype(float)
        return sums

    def sums(self, x: Floats) -> Floats:
        """Sum of x per member."""
        sums: Floats = np.bincount(self.owner, x, self.members).astype(float)
        return sums


@nb.njit(nb.void(_I1, _I1, _I1, _F1, _F1, _F1, _F2, _F2), cache=True, nogil=True)
def _normal(
    owner: Ints, first: Ints, row: Ints, weight: Floats, d: Floats, sums: Floats, out: Floats, link: Floats
) -> None:
    """Add sum_k d_k a_k a_k' - sum_m (sum d a)(sum d a)' / sums_m to out; link[m] = sum d a of the member."""
    rows = out.shape[0]
    seen = np.zeros(rows, np.int64)
    touched = np.empty(rows, np.int64)
    k, count = 0, len(owner)
    while k < count:
        m, used = owner[k], 0
        while k < count and owner[k] == m:
            for e in range(first[k], first[k + 1]):
                r = row[e]
                if seen[r] == 0:
                    seen[r] = 1
                    touched[used] = r
                    used += 1
                share = weight[e] * d[k]
                link[m, r] += share
                for f in range(first[k], first[k + 1]):
                    out[r, row[f]] += share * weight[f]
            k += 1
        for i in range(used):
            r = touched[i]
            seen[r] = 0
            share = link[m, r] / sums[m]
            for j in range(used):
                out[r, touched[j]] -= share * link[m, touched[j]]


@dataclass
class Optimum:
    """A primal-dual pair: share[k] of each column, price[r] of the rows, own[m] of the members; value (primal)."""

    share: Floats
    price: Floats
    own: Floats
    value: float
    gap: float


def solve_mix(mix: Mix, need: Floats, under: Floats, over: Floats, tolerance: float) -> Optimum:
    """Solve to a relative gap of `tolerance` (or as near as the numbers allow)."""
    return _Method(mix, need, under, over).run(tolerance)


class _Method:
    def __init__(self, mix: Mix, need: Floats, under: Floats, over: Floats) -> None:
        self.mix, self.need, self.under, self.over = mix, need, under, over
        self.rows = len(need)
        self.cost = np.concatenate([mix.cost, under, over])
        self.k = len(mix.cost)
        scale = max(1.0, float(np.median(np.abs(mix.cost))) if self.k else 1.0)
        sizes = np.maximum(np.bincount(mix.owner, minlength=mix.members), 1)
        self.x = np.concatenate([1.0 / sizes[mix.owner], np.ones(2 * self.rows)])
        self.y, self.z = np.zeros(self.rows), np.zeros(mix.members)
        self.y = np.clip(np.zeros(self.rows), -over, under)
        reduced = mix.cost - mix.dot(self.y)
        low = np.full(mix.members, np.inf)
        np.minimum.at(low, mix.owner, reduced)
        self.z = np.where(np.isfinite(low), low, 0.0) - scale
        self.s = np.maximum(self.cost - self._transposed(self.y, self.z), scale)

    def _transposed(self, y: Floats, z: Floats) -> Floats:
        return np.concatenate([self.mix.dot(y) + z[self.mix.owner], y, -y])

    def _product(self, x: Floats) -> tuple[Floats, Floats]:
        r, k = self.rows, self.k
        return self.mix.spread(x[:k], r) + x[k : k + r] - x[k + r :], self.mix.sums(x[:k])

    def run(self, tolerance: float) -> Optimum:
        """Iterate until primal, dual and gap are within tolerance."""
        gap = np.inf
        for _ in range(MOST_STEPS):
            cover, picks = self._product(self.x)
            rp, rz = self.need - cover, 1.0 - picks
            rd = self.cost - self._transposed(self.y, self.z) - self.s
            value = float(self.cost @ self.x)
            gap = float(self.x @ self.s) / (1.0 + abs(value))
            wrong = max(float(np.abs(rp).max(initial=0.0)), float(np.abs(rz).max(initial=0.0)))
            if gap < tolerance and wrong < max(1e-6, tolerance) and float(np.abs(rd).max()) < max(1e-6, tolerance):
                break
            if not self._step(rp, rz, rd):
                break
        share = self.x[: self.k]
        return Optimum(share, self.y, self.z, float(self.cost @ self.x), gap)

    def _step(self, rp: Floats, rz: Floats, rd: Floats) -> bool:
        x, s, n = self.x, self.s, len(self.x)
        mu = float(x @ s) / n
        if not self._factor(x / s):
            return False
        dx, _, _, ds = self._direction(rp, rz, rd, -x * s)
        a, b = _longest(x, dx), _longest(s, ds)
        after = float((x + a * dx) @ (s + b * ds)) / n
        sigma = (after / mu) ** 3
        dx, dy, dz, ds = self._direction(rp, rz, rd, sigma * mu - x * s - dx * ds)
        a, b = min(1.0, SHRINK * _longest(x, dx)), min(1.0, SHRINK * _longest(s, ds))
        self.x, self.y, self.z, self.s = x + a * dx, self.y + b * dy, self.z + b * dz, s + b * ds
        return max(a, b) > 1e-8 and bool(np.isfinite(self.y).all())

    def _factor(self, d: Floats) -> bool:
        r, k, mix = self.rows, self.k, self.mix
        self.d = d
        self.sums = np.maximum(mix.sums(d[:k]), 1e-300)
        self.link = np.zeros((mix.members, r))
        matrix = np.zeros((r, r))
        _normal(mix.owner, mix.first, mix.row, mix.weight, d[:k].copy(), self.sums, matrix, self.link)
        diagonal = np.einsum("ii->i", matrix)
        diagonal += d[k : k + r] + d[k + r :]
        diagonal += LIFT * diagonal.mean()
        try:
            self.factor = cho_factor(matrix, lower=True, check_finite=False, overwrite_a=True)
        except np.linalg.LinAlgError:
            return False
        return True

    def _direction(self, rp: Floats, rz: Floats, rd: Floats, rc: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Newton step: G dx = (rp, rz), G'(dy, dz) + ds = rd, s dx + x ds = rc."""
        hold = self.d * rd - rc / self.s
        cover, picks = self._product(hold)
        right, right_z = rp + cover, rz + picks
        dy = cho_solve(self.factor, right - self.link.T @ (right_z / self.sums), check_finite=False)
        dz = (right_z - self.link @ dy) / self.sums
        push = self._transposed(dy, dz)
        dx = self.d * push - hold
        return dx, dy, dz, rd - push


def _longest(v: Floats, dv: Floats) -> float:
    """Longest step in [0, 1] that keeps v + step dv >= 0."""
    down = dv < 0
    return min(1.0, float((-v[down] / dv[down]).min())) if down.any() else 1.0
