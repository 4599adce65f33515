"""Rosters for tests: people who cannot exist, in the columns of the household register, as files of every size."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from lianfang.exchange.tables import HOUSEHOLD, ColumnSpec, write_table
from lianfang.kernel.identity import synthetic_number

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华文辉力"


def person(number: int, **changes: Any) -> dict[str, Any]:
    """One row of the household register; the same number gives the same person, living four to a home."""
    chance = random.Random(number)
    born = date(1935, 1, 1) + timedelta(days=chance.randrange(31_000))
    home = number // 4
    name = chance.choice(SURNAMES) + "".join(chance.choice(GIVEN) for _ in range(chance.choice((1, 2))))
    serial = number % 1000
    row: dict[str, Any] = {
        "compound": "幸福小区",
        "building": f"{home // 96 + 1}号楼",
        "entrance": f"{home % 96 // 24 + 1}单元",
        "door": f"{home % 24 // 2 + 1}0{home % 2 + 1}",
        "relation_to_head": "户主" if number % 4 == 0 else "子",
        "name": name,
        "id_type": "居民身份证",
        "id_no": synthetic_number(f"{number // 1000 % 10_000:04d}", born, serial),
        "sex": "男" if serial % 2 else "女",
        "phone": f"139{chance.randrange(10**8):08d}",
        "residence_kind": "常住",
        "registered_address": "河南省周口市扶沟县",
        "employer": chance.choice(("县医院", "第一小学", "")),
        "care_tags": chance.choice((None, None, None, ("独居",))),
    }
    row.update(changes)
    return row


def write(
    path: Path, rows: Iterable[Mapping[str, Any]], columns: Sequence[ColumnSpec] = HOUSEHOLD, **options: Any
) -> Path:
    """Write rows (by name of the columns) as an office would."""
    write_table(path, columns=columns, rows=([row.get(spec.name) for spec in columns] for row in rows), **options)
    return path
