"""What rounds publish. Figures are kept per building; `dim` is the round, or round and reason as `7:away`."""

from __future__ import annotations

from lianfang.base.metrics.api import Metric, define_metric

_DAY = "({at} at time zone 'Asia/Shanghai')::date"


def _rows(
    table: str,
    *,
    at: str = "at",
    path: str = "left(path, 16)",
    dim: str = "round_id::text",
    value: str = "1",
    where: str = "true",
) -> str:
    return (
        f"select {dim} as dim, {_DAY.format(at=at)} as day, {path} as path, {value} as value from {table} where {where}"
    )


def _define(
    name: str,
    zh: str,
    en: str,
    unit: tuple[str, str],
    says: tuple[str, str],
    recount: str = "",
    dimension: str = "round",
) -> str:
    define_metric(
        Metric(
            name=f"rounds.{name}", zh=zh, en=en, unit_zh=unit[0], unit_en=unit[1], says_zh=says[0], says_en=says[1],
            recount=recount, dimension=dimension,
        )
    )  # fmt: skip
    return f"rounds.{name}"


PERSON = ("人", "people")
TUBE = ("管", "tubes")
HOUSEHOLD = ("户", "households")

EXPECTED = _define(
    "expected", "应检", "people expected", PERSON,
    ("本轮冻结时范围内在家的人数，之后的变动逐人记原因。",
     "People present in the round's scope at its freeze; later changes have a reason each."),
)  # fmt: skip
SAMPLED = _define(
    "sampled", "实采", "people sampled", PERSON,
    ("本轮至少采样一次的人数，重复采样只计一次。", "People sampled at least once in the round; a second swab is not counted."),
    _rows("rounds_sample"),
)  # fmt: skip
NOT_SAMPLED = _define(
    "not_sampled", "未采有原因", "not sampled, with a reason", PERSON,
    ("本轮没有采样但记录了原因的人数，按原因。", "People not sampled in the round whose reason is recorded, by reason."),
    _rows("rounds_not_sampled", dim="round_id || ':' || reason"), "round and reason",
)  # fmt: skip
TUBES = _define(
    "tubes", "采样管", "tubes filled", TUBE,
    ("本轮已封管的采样管数，按采样地点。", "Tubes closed in the round, by where they were filled."),
    _rows("rounds_tube", at="filled_at", path="area"),
)  # fmt: skip
NEGATIVE = _define(
    "results_negative", "阴性管", "negative tubes", TUBE,
    ("本轮结果为阴性的采样管数。", "Tubes of the round with a negative result."),
    _rows("rounds_tube", at="result_at", path="area", where="result = 'negative'"),
)  # fmt: skip
POSITIVE = _define(
    "results_positive", "阳性管", "positive tubes", TUBE,
    ("本轮结果为阳性的采样管数，含单采复核管。", "Tubes of the round with a positive result, single re-tests included."),
    _rows("rounds_tube", at="result_at", path="area", where="result = 'positive'"),
)  # fmt: skip
INVALID = _define(
    "results_invalid", "无效管", "invalid tubes", TUBE,
    ("实验室判为无效、需要重采的次数。", "How often a laboratory called a tube invalid, to be taken again."),
)  # fmt: skip
ISOLATED = _define(
    "isolated", "混管阳性隔离", "isolated from positive pools", PERSON,
    ("因混采管阳性而单独隔离、等待单采复核的人次。", "People isolated because their pool was positive, waiting for a single re-test."),
)  # fmt: skip
RELEASED = _define(
    "released", "复核阴性解除", "released after re-test", PERSON,
    ("单采复核阴性、解除隔离的人次。", "People whose single re-test was negative and who were released."),
)  # fmt: skip
POSITIVE_PEOPLE = _define(
    "positive_people", "阳性人员", "positive people", PERSON,
    ("单管结果阳性的人数。", "People with a positive single tube."),
)  # fmt: skip
EXPECTED_HOUSEHOLDS = _define(
    "expected_households", "应入户", "households to visit", HOUSEHOLD,
    ("摸排轮次开启时范围内有人居住的户数。", "Homes lived in within the scope of a screening round when it was opened."),
)  # fmt: skip
VISITED = _define(
    "visited_households", "入户", "households visited", HOUSEHOLD,
    ("本轮已有结果的户数（入户、电话核实、空户），同一户只计一次。",
     "Households settled in the round (entered, by phone, vacant), each counted once."),
    _rows("rounds_visit", where="done"),
)  # fmt: skip
VISITED_PEOPLE = _define(
    "visited_people", "摸排人数", "people met at home", PERSON,
    ("本轮已有结果的住户中问到的人数。", "People told of in the households settled in the round."),
    _rows("rounds_visit", where="done", value="people"),
)  # fmt: skip
VISITS_FAILED = _define(
    "visits_failed", "未入户", "doors not opened", HOUSEHOLD,
    ("敲门未能入户的户数，按原因。", "Households that were not entered, by outcome."),
    _rows("rounds_visit", where="not done", dim="round_id || ':' || outcome"), "round and outcome",
)  # fmt: skip
ANSWERS = _define(
    "answers", "入户清点", "counted at the doors", ("个", "items"),
    ("入户时清点的数量（如积水容器），按问题；同一户以最后一次为准。",
     "Things counted at the doors (containers of water, say), by question; the last visit of a home stands."),
    "select v.round_id || ':' || k.key as dim, (v.at at time zone 'Asia/Shanghai')::date as day, left(v.path, 16) as path, "
    "k.value::bigint as value from rounds_visit v cross join lateral jsonb_each_text(v.counted) as k where v.done",
    "round and question",
)  # fmt: skip

COVERAGE = (EXPECTED, SAMPLED)
