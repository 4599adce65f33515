"""From a row of an office's list to a member and the organisations it names, or to the reasons why not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from lianfang.domain.residents.api import SEX_CODES, Reason, phone_digits
from lianfang.domain.workforce import rules
from lianfang.exchange.tables import SAMPLING_TEAM, UNIT_LIST, VOLUNTEER, ColumnSpec
from lianfang.kernel.errors import LianfangError, define
from lianfang.kernel.identity import IdType, mask_phone, parse_identity

REGISTERS: Final[dict[str, tuple[ColumnSpec, ...]]] = {
    "unit": tuple(UNIT_LIST),
    "volunteer": tuple(VOLUNTEER),
    "sampling_team": tuple(SAMPLING_TEAM),
}
"""The lists that can be imported, by name, with their columns."""
_NAME_LENGTH = range(2, 41)
_DUTY: Final = (
    ("副", "deputy"), ("书记", "secretary"), ("负责人", "head"), ("队长", "head"), ("组长", "head"), ("主任", "head"),
    ("局长", "head"), ("院长", "head"), ("校长", "head"), ("联系人", "contact"), ("联络员", "contact"),
)  # fmt: skip
"""Words of a duty column, the first that fits; anything else is a plain member (assumption from common lists)."""
_UNIT_KINDS: Final = (
    (re.compile("医院|卫生院|卫健|疾控|保健院"), "hospital"), (re.compile("中学|小学|学校|幼儿园|大学|学院"), "school"),
    (re.compile("公司|集团|厂|银行|企业"), "company"), (re.compile("居委会|村委会|社区|村$"), "village"),
    (re.compile("协会|志愿|社工|公益"), "social"), (re.compile("党支部|党委|党总支"), "party_branch"),
)  # fmt: skip
"""What the name of a unit says about its kind where the list says nothing (assumption)."""
_MEDIC: Final = re.compile("医|护|采样|检验|药")
_PARTY: Final = re.compile("党")

define(
    "workforce.person_name_missing",
    status=422,
    zh="姓名为空或不像姓名（2至40个字）。请填写姓名。",
    en="The name is blank or no name (2 to 40 characters). Enter it.",
)
define(
    "workforce.skill_too_long",
    status=422,
    zh="有一项特长超过20个字。请把每项特长写短，用“、”分开。",
    en="A skill has more than 20 characters. Shorten it; commas part one skill from the next.",
)
define(
    "workforce.unit_missing",
    status=422,
    zh="这一行没有写明单位，也没有写明支部、服务队等组织。请填写其中一项。",
    en="This row names no unit, branch or team. Enter one of them.",
)
define(
    "workforce.community_unknown",
    status=422,
    zh="“{text}”不是这里的村或社区。请核对名称；同名的请写12位代码。",
    en="'{text}' is no community here. Check the name; where names repeat, write the 12-digit code.",
)
define(
    "workforce.community_missing",
    status=422,
    zh="这一行没有写明社区，名单又不是某一个社区的。请填写社区。",
    en="This row names no community, and the list is not that of a single one. Enter the community.",
)


@dataclass(frozen=True, slots=True)
class Named:
    """An organisation that a row names: name as written, kind, whether it stands at the row's community; above: its parent."""

    name: str
    kind: str
    local: bool = True
    above: str = ""


