"""solve(problem): which search answers which problem."""

from __future__ import annotations

from typing import Any, overload

from lianfang.planning.assignment import augment, jobs
from lianfang.planning.assignment.columns import Params
from lianfang.planning.assignment.deployment import solve_deployment
from lianfang.planning.assignment.domain import (
    Deployment,
    DeploymentResult,
    Pairing,
    PairingResult,
    Reserve,
    ReserveResult,
)
from lianfang.planning.assignment.generalised import exact_alone, solve_generalised
from lianfang.planning.assignment.pairing import solve_pairing
from lianfang.planning.assignment.problem import Generalised, Transport
from lianfang.planning.assignment.reserve import solve_reserve
from lianfang.planning.assignment.result import GeneralisedResult, TransportResult
from lianfang.planning.assignment.transport import solve_transport
from lianfang.planning.result import ProblemError
from lianfang.planning.stop import Clock, OnProgress, Stop

Problem = Transport | Generalised | Deployment | Pairing | Reserve
AnyResult = TransportResult | GeneralisedResult | DeploymentResult | PairingResult | ReserveResult


@overload
def solve(problem: Transport, *, params: Params = ..., stop: Stop = ..., seed: int = ..., pins: Any = ...,
          previous: TransportResult | None = ..., on_progress: OnProgress | None = ...) -> TransportResult: ...  # fmt: skip
@overload
def solve(problem: Generalised, *, params: Params = ..., stop: Stop = ..., seed: int = ..., pins: Any = ...,
          previous: GeneralisedResult | None = ..., on_progress: OnProgress | None = ...) -> GeneralisedResult: ...  # fmt: skip
@overload
def solve(problem: Deployment, *, params: Params = ..., stop: Stop = ..., seed: int = ..., pins: Any = ...,
          previous: DeploymentResult | None = ..., on_progress: OnProgress | None = ...) -> DeploymentResult: ...  # fmt: skip
@overload
def solve(problem: Pairing, *, params: Params = ..., stop: Stop = ..., seed: int = ..., pins: Any = ...,
          previous: PairingResult | None = ..., on_progress: OnProgress | None = ...) -> PairingResult: ...  # fmt: skip
@overload
def solve(problem: Reserve, *, params: Params = ..., stop: Stop = ..., seed: int = ..., pins: Any = ...,
          previous: ReserveResult | None = ..., on_progress: OnProgress | None = ...) -> ReserveResult: ...  # fmt: skip


def solve(
    problem: Problem, *, params: Params | None = None, stop: Stop | None = None, seed: int = 0, pins: Any = None,
    previous: Any = None, on_progress: OnProgress | None = None,
) -> AnyResult:  # fmt: skip
    """The best plan found within the stop rule, with a proven bound; raises ProblemError for problems without sense.

    pins: what a person has set. Transport: (from[k], to[k], amount[k]); Generalised: agent_of_job[jobs] with -1 for
    free; Deployment: place_of_person[n] with -1 for free; Pairing: (organisation[k], place[k]); Reserve:
    place_of_team[t] with -2 for free and -1 for home. previous: an earlier result; the re-plan changes little.
    Compiled searches are made ready before the clock starts: seconds, once on a machine.
    """
    if isinstance(problem, Generalised) and not exact_alone(problem):
        jobs.prepare()
    if isinstance(problem, Transport) and previous is not None:
        augment.prepare()
    clock = Clock(stop or Stop(), on_progress)
    chosen = params or Params()
    if isinstance(problem, Transport):
        return solve_transport(problem, chosen, clock, pins, previous)
    if isinstance(problem, Generalised):
        return solve_generalised(problem, clock, seed, pins, previous)
    if isinstance(problem, Deployment):
        return solve_deployment(problem, clock, seed, pins, previous)
    if isinstance(problem, Pairing):
        return solve_pairing(problem, clock, pins, previous)
    if isinstance(problem, Reserve):
        return solve_reserve(problem, clock, pins, previous)
    raise ProblemError(
        "assignment.problem.type", "solve takes a Transport, Generalised, Deployment, Pairing or Reserve."
    )
