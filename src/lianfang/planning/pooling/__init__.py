"""Pooled testing: how many swabs share a tube, and what a testing round needs in sites, tables, samplers and tubes."""

from lianfang.planning.pooling.api import *  # noqa: F403
from lianfang.planning.pooling.api import __all__ as __all__
