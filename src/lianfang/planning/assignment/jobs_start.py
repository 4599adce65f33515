"""A first plan for jobs and agents: compiled simulated annealing over shifts and swaps, overload paid by a moving penalty.

Only the most promising agents of each job are tried. The penalty of an agent grows while it is overloaded and shrinks while it is
not. Source: Yagiura, Ibaraki and Glover 2006, EJOR 169 (penalties); the annealing is ours. Compiled once, kept on disk.
"""

from __future__ import annotations

import numba as nb
import numpy as np

from lianfang.planning.assignment.problem import Float, Int

SWAPS = 0.7  # share of swaps among the moves; assumption
GROW, SHRINK, ADAPT_EVERY = 1.02, 0.998, 8192  # of a penalty, and after how many moves; assumptions
COOL_EVERY = 1024

Lists = tuple[Int, Int, Int]
"""members[agents, jobs], count[agents], place[jobs] within its agent's members."""


@nb.njit(cache=True, nogil=True)
def _lists(plan: Int, agents: int) -> Lists:
    members = np.empty((agents, plan.size), np.int64)
    count, place = np.zeros(agents, np.int64), np.empty(plan.size, np.int64)
    for j in range(plan.size):
        i = plan[j]
        members[i, count[i]], place[j] = j, count[i]
        count[i] += 1
    return members, count, place


@nb.njit(cache=True, nogil=True)
def _move(plan: Int, lists: Lists, job: int, other: int, to: int) -> None:
    """Give `job` to agent `to`, and `other` (-1: none) of that agent to the agent of `job`."""
    members, count, place = lists
    here = plan[job]
    if other >= 0:
        p, q = place[job], place[other]
        members[here, p], members[to, q] = other, job
        place[other], place[job] = p, q
        plan[other] = here
    else:
        last = members[here, count[here] - 1]
        members[here, place[job]], place[last] = last, place[job]
        count[here] -= 1
        members[to, count[to]], place[job] = job, count[to]
        count[to] += 1
    plan[job] = to


@nb.njit(cache=True, nogil=True)
def _paid(penalty: float, slack: float) -> float:
    return -penalty * slack if slack < 0 else 0.0


@nb.njit(cache=True, nogil=True)
def _adapt(penalty: Float, slack: Float) -> None:
    for i in range(slack.size):
        penalty[i] *= GROW if slack[i] < 0 else SHRINK


@nb.njit(cache=True, nogil=True)
def anneal(
    cost: Float, load: Float, capacity: Float, choice: Int, plan: Int, penalty: Float, hot: float, cold: float,
    moves: int, seed: int,
) -> tuple[float, Int]:  # fmt: skip
    """The cheapest plan met that overloads nobody, and its cost (infinite when none was).

    choice[width, jobs]: agents worth trying; plan[jobs]: where to start, overloads allowed; penalty[agents] per unit of
    overload, changed in place; hot, cold: temperatures in the unit of cost.
    """
    np.random.seed(seed)
    jobs, agents = plan.size, capacity.size
    plan, slack, total = plan.copy(), capacity.copy(), 0.0
    for j in range(jobs):
        slack[plan[j]] -= load[plan[j], j]
        total += cost[plan[j], j]
    lists, best, found, heat = _lists(plan, agents), np.inf, plan.copy(), hot
    over = -np.minimum(slack, 0.0).sum()
    for step in range(moves):
        if step % COOL_EVERY == 0:
            heat = hot * (cold / hot) ** (step / moves)
            over = -np.minimum(slack, 0.0).sum()  # summed anew, so that rounding cannot pile up
            if step % ADAPT_EVERY == 0:
                _adapt(penalty, slack)
        j = np.random.randint(jobs)
        a, b = plan[j], choice[np.random.randint(choice.shape[0]), j]
        if a == b:
            continue
        g = -1
        here, there, change = slack[a] + load[a, j], slack[b] - load[b, j], cost[b, j] - cost[a, j]
        if lists[1][b] > 0 and np.random.random() < SWAPS:
            g = lists[0][b, np.random.randint(lists[1][b])]
            here, there, change = here - load[a, g], there + load[b, g], change + cost[a, g] - cost[b, g]
        fee = (
            _paid(penalty[a], here)
            + _paid(penalty[b], there)
            - _paid(penalty[a], slack[a])
            - _paid(penalty[b], slack[b])
        )
        if change + fee <= 0 or np.random.random() < np.exp(-(change + fee) / heat):
            over += min(slack[a], 0.0) + min(slack[b], 0.0) - min(here, 0.0) - min(there, 0.0)
            slack[a], slack[b] = here, there
            total += change
            _move(plan, lists, j, g, b)
            if over <= 1e-9 and total < best:
                best = total
                found[:] = plan
    return best, found
