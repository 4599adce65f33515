"""Better plans for jobs and agents: all jobs of a few agents are given out anew, by listing small departures from the best prices.

For a few agents the Lagrangian bound is sharpened first (their own prices of capacity, by subgradients). A departure gives a job
to another agent than the cheapest at these prices and costs its regret; sets of departures are listed in rounds of growing
total regret until one fits all capacities at the price allowed. Where the bound already exceeds that price, nothing is listed.
Accepting somewhat dearer plans at first (annealing) leaves local optima. Compiled once, kept on disk; the bound is Fisher 1981,
Management Science 27; the listing is limited discrepancy search, Harvey and Ginsberg 1995, in the order of regret.
"""

from __future__ import annotations

import numba as nb
import numpy as np

from lianfang.planning.assignment.problem import Float, Int

FIRST_REGRET, WIDEN = 2.0, 1.5  # total regret of the first round in mean units, and its growth; assumptions
PATIENCE = 3  # subgradient steps without a better bound before the step is halved; assumption
NEVER = 1e18
CLOSE = 1e-7

Part = tuple[Float, Float, Float]
"""cost[jobs, agents], load[jobs, agents], room[agents] of the few agents; NEVER where a job does not fit."""
Departures = tuple[Int, Int, Float]
"""job, agent, regret of every departure, the least regret first; regret ends with NEVER."""


@nb.njit(cache=True, nogil=True)
def _bound_at(part: Part, price: Float, used: Float) -> float:
    """The Lagrangian bound at these prices; used[agents]: load minus room when every job goes where it is cheapest."""
    cost, load, room = part
    bound = 0.0
    for s in range(room.size):
        used[s] = -room[s]
        bound -= price[s] * room[s]
    for q in range(cost.shape[0]):
        least, w = NEVER, 0
        for s in range(room.size):
            x = cost[q, s] + price[s] * load[q, s]
            if x < least:
                least, w = x, s
        bound += least
        used[w] += load[q, w]
    return bound


@nb.njit(cache=True, nogil=True)
def _sharpen(part: Part, price: Float, aim: float, enough: float, steps: int) -> tuple[float, Float]:
    """The best bound and its prices after some subgradient steps from `price` (changed); ends early above `enough`."""
    best, found, step, bad = -np.inf, price.copy(), 1.0, 0
    used = np.empty(price.size)
    for _ in range(steps):
        bound = _bound_at(part, price, used)
        if bound > best + 1e-9:
            best, bad = bound, 0
            found[:] = price
            if bound > enough:
                break
        else:
            bad += 1
            if bad >= PATIENCE:
                step, bad = step / 2, 0
                price[:] = found
        length = 0.0
        for s in range(price.size):
            if price[s] > 0 or used[s] > 0:
                length += used[s] * used[s]
        if length < 1e-9:
            break
        ahead = step * max(aim - bound, 0.01 * abs(aim) / part[0].shape[0]) / length
        for s in range(price.size):
            price[s] = max(0.0, price[s] + ahead * used[s])
    return best, found


@nb.njit(cache=True, nogil=True)
def _departures(part: Part, price: Float, most: float, pick: Int) -> Departures:
    """Every departure of at most this regret; pick[jobs] becomes the cheapest agent of each job."""
    cost, load, _ = part
    jobs, agents = cost.shape
    job, agent, regret = np.empty(jobs * agents, np.int64), np.empty(jobs * agents, np.int64), np.empty(jobs * agents)
    count = 0
    for q in range(jobs):
        least = NEVER
        for s in range(agents):
            x = cost[q, s] + price[s] * load[q, s]
            if x < least:
                least, pick[q] = x, s
        for s in range(agents):
            r = cost[q, s] + price[s] * load[q, s] - least
            if s != pick[q] and r <= most:
                job[count], agent[count], regret[count] = q, s, r
                count += 1
    order = np.argsort(regret[:count])
    return job[order], agent[order], np.append(regret[order], NEVER)


@nb.njit(cache=True, nogil=True)
def _fits(over: Float) -> bool:
    return bool(over.max() <= 1e-9)


