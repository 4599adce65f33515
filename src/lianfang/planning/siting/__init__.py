"""Siting: which sampling sites, shelters or supply points to open, and who goes where."""

from lianfang.planning.siting.api import *  # noqa: F403
from lianfang.planning.siting.api import __all__ as __all__
