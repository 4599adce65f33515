"""Reads of the end of incidents, within the entered scope and for those who may end them."""

from __future__ import annotations

from dataclasses import dataclass

from lianfang.base.database.select import call
from lianfang.base.retirement.models import Retirement
from lianfang.kernel.errors import Language, LianfangError


@dataclass(frozen=True)
class Duty:
    """Something that must be done before data may go: a code of the catalogue and how many."""

    code: str
    count: int

    def words(self, language: Language) -> str:
        """The sentence for a person."""
        return LianfangError(self.code, count=self.count).render(language)


def retirement(incident_id: int) -> Retirement | None:
    """The end of one incident; None while it is not closed, or not the reader's."""
    return Retirement.objects.filter(incident_id=incident_id).first() if 0 < incident_id < 2**15 else None


def retirements() -> list[Retirement]:
    """Every closed incident the reader may end, the latest first."""
    return list(Retirement.objects.order_by("-closed_at"))


def duties(incident_id: int) -> list[Duty]:
    """What is still open; raises access.not_found."""
    return [Duty(*row) for row in call("select code, count from retirement_open_duties(%s::smallint)", [incident_id])]
