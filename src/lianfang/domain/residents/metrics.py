"""What the ledger publishes: people and homes, as stocks kept per building."""

from __future__ import annotations

from lianfang.base.metrics.api import Metric, define_metric

PRESENT = define_metric(
    Metric(
        name="residents.present", zh="在册居住人数", en="people present", unit_zh="人", unit_en="people", stock=True,
        says_zh="台账中现住在此的人数。", says_en="People of the ledger who live here now.",
    )
).name  # fmt: skip
HOUSEHOLDS = define_metric(
    Metric(
        name="residents.households", zh="在册户数", en="households", unit_zh="户", unit_en="households", stock=True,
        says_zh="台账中有人居住的户数。", says_en="Homes of the ledger that somebody lives in.",
    )
).name  # fmt: skip
_RETURNS = "select {dim} as dim, registered_on as day, left(path, 16) as path, 1 as value from residents_return"
RETURNEES = define_metric(
    Metric(
        name="residents.returnees_new", zh="新增返乡", en="new returnees", unit_zh="人", unit_en="people",
        says_zh="事件期间当天新登记的返乡人员，按返乡登记表入库之日计；同一人同一返回日期只计一次。",
        says_en="People who came home during the incident, counted on the day their register was taken; once a person and day of return.",
        dimension="incident", recount=_RETURNS.format(dim="incident::text"),
    )
).name  # fmt: skip
RETURNEES_BY_ORIGIN = define_metric(
    Metric(
        name="residents.returnees_by_origin", zh="新增返乡（按来源）", en="new returnees by origin", unit_zh="人", unit_en="people",
        says_zh="当天新登记的返乡人员，按来源：省外、省内、境外、不明。",
        says_en="People newly registered as having come home, by origin: another province, this province, abroad, unknown.",
        dimension="incident and origin", recount=_RETURNS.format(dim="incident || ':' || origin"),
    )
).name  # fmt: skip
