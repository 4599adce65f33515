"""What a siting plan says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lianfang.planning.result import Result


@dataclass(frozen=True, kw_only=True, eq=False)
class SitingResult(Result):
    """open_sites: indices, ascending. site_of_demand[n_demand]: the site that serves each; empty without a plan.

    objective, bound: weight x distance plus opening costs. site_count_bound: proven least number of sites, when the
    number was to be least.
    """

    open_sites: npt.NDArray[np.int64]
    site_of_demand: npt.NDArray[np.int64]
    site_count_bound: int | None = None
