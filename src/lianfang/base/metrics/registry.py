"""Which metrics exist: names, words, units, and how each can be counted again from the rows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lianfang.base.playbooks.metric_names import register_metric
from lianfang.kernel.errors import LianfangError, define

_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_METRICS: dict[str, Metric] = {}

define(
    "metrics.unknown",
    status=422,
    zh="没有名为“{name}”的指标。请核对名称，或确认对应的功能已启用。",
    en="There is no metric called '{name}'. Check the name, or whether the engine behind it is in use.",
)


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric. zh, en: its label; says_*: one sentence on what it counts; unit_*: the counting word.

    stock: the figure of a day is what holds at its end (sum of all changes up to it); otherwise what happened that day.
    adds_up: whether children add up to parents; if not, each level is written by the engine itself and stays at it.
    dimension: what `dim` means (reason, form, round), '' when it is not used. recount: a select of
    (dim, day, path, value) over the engine's own rows that must agree with the folded changes.
    """

    name: str
    zh: str
    en: str
    unit_zh: str
    unit_en: str
    says_zh: str
    says_en: str
    recount: str = ""
    stock: bool = False
    adds_up: bool = True
    dimension: str = ""

    @property
    def engine(self) -> str:
        """The engine that publishes it."""
        return self.name.partition(".")[0]

    @property
    def asked_by(self) -> str | None:
        """What `[value]` means where a playbook's formula asks for it; it names no round, incident or part of a day."""
        return {"": None, "round": None, "incident": None, "part": None}.get(
            self.dimension, self.dimension.rpartition(" ")[2]
        )


def define_metric(metric: Metric) -> Metric:
    """Add a metric to the registry; raises ValueError for a malformed name, or one that is taken by another metric."""
    if not _NAME.fullmatch(metric.name):
        raise ValueError(f"{metric.name!r}: a metric is called engine.noun, in lower case")
    if _METRICS.setdefault(metric.name, metric) != metric:
        raise ValueError(f"{metric.name}: defined twice")
    register_metric(metric.name, dimension=metric.asked_by)
    return metric


def metric(name: str) -> Metric:
    """The metric of this name; raises metrics.unknown."""
    if name not in _METRICS:
        raise LianfangError("metrics.unknown", name=name[:60])
    return _METRICS[name]


def is_defined(name: str) -> bool:
    """Whether an engine of this installation publishes the metric (if not, a report shows 未启用)."""
    return name in _METRICS


def all_metrics() -> tuple[Metric, ...]:
    """Every metric, by name."""
    return tuple(_METRICS[name] for name in sorted(_METRICS))
