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
