"""From a row of an office's table to a record of the ledger, or to the reasons why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lianfang.domain.residents import rules
from lianfang.exchange.tables import HOUSEHOLD, RETURNEE, ColumnSpec
from lianfang.kernel.errors import LianfangError, Value
from lianfang.kernel.identity import EARLIEST_BIRTH, IdType, mask_phone, parse_identity

REGISTERS: dict[str, tuple[ColumnSpec, ...]] = {"household": tuple(HOUSEHOLD), "returnee": tuple(RETURNEE)}
"""The registers that can be imported into the ledger, by name, with their columns."""
_NAME_LENGTH = range(2, 41)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row has its verdict: the column ('' for the row), a code of the catalogue and the values of its sentence."""

    column: str
    code: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(slots=True)
class Record:
    """One row understood. number is '' without papers; birth is None only where an identity number is missing and the
    row is an empty home. kind is 0 where the row says nothing. open, secret: what will be sealed with the
    person, by name; only what the row says. returned, journey: of the returnee register, the day somebody came home, and from
    where and how."""

    row: int
    community: str
    compound: str
    building: str
    entrance: str
    door: str
    number: str = ""
    name: str = ""
    sex: int = 0
    birth: date | None = None
    kind: int = 0
    tags: tuple[int, ...] = ()
    grid: str = ""
    empty_home: bool = False
    open: dict[str, object] = field(default_factory=dict)
    secret: dict[str, object] = field(default_factory=dict)
    returned: date | None = None
    journey: dict[str, object] = field(default_factory=dict)


class Refusal(Exception):
    """A row that can't be taken, with all its reasons."""

    def __init__(self, reasons: list[Reason]) -> None:
        self.reasons = reasons
        super().__init__(", ".join(reason.code for reason in reasons))


def read_row(
    row: int, values: Mapping[str, Any], *, register: str, community: str, today: date, synthetic_allowed: bool
) -> Record:
    """The record of one row; raises Refusal with every reason found.

    values: by name of the register's columns, as `exchange.tables` reads them. community: path (12 characters) of the
    community that the row belongs to.
    """
    reasons: list[Reason] = []
    if register == "returnee":
        record = _returnee_home(row, values, community, reasons)
    else:
        record = _household_home(row, values, community, reasons)
    if not record.empty_home:
        _person(record, values, reasons, today, synthetic_allowed)
    if reasons:
        raise Refusal(reasons)
    return record


def _household_home(row: int, values: Mapping[str, Any], community: str, reasons: list[Reason]) -> Record:
    building, door = values.get("building") or "", values.get("door") or ""
    if not building or not door:
        reasons.append(Reason("building" if not building else "door", "residents.door_missing"))
    entrance = rules.entrance_code(values.get("entrance") or "")
    if entrance is None:
        reasons.append(Reason("entrance", "residents.entrance_unreadable", {"text": str(values["entrance"])[:20]}))
    kind_word = values.get("residence_kind") or ""
    empty = kind_word == rules.EMPTY_HOME and not values.get("name")
    record = Record(row, community, values.get("compound") or "", building, entrance or "00", door, empty_home=empty)
    record.grid = values.get("grid") or ""
    if kind_word in rules.KINDS:
        record.kind = rules.KINDS[kind_word]
    elif kind_word and kind_word != rules.EMPTY_HOME:
        reasons.append(Reason("residence_kind", "residents.kind_unknown", {"text": str(kind_word)[:20]}))
    return record


def _returnee_home(row: int, values: Mapping[str, Any], community: str, reasons: list[Reason]) -> Record:
    address = values.get("home_address") or ""
    if not address:
        reasons.append(Reason("home_address", "residents.address_missing"))
    record = Record(row, community, "", "", "00", address, kind=rules.KINDS["返乡"])
    record.returned = values.get("return_date")
    columns = {"from": "origin_address", "how": "return_note", "type": "origin_type"}
    record.journey = {key: values.get(column) for key, column in columns.items()}
    return record


def _person(
    record: Record, values: Mapping[str, Any], reasons: list[Reason], today: date, synthetic_allowed: bool
) -> None:
    name = values.get("name") or ""
    if not name:
        reasons.append(Reason("name", "residents.name_missing"))
    elif len(name) not in _NAME_LENGTH:
        reasons.append(Reason("name", "residents.name_not_a_name", {"text": name[:10]}))
    record.name = name
    paper = _identity(record, values, reasons, today, synthetic_allowed)
    _birth_and_sex(record, values, reasons, today)
    phone = values.get("phone")
    digits = rules.phone_digits(phone) if phone else ""
    if digits is None:
        reasons.append(Reason("phone", "residents.phone_wrong", {"text": "*" * len(str(phone))}))
    record.tags, other = rules.tag_numbers(values.get("care_tags") or ())
    said = {"name": name, "relation": values.get("relation_to_head"), "care": list(other) or None}
    said["phone"] = mask_phone(digits) if digits else None
    record.open = {key: value for key, value in said.items() if value}
    hidden = {
        "paper": paper.value,
        "number": record.number,
        "birth": record.birth.isoformat() if record.birth else None,
        "phone": digits,
        "registered": values.get("registered_address") or values.get("origin_address"),
        "home": values.get("home_address"),
        "employer": values.get("employer") or values.get("employer_cold_chain"),
        "trade": values.get("trade"),
        "note": values.get("note"),
    }
    record.secret = {key: value for key, value in hidden.items() if value}


def _identity(
    record: Record, values: Mapping[str, Any], reasons: list[Reason], today: date, synthetic_allowed: bool
) -> IdType:
    number = values.get("id_no") or ""
    word = values.get("id_type") or ""
    paper = rules.ID_TYPES.get(word) if word else (IdType.RESIDENT if number else IdType.NONE_YET)
    if paper is None:
        reasons.append(Reason("id_type", "residents.id_type_unknown", {"text": str(word)[:20]}))
        return IdType.NONE_YET
    if not number:
        if paper is not IdType.NONE_YET and word:
            reasons.append(Reason("id_no", "residents.id_missing", {"paper": paper.label}))
        return IdType.NONE_YET
    try:
        found = parse_identity(paper, number, today=today, synthetic_allowed=synthetic_allowed)
    except LianfangError as error:
        reasons.append(Reason("id_no", error.code, error.values))
        return paper
    record.number = found.number
    if found.birth_date is not None:
        record.birth = found.birth_date
        record.sex = 1 if found.sex == "male" else 2
    return paper


def _birth_and_sex(record: Record, values: Mapping[str, Any], reasons: list[Reason], today: date) -> None:
    birth: date | None = values.get("birth_date")
    if birth is not None and not EARLIEST_BIRTH <= birth <= today:
        reasons.append(Reason("birth_date", "residents.birth_impossible"))
    elif birth is not None and record.birth is not None and birth != record.birth:
        reasons.append(Reason("birth_date", "residents.birth_differs"))
    sex_word = values.get("sex") or ""
    sex = rules.SEXES.get(str(sex_word).upper()) if sex_word else None
    if sex_word and sex is None:
        reasons.append(Reason("sex", "residents.sex_unknown", {"text": str(sex_word)[:10]}))
    elif sex is not None and record.sex and sex != record.sex:
        reasons.append(Reason("sex", "residents.sex_differs"))
    record.birth = record.birth or birth
    record.sex = record.sex or sex or 0
    identity_refused = any(reason.column == "id_no" for reason in reasons)
    if (record.birth is None or not record.sex) and not identity_refused and not values.get("id_no"):
        reasons.append(Reason("birth_date", "residents.birth_needed"))