@nb.njit(cache=True, nogil=True)
def _list(
    part: Part, ways: Departures, pick: Int, over: Float, total: float, most: float, low: float, high: float, left: int
) -> tuple[bool, float, int]:
    """Sets of departures with a regret in (low, high], depth first: (found, its cost, nodes left).

    pick[jobs] is changed into the plan when found; over[agents]: load minus room of `pick`.
    """
    cost, load, _ = part
    job, agent, regret = ways
    path, spent, taken = np.empty(pick.size + 1, np.int64), np.zeros(pick.size + 1), np.zeros(pick.size, np.bool_)
    depth = p = 0
    while True:
        if depth < pick.size and spent[depth] + regret[p] <= high:
            q, s = job[p], agent[p]
            if not taken[q]:
                if left == 0:
                    return False, total, 0
                left -= 1
                over[pick[q]] -= load[q, pick[q]]
                over[s] += load[q, s]
                total += cost[q, s] - cost[q, pick[q]]
                path[depth], taken[q] = p, True
                depth += 1
                spent[depth] = spent[depth - 1] + regret[p]
                if spent[depth] > low and total <= most and _fits(over):
                    for e in range(depth):
                        pick[job[path[e]]] = agent[path[e]]
                    return True, total, left
            p += 1
        elif depth == 0:
            return False, total, left
        else:
            depth -= 1
            p = path[depth]
            q, s = job[p], agent[p]
            over[pick[q]] += load[q, pick[q]]
            over[s] -= load[q, s]
            total -= cost[q, s] - cost[q, pick[q]]
            taken[q] = False
            p += 1


@nb.njit(cache=True, nogil=True)
def _give_anew(
    part: Part, price: Float, now: float, most: float, steps: int, nodes: int, pick: Int
) -> tuple[bool, float]:
    """A plan of these jobs for at most `most`: (found, its cost); pick[jobs]: the plan when found."""
    bound, price = _sharpen(part, price, now, most + CLOSE, steps)
    if bound > most + CLOSE:
        return False, NEVER
    ways = _departures(part, price, most - bound + CLOSE, pick)
    over, total = -part[2], 0.0
    for q in range(pick.size):
        over[pick[q]] += part[1][q, pick[q]]
        total += part[0][q, pick[q]]
    if total <= most and _fits(over):
        return True, total
    width = most - bound + CLOSE
    low, high = -1.0, min(width, FIRST_REGRET * max(ways[2][0], width / 16) if ways[0].size else width)
    while True:
        found, cost, nodes = _list(part, ways, pick, over.copy(), total, most, low, high, nodes)
        if found or nodes == 0 or high >= width:
            return found, cost
        low, high = high, min(width, high * WIDEN)


@nb.njit(cache=True, nogil=True)
def search(
    cost: Float, load: Float, capacity: Float, price: Float, plan: Int, few: int, many: int, heat: float, unit: float,
    steps: int, nodes: int, rounds: int, seed: int,
) -> tuple[float, Int]:  # fmt: skip
    """The best plan met in some rounds of giving out the jobs of `few` to `many` agents; plan[jobs] ends at the last.

    cost[agents, jobs] (NEVER: barred); price[agents]: of capacity in the LP; heat: temperature in the unit of cost, 0 for
    improvements only; unit: the least difference of two costs; steps, nodes: effort for each round.
    """
    np.random.seed(seed)
    agents, jobs = cost.shape
    room, total = capacity.copy(), 0.0
    for j in range(jobs):
        room[plan[j]] -= load[plan[j], j]
        total += cost[plan[j], j]
    best, found = total, plan.copy()
    inside = np.zeros(agents, np.bool_)
    for _ in range(rounds):
        chosen = np.random.permutation(agents)[: min(agents, np.random.randint(few, many + 1))]
        inside[:] = False
        inside[chosen] = True
        free = np.flatnonzero(inside[plan])
        if free.size < 2:
            continue
        part = (np.empty((free.size, chosen.size)), np.empty((free.size, chosen.size)), room[chosen])
        now = 0.0
        for q in range(free.size):
            now += cost[plan[free[q]], free[q]]
            for s in range(chosen.size):
                part[0][q, s], part[1][q, s] = cost[chosen[s], free[q]], load[chosen[s], free[q]]
                if chosen[s] == plan[free[q]]:
                    part[2][s] += part[1][q, s]
        most = now - unit if heat <= 0 else now - heat * np.log(1.0 - np.random.random()) - 0.3 * unit
        pick = np.empty(free.size, np.int64)
        done, value = _give_anew(part, price[chosen].copy(), now, most, steps, nodes, pick)
        if done:
            for q in range(free.size):
                j, s = free[q], chosen[pick[q]]
                room[plan[j]] += load[plan[j], j]
                room[s] -= load[s, j]
                plan[j] = s
            total += value - now
            if total < best - unit / 2:
                best = total
                found[:] = plan
    return best, found
