"""What workforce hears from the record of service: members whom it refers to."""

from __future__ import annotations

from collections.abc import Sequence

from lianfang.base.database.select import call
from lianfang.domain.workforce.api import knows_members


@knows_members
def known(members: Sequence[int]) -> list[int]:
    """Those of the members who objected, said whether their record may leave, or have sums of an ended incident."""
    return [row[0] for row in call("select * from service_knows(%s::bigint[])", [list(members)])]
