"""Assignment: people and units to places, jobs to agents, organisations to communities, reserve teams to the worst place."""

from lianfang.planning.assignment.baseline import baseline
from lianfang.planning.assignment.check import check
from lianfang.planning.assignment.columns import Params
from lianfang.planning.assignment.domain import (
    Deployment,
    DeploymentResult,
    Pairing,
    PairingResult,
    Reserve,
    ReserveResult,
)
from lianfang.planning.assignment.explain import explain
from lianfang.planning.assignment.picture import svg
from lianfang.planning.assignment.problem import Generalised, Transport
from lianfang.planning.assignment.result import GeneralisedResult, TransportResult
from lianfang.planning.assignment.solve import solve

__all__ = [
    "Deployment",
    "DeploymentResult",
    "Generalised",
    "GeneralisedResult",
    "Pairing",
    "PairingResult",
    "Params",
    "Reserve",
    "ReserveResult",
    "Transport",
    "TransportResult",
    "baseline",
    "check",
    "explain",
    "solve",
    "svg",
]
