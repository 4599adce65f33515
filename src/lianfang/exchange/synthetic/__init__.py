"""Synthetic residents in the make-up of the census: for demos, drills, tests and load. Nobody in them exists.

Ages, sexes and kinds of households follow the county's census of 2020; identity numbers carry the region 99, which is
not assigned, and telephones a range without subscribers.
"""

from lianfang.exchange.synthetic import errors as _errors  # noqa: F401 - defines the sentences
from lianfang.exchange.synthetic.allocate import Allocation, allocate, communities, people
from lianfang.exchange.synthetic.census import CENSUS_DAY, County, counties, county, unit_names, village_units
from lianfang.exchange.synthetic.community import Community, Households, People, community
from lianfang.exchange.synthetic.mistakes import KINDS as MISTAKE_KINDS
from lianfang.exchange.synthetic.mistakes import Mistake
from lianfang.exchange.synthetic.pool import RELATIONS_ZH, Relation
from lianfang.exchange.synthetic.roster import Roster, RosterSpec, roster_xlsx
from lianfang.exchange.synthetic.workforce import Workforce, unit_list_xlsx, units

__all__ = [
    "CENSUS_DAY",
    "MISTAKE_KINDS",
    "RELATIONS_ZH",
    "Allocation",
    "Community",
    "County",
    "Households",
    "Mistake",
    "People",
    "Relation",
    "Roster",
    "RosterSpec",
    "Workforce",
    "allocate",
    "communities",
    "community",
    "counties",
    "county",
    "people",
    "roster_xlsx",
    "unit_list_xlsx",
    "unit_names",
    "units",
    "village_units",
]
