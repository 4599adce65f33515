"""Improving a plan: a minimum-cost circulation among columns, in which a unit of a line moves to another column.

A line (row i at column j) with another arc to k is an edge j -> k of cost c[i, k] - c[i, j]. With a few thousand columns
this network is far smaller than the one over all rows, and it starts from the plan at hand, whatever it is. One row
offers several edges but has only its own units: where a flow uses more than a line holds, that line becomes a node of
its own and the flow is solved again, until nothing is overdrawn; the relaxation is then exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lianfang.planning.assignment.network import Arcs, Numbers, Plan, row_prices, run_flow
from lianfang.planning.assignment.problem import Int

OVERDRAWN_ROUNDS = 8  # then every line becomes a node; assumption, 2 or 3 are usual


class NotOptimalError(Exception):
    """The residual graph has a negative cycle: the plan was not optimal on its arcs."""


@dataclass(frozen=True, eq=False)
class Moves:
    """Edges of the exchange network: line -> column, with the change of cost per unit."""

    line: Int
    column: Int
    change: Int

    def take(self, index: np.ndarray) -> Moves:
        """The moves at these positions, or where a mask holds."""
        return Moves(self.line[index], self.column[index], self.change[index])


def find_moves(numbers: Numbers, arcs: Arcs, plan: Plan) -> Moves:
    """Every way in which one unit of a line may go to another column, the pool included; arcs need no order."""
    rows, pool = numbers.rows, numbers.columns
    lines = plan.lines
    order = np.argsort(arcs.row, kind="stable")
    first = np.searchsorted(arcs.row[order], np.arange(rows + 2))  # the shortage row has none here
    real = np.flatnonzero(lines.row < rows)
    count = np.diff(first)[lines.row[real]]
    offset = np.cumsum(count) - count
    other = order[np.repeat(first[lines.row[real]] - offset, count) + np.arange(count.sum())]
    mine = np.repeat(real, count)
    elsewhere = arcs.column[other] != lines.column[mine]
    mine, other = mine[elsewhere], other[elsewhere]
    away = np.flatnonzero(lines.column < pool)
    spare = np.flatnonzero((lines.row == rows) & (lines.column == pool))
    lack = np.repeat(spare, pool)
    return Moves(
        np.concatenate([mine, away, lack]),
        np.concatenate([arcs.column[other], np.full(away.size, pool), np.tile(np.arange(pool), spare.size)]),
        np.concatenate([arcs.cost[other] - lines.cost[mine], -lines.cost[away], np.tile(numbers.shortage, spare.size)]),
    )


def improve(numbers: Numbers, arcs: Arcs, bridges: Arcs, plan: Plan, price: Int, *, reach: int) -> Plan:
    """The best plan that moves along arcs whose reduced cost under `price` is at most `reach` quanta.

    The caller proves optimality by pricing.
    """
    columns = numbers.columns
    level = np.append(price, 0)
    moves = find_moves(numbers, arcs, plan)
    start = plan.lines.column[moves.line]
    above = row_prices(arcs, price, numbers.rows + 1)
    reduced = moves.change + plan.lines.cost[moves.line] - level[moves.column] - above[plan.lines.row[moves.line]]
    lack = plan.lines.row[moves.line] == numbers.rows
    close = (reduced <= reach) | lack | (moves.column == columns)
    moves, start = moves.take(close), start[close]
    slope = moves.change + level[start] - level[moves.column]
    explicit = np.zeros(plan.units.size, dtype=bool)
    for attempt in range(OVERDRAWN_ROUNDS + 1):
        if attempt == OVERDRAWN_ROUNDS:
            explicit[:] = True
        moved, crossed = _circulate(columns, plan, moves, start, slope, bridges, level, explicit)
        drawn = np.bincount(moves.line, moved.astype(np.float64), plan.units.size)
        if not (drawn > plan.units).any():
            break
        explicit |= drawn > (0 if attempt == 0 else plan.units)
    return _apply(numbers, plan, moves, moved, crossed)


def _circulate(
    columns: int, plan: Plan, moves: Moves, start: Int, slope: Int, bridges: Arcs, level: Int, explicit: np.ndarray,
) -> tuple[Int, Int]:  # fmt: skip
    """Units on each move and on each bridge of the best circulation."""
    nodes = columns + 1
    node_of_line = np.full(plan.units.size, -1)
    own = np.flatnonzero(explicit)
    node_of_line[own] = nodes + np.arange(own.size)
    tail = np.where(explicit[moves.line], node_of_line[moves.line], start)
    used = np.flatnonzero(plan.on_bridge)
    rise = bridges.cost + level[bridges.row] - level[bridges.column]
    most = int(plan.units.sum())
    cost = np.concatenate([slope, rise, -rise[used]])
    capacity = np.concatenate(
        [plan.units[moves.line], np.full(bridges.size, most), plan.on_bridge[used], plan.units[own]]
    )
    flow = run_flow(
        nodes + own.size,
        np.concatenate([tail, bridges.row, bridges.column[used], plan.lines.column[own]]),
        np.concatenate([moves.column, bridges.column, bridges.row[used], node_of_line[own]]),
        capacity,
        np.concatenate([cost, np.zeros(own.size, dtype=np.int64)]),
        np.zeros(nodes + own.size, dtype=np.int64),
    )
    first, second = slope.size, slope.size + bridges.size
    crossed = plan.on_bridge + flow[first:second]
    crossed[used] -= flow[second : second + used.size]
    return flow[:first], crossed


def _apply(numbers: Numbers, plan: Plan, moves: Moves, moved: Int, crossed: Int) -> Plan:
    """The plan after the moves, lines of the same row and column added up."""
    hit = np.flatnonzero(moved)
    line = moves.line[hit]
    left = plan.units.copy()
    np.subtract.at(left, line, moved[hit])
    row = np.concatenate([plan.lines.row, plan.lines.row[line]])
    column = np.concatenate([plan.lines.column, moves.column[hit]])
    cost = np.concatenate([plan.lines.cost, plan.lines.cost[line] + moves.change[hit]])
    units = np.concatenate([left, moved[hit]])
    key = row * (numbers.columns + 1) + column
    order = np.argsort(key, kind="stable")
    start = np.flatnonzero(np.concatenate([[True], key[order][1:] != key[order][:-1]]))
    total = np.add.reduceat(units[order], start)
    keep = total > 0
    at = order[start][keep]
    return Plan(Arcs(row[at], column[at], cost[at]), total[keep], crossed)


def middle_prices(numbers: Numbers, arcs: Arcs, bridges: Arcs, plan: Plan, start: Int) -> Int:
    """Prices[m] under which no arc, bridge, idle unit or shortage could improve this plan, away from the extremes.

    Each move says price[k] <= price[j] + change; relaxing these down and up from `start` and taking the middle keeps
    column pricing stable (du Merle et al. 1999, stabilised column generation). Raises NotOptimalError.
    """
    pool = numbers.columns
    moves = find_moves(numbers, arcs, plan)
    used = np.flatnonzero(plan.on_bridge)
    tail = np.concatenate([plan.lines.column[moves.line], bridges.row, bridges.column[used]])
    head = np.concatenate([moves.column, bridges.column, bridges.row[used]])
    width = np.concatenate([moves.change, bridges.cost, -bridges.cost[used]])
    if not tail.size:
        return np.minimum(start, numbers.shortage)
    key = tail * (pool + 1) + head
    order = np.lexsort((width, key))
    order = order[np.concatenate([[True], key[order][1:] != key[order][:-1]])]
    tail, head, width = tail[order], head[order], width[order]
    low = relax(np.append(start, 0), tail, head, width, down=True)
    high = relax(np.append(start, 0), tail, head, width, down=False)
    middle: Int = ((low[:-1] - low[-1]) + (high[:-1] - high[-1])) // 2
    return middle


def relax(price: Int, tail: Int, head: Int, width: Int, *, down: bool) -> Int:
    """Bellman-Ford, all edges at once: lower heads (down) or raise tails (up) until every difference holds."""
    target = head if down else tail
    order = np.argsort(target, kind="stable")
    tail, head, width, target = tail[order], head[order], width[order], target[order]
    start = np.flatnonzero(np.concatenate([[True], target[1:] != target[:-1]]))
    node = target[start]
    for _ in range(price.size + 1):
        if down:
            new = np.minimum(price[node], np.minimum.reduceat(price[tail] + width, start))
        else:
            new = np.maximum(price[node], np.maximum.reduceat(price[head] - width, start))
        if np.array_equal(new, price[node]):
            return price
        price[node] = new
    raise NotOptimalError
