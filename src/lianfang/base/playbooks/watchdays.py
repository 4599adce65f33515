"""The days of a watch: from day zero to release, with the days of tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lianfang.base.playbooks.model.disease import Stage


@dataclass(frozen=True)
class StageDays:
    """One stage on the calendar. first and last are included; pcr: the dates of tests, in order."""

    measure: str
    first: date
    last: date
    pcr: tuple[date, ...]


@dataclass(frozen=True)
class WatchDays:
    """A whole watch on the calendar, stage after stage without a gap.

    day_zero: last exposure, or the day somebody left the risk area; day 1 is the day after.
    """

    day_zero: date
    stages: tuple[StageDays, ...]

    @property
    def last(self) -> date:
        """The last day of the watch; day zero itself when there are no stages."""
        return self.stages[-1].last if self.stages else self.day_zero

    @property
    def released_on(self) -> date:
        """The first day without obligations, if all that the release asks for was shown."""
        return self.last + timedelta(days=1)

    def stage_on(self, day: date) -> StageDays | None:
        """The stage a day falls into; None before day 1 and after the last day."""
        for stage in self.stages:
            if stage.first <= day <= stage.last:
                return stage
        return None

    def day_number(self, day: date) -> int:
        """Which day of the whole watch a date is: 0 on day zero."""
        return (day - self.day_zero).days

    def pcr_due(self, day: date) -> bool:
        """Whether a test is planned for this day."""
        return any(day in stage.pcr for stage in self.stages)

    def remaining_from(self, day: date) -> WatchDays:
        """What is left for somebody who becomes known, or arrives, on a day: earlier days count as served (填平补齐).

        Stages that are over fall away, the running one begins that day, tests planned before it are gone.
        """
        left = tuple(
            StageDays(
                measure=stage.measure,
                first=max(stage.first, day),
                last=stage.last,
                pcr=tuple(test for test in stage.pcr if test >= day),
            )
            for stage in self.stages
            if stage.last >= day
        )
        return WatchDays(day_zero=self.day_zero, stages=left)


def lay_out(stages: Sequence[Stage], day_zero: date) -> WatchDays:
    """The stages of a protocol on the calendar. Test days count within their stage: day 1 is the stage's first day."""
    laid: list[StageDays] = []
    before = day_zero
    for stage in stages:
        laid.append(
            StageDays(
                measure=stage.measure,
                first=before + timedelta(days=1),
                last=before + timedelta(days=stage.days),
                pcr=tuple(before + timedelta(days=day) for day in stage.pcr_days),
            )
        )
        before = laid[-1].last
    return WatchDays(day_zero=day_zero, stages=tuple(laid))


def gap_fill(stages: Sequence[Stage], *, left: date, arrived: date) -> WatchDays:
    """填平补齐: day 1 is the day after leaving the risk area, days spent elsewhere since then count as served.

    The whole calendar comes back; `remaining_from(arrived)` is what the place of arrival still has to do.
    Raises ValueError when somebody would arrive before leaving.
    """
    if arrived < left:
        raise ValueError(f"arrived {arrived} before leaving the risk area on {left}")
    return lay_out(stages, left)
