"""What reports publish: how many returns are expected, confirmed, zero, late, corrected, missing."""

from __future__ import annotations

from lianfang.base.metrics.api import Metric, define_metric

PART = "part"
"""The dimension of metrics that tell the returns of one day apart: '' for the first, else their number."""

_UNITS = """
select {dim} as dim, d.day, a.path, 1 as value from reports_day d
join areas_area a on a.level = d.level and a.path >= d.path and a.path < d.path || '~'
    and (a.started_on is null or a.started_on <= d.day) and (a.ended_on is null or a.ended_on > d.day)
"""
_MISSING = """
left join reports_return r on r.incident_id = d.incident_id and r.form = d.form and r.day = d.day and r.part = d.part
    and r.path = a.path and r.live
where d.level = 5 and r.id is null
"""
_RETURNS = "select form as dim, day, path, 1 as value from reports_return where {which}"


def part_dim(part: int) -> str:
    """The value of that dimension for one return of the day."""
    return "" if part == 1 else str(part)


def _define(name: str, label: tuple[str, str], says: tuple[str, str], *, recount: str, dimension: str = "form") -> str:
    define_metric(
        Metric(
            name=f"reports.{name}", zh=label[0], en=label[1], unit_zh="份", unit_en="returns",
            says_zh=says[0], says_en=says[1],
            dimension=dimension, recount=recount,
        )
    )  # fmt: skip
    return f"reports.{name}"


EXPECTED = _define(
    "expected", ("应报", "returns expected"),
    ("当天应报的报表份数，按报表种类。", "Returns that units owe for the day, by form."),
    recount=_UNITS.format(dim="d.form"),
)  # fmt: skip
CONFIRMED = _define(
    "confirmed", ("已报", "returns confirmed"),
    ("当天已确认的报表份数，按报表种类。", "Returns confirmed for the day, by form."),
    recount=_RETURNS.format(which="version = 1"),
)  # fmt: skip
ZERO = _define(
    "zero", ("零报告", "zero reports"),
    ("当天确认为零报告的份数，按报表种类。", "Returns for the day first confirmed as zero reports, by form."),
    recount=_RETURNS.format(which="version = 1 and zero"),
)  # fmt: skip
LATE = _define(
    "late", ("补报", "late returns"),
    ("当天在截止时间之后才确认的份数，按报表种类。", "Returns for the day confirmed after the cut-off, by form."),
    recount=_RETURNS.format(which="version = 1 and state = 'late'"),
)  # fmt: skip
CORRECTED = _define(
    "corrected", ("更正", "corrections"),
    ("当天报表的更正次数，按报表种类。", "Corrections made to returns for the day, by form."),
    recount=_RETURNS.format(which="version > 1"),
)  # fmt: skip
RETURNED = _define(
    "returned", ("退回", "returns sent back"),
    ("当天报表被上级退回要求更正的次数，按报表种类。", "Returns for the day that a superior sent back for correction, by form."),
    recount=_RETURNS.format(which="returned_at is not null"),
)  # fmt: skip
NOT_REPORTED = _define(
    "units_not_reported", ("未报单位", "units not reported"),
    ("当天应报而还没有确认的村（社区）数；半日报按各次分开计。",
     "Villages and communities that owe the day's report still; where it is owed twice a day, each return by itself."),
    recount=_UNITS.format(dim="case d.part when 1 then '' else d.part::text end") + _MISSING, dimension=PART,
)  # fmt: skip
