"""The door of metrics: define them, write changes, fold, read, prove."""

from __future__ import annotations

from lianfang.base.metrics.registry import Metric, all_metrics, define_metric, is_defined, metric
from lianfang.base.metrics.selectors import LEVELS, Figures, children, series, values
from lianfang.base.metrics.services import Delta, Difference, add, fold, publish_registry, rebuild, recompute

__all__ = [
    "LEVELS",
    "Delta",
    "Difference",
    "Figures",
    "Metric",
    "add",
    "all_metrics",
    "children",
    "define_metric",
    "fold",
    "is_defined",
    "metric",
    "publish_registry",
    "rebuild",
    "recompute",
    "series",
    "values",
]