@dataclass(slots=True)
class Record:
    """One row understood. number, phone: '' where the row has none. belongs: organisations with the duty in each."""

    row: int
    name: str = ""
    number: str = ""
    phone: str = ""
    sex: int = 0
    born_year: int | None = None
    kind: str = ""
    community: str = ""
    skills: tuple[str, ...] = ()
    belongs: list[tuple[Named, str]] = field(default_factory=list)
    hidden: dict[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> dict[str, str]:
        """What lists show: the name and the masked telephone."""
        return {"name": self.name, "phone": mask_phone(self.phone)} if self.phone else {"name": self.name}


def read_row(
    row: int, values: Mapping[str, Any], *, register: str, today: date, synthetic_allowed: bool, own_unit: str = ""
) -> tuple[Record, list[Reason]]:
    """The record of one row, and every reason against it. values: by name of the register's columns. own_unit: the name of the
    unit that sends the list, for rows that name none. The community is left as written; the importer knows the tree."""
    reasons: list[Reason] = []
    record = Record(row)
    name = str(values.get("name") or "").strip()
    if len(name) not in _NAME_LENGTH:
        reasons.append(Reason("name", "workforce.person_name_missing"))
    record.name = name
    _identity(record, values, reasons, today, synthetic_allowed)
    _phone(record, values, reasons)
    _sex_and_age(record, values, reasons, today)
    record.skills = tuple(dict.fromkeys(word.strip() for word in values.get("skills") or () if word.strip()))
    if any(len(word) > rules.MOST_SKILL for word in record.skills):
        reasons.append(Reason("skills", "workforce.skill_too_long"))
    record.kind = _kind(register, values, record.skills)
    _belongs(record, values, register, own_unit)
    if not record.belongs:
        reasons.append(Reason("unit" if register == "unit" else "branch", "workforce.unit_missing"))
    hidden = {
        "number": record.number, "phone": record.phone, "address": values.get("address"), "contact": values.get("contact"),
        "politics": values.get("politics"), "note": values.get("note"), "grid": values.get("grid"),
    }  # fmt: skip
    record.hidden = {key: str(value) for key, value in hidden.items() if value}
    return record, reasons


def _identity(
    record: Record, values: Mapping[str, Any], reasons: list[Reason], today: date, synthetic_allowed: bool
) -> None:
    number = values.get("id_no")
    if not number:
        return
    paper = IdType.RESIDENT if str(number)[:1].isdigit() else IdType.PASSPORT
    try:
        found = parse_identity(paper, str(number), today=today, synthetic_allowed=synthetic_allowed)
    except LianfangError as error:
        reasons.append(Reason("id_no", error.code, error.values))
        return
    record.number = found.number
    if found.birth_date is not None:
        record.born_year = found.birth_date.year
        record.sex = 1 if found.sex == "male" else 2


def _phone(record: Record, values: Mapping[str, Any], reasons: list[Reason]) -> None:
    said = values.get("phone")
    digits = phone_digits(str(said)) if said else ""
    if digits is None:
        reasons.append(Reason("phone", "residents.phone_wrong", {"text": "*" * len(str(said))}))
    record.phone = digits or ""


def _sex_and_age(record: Record, values: Mapping[str, Any], reasons: list[Reason], today: date) -> None:
    word = str(values.get("sex") or "").upper()
    sex = SEX_CODES.get(word, 0)
    if word and not sex:
        reasons.append(Reason("sex", "residents.sex_unknown", {"text": word[:10]}))
    elif sex and record.sex and sex != record.sex:
        reasons.append(Reason("sex", "residents.sex_differs"))
    record.sex = record.sex or sex
    age = values.get("age")
    if record.born_year is None and isinstance(age, int) and 0 < age < 120:
        record.born_year = today.year - age


def _kind(register: str, values: Mapping[str, Any], skills: tuple[str, ...]) -> str:
    if any(_MEDIC.search(word) for word in skills) or _MEDIC.search(str(values.get("duty") or "")):
        return "medic"
    if register == "unit":
        return "cadre"
    if register == "volunteer" and _PARTY.search(str(values.get("politics") or "")):
        return "party_member"
    return "volunteer"


def _belongs(record: Record, values: Mapping[str, Any], register: str, own_unit: str) -> None:
    if register == "unit":
        unit = str(values.get("unit") or own_unit).strip()
        if unit:
            kind = _unit_kind(unit, str(values.get("unit_kind") or ""))
            above = str(values.get("above") or "").strip()
            record.belongs.append((Named(unit, kind, False, above), duty_of(str(values.get("duty") or ""))))
    elif register == "sampling_team":
        if values.get("team"):
            record.belongs.append((Named(str(values["team"]).strip(), "sampling_team"), "head"))
    else:
        branch = str(values.get("branch") or "").strip()
        for column, kind, above in (
            ("branch", "party_branch", ""), ("party_group", "party_group", branch), ("service_team", "service_team", ""),
            ("squad", "squad", ""), ("agency", "social", ""),
        ):  # fmt: skip
            name = str(values.get(column) or "").strip()
            if name:
                kind = "temporary_branch" if kind == "party_branch" and "临时" in name else kind
                record.belongs.append((Named(name, kind, True, above), "member"))


def duty_of(word: str) -> str:
    """A duty column as one of the duties; 副局长 is a deputy, 局长 a head, anything else a member."""
    return next((duty for part, duty in _DUTY if part in word), "member")


def _unit_kind(name: str, said: str) -> str:
    known = {word.zh: key for key, word in rules.KINDS.items()}
    if said.strip() in known:
        return known[said.strip()]
    return next((kind for pattern, kind in _UNIT_KINDS if pattern.search(name)), "office")
