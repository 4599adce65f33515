"""What duty publishes. Figures follow the rows by triggers (sql/10_tables.sql); a building is the finest place."""

from __future__ import annotations

from lianfang.base.metrics.api import Metric, define_metric

_DAY = "select '' as dim, (starts_at at time zone 'Asia/Shanghai')::date as day, left(path, 16) as path, "
_SLOT = _DAY + "{value} as value from duty_slot where {where}"


def _define(
    name: str, zh: str, en: str, unit: tuple[str, str], says: tuple[str, str], recount: str, *, stock: bool = False
) -> str:
    define_metric(
        Metric(
            name=f"duty.{name}", zh=zh, en=en, unit_zh=unit[0], unit_en=unit[1], says_zh=says[0], says_en=says[1],
            recount=recount, stock=stock,
        )
    )  # fmt: skip
    return f"duty.{name}"


PLACE, TIME = ("人次", "places"), ("小时", "hours")
POSTS = _define(
    "posts", "卡点数", "posts", ("个", "posts"),
    ("当日设立着的卡点、门岗、瞭望、采样台和巡逻岗；重点单位不计入。",
     "Checkpoints, gates, lookouts, desks and patrols that stand that day; key units are not counted."),
    "select '' as dim, started_on as day, left(path, 16) as path, 1 as value from duty_post where kind <> 'key_unit' union all "
    "select '', ended_on, left(path, 16), -1 from duty_post where ended_on is not null and kind <> 'key_unit'", stock=True,
)  # fmt: skip
PLACES = _define(
    "places", "应值守", "places wanted", PLACE,
    ("已发布班次所需人数之和，按开始日。", "People wanted by published shifts, by the day they start."),
    _DAY + "wanted as value from duty_shift where state = 'published'",
)  # fmt: skip
FILLED = _define(
    "filled", "已排班", "places filled", PLACE,
    ("已发布班次中排定了人的位置。", "Places of published shifts with somebody booked."),
    _SLOT.format(value="1", where="state in ('published', 'present', 'left')"),
)  # fmt: skip
PRESENT = _define(
    "present", "到岗人次", "places checked in", PLACE,
    ("已签到的班次位置；一人一天值两班计两次。", "Places with a check-in; two shifts of one person on a day count twice."),
    _SLOT.format(value="1", where="checked_in_at is not null and state in ('present', 'left')"),
)  # fmt: skip
ON_DUTY = _define(
    "on_duty", "值守人数", "people on duty", ("人", "people"),
    ("当日签到值守的人数，一人一天只计一次。", "People who checked in that day, each counted once."),
    _SLOT.format(value="1", where="first_of_day"),
)  # fmt: skip
NO_SHOWS = _define(
    "no_shows", "缺岗", "no-shows", PLACE,
    ("排了班没有到岗的位置。", "Places whose person did not come."), _SLOT.format(value="1", where="state = 'no_show'"),
)  # fmt: skip
REST_BREACHES = _define(
    "rest_breaches", "休息不足", "rest set aside", PLACE,
    ("经办公室确认、仍突破休息规则的班次位置。", "Places booked although a rest rule was broken, knowingly and on record."),
    _SLOT.format(value="1", where="breach <> '' and state in ('published', 'present', 'left')"),
)  # fmt: skip
_WORKED = "extract(epoch from least(checked_out_at, ends_at) - greatest(checked_in_at, starts_at))"
HOURS = _define(
    "hours", "值守时长", "hours on duty", TIME,
    ("签到到签退之间、班次之内的时间，每班四舍五入到小时。",
     "Time between check-in and check-out within the shift, rounded to the hour per shift."),
    _SLOT.format(
        value=f"greatest(0, round({_WORKED} / 3600))::bigint",
        where="state = 'left' and checked_in_at is not null and checked_out_at is not null",
    ),
)  # fmt: skip
