"""What volunteers publish; every figure can be counted again from the rows, also after personal data was destroyed."""

from __future__ import annotations

from lianfang.base.metrics.api import Metric, define_metric

_DAY = "(%s at time zone 'Asia/Shanghai')::date"


def _recount(table: str, column: str) -> str:
    return f"select '' as dim, {_DAY % column} as day, path, count(*) as value from {table} group by 2, 3"


CALLS = define_metric(
    Metric(
        name="volunteers.calls", zh="志愿者招募", en="calls for volunteers", unit_zh="次", unit_en="calls",
        says_zh="当天发布的招募次数，一个社区一次。", says_en="Calls published that day, one for each community.",
        recount=_recount("volunteers_call", "made_at"),
    )
).name  # fmt: skip
ANSWERS = define_metric(
    Metric(
        name="volunteers.answers", zh="报名人次", en="answers to calls", unit_zh="人次", unit_en="answers",
        says_zh="当天收到的报名，含单位派出的人。", says_en="Answers received that day, those of people sent by units included.",
        recount=_recount("volunteers_answer", "made_at"),
    )
).name  # fmt: skip
ACCEPTED = define_metric(
    Metric(
        name="volunteers.accepted", zh="在用志愿者", en="accepted volunteers", unit_zh="人", unit_en="people", stock=True,
        says_zh="已录用、没有退出或取消的报名。", says_en="Answers that were accepted and neither withdrawn nor released.",
        recount=f"select '' as dim, {_DAY % 'at'} as day, path, sum(value) as value from "
        "(select accepted_at as at, path, "
        "1 as value from volunteers_answer where accepted_at is not null union all select left_at, path, -1 from volunteers_answer "
        "where left_at is not null) as t group by 2, 3",
    )
).name  # fmt: skip
OFFERS = define_metric(
    Metric(
        name="volunteers.offers", zh="请战书", en="offers to serve", unit_zh="份", unit_en="offers",
        says_zh="当天收到的请战书，单位和个人都算。", says_en="Offers to serve received that day, from units and from people.",
        recount=_recount("volunteers_offer", "made_at"),
    )
).name  # fmt: skip
POSTS_CLAIMED = define_metric(
    Metric(
        name="volunteers.posts_claimed", zh="认领班次", en="shifts claimed", unit_zh="班", unit_en="shifts",
        says_zh="当天人员自己认领的空缺班次。", says_en="Free shifts that members claimed for themselves that day.",
        recount=_recount("volunteers_claim", "made_at"),
    )
).name  # fmt: skip
