"""Reads of the looks on record, for the auditor: by purpose, by account, and what is unusual."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection, connections

from lianfang.base.access.services import _NAME_COLUMN
from lianfang.base.vault.api import system_box

PAGE: Final = 100
"""Looks on one page: an assumption."""
UNUSUAL_OPENED: Final = 12
"""Openings of identity and phone within an hour above which an account is flagged: an assumption, well below the twenty
at which a second person is asked."""
UNUSUAL_HOMES: Final = 5
"""Homes of one building opened by one account within a day above which it is flagged: who walks down a list of doors is seen
at the sixth door, and people asked for one by one live all over a community. Simulated in the tests of looks."""
UNUSUAL_REFUSED: Final = 30
"""Refusals within an hour above which an account is flagged: an assumption, one every two minutes."""
UNUSUAL_CODES: Final = 300
"""Look-ups by code within an hour above which an account is flagged: an assumption, a desk that scans one person every
twelve seconds."""
TOP: Final = 20
"""Accounts in the table by account."""
OPENED: Final = "identity"
"""What a look shows when identity and phone were opened; every other look shows a name."""

_WHERE: Final = """
where l.at > now() - make_interval(hours => %(hours)s) and (%(account)s = 0 or l.account_id = %(account)s)
    and (%(purpose)s = '' or l.purpose = %(purpose)s)
"""
_UNUSUAL: Final = """
select account_id, why, max(n), (array_agg(at order by n desc, at))[1] from (
    select l.account_id, case when l.fields = %(opened)s then 'opened' else 'codes' end as why, l.at, count(*) over (
        partition by l.account_id, l.fields order by l.at range between interval '1 hour' preceding and current row) as n,
        case when l.fields = %(opened)s then %(most_opened)s else %(most_codes)s end as most
    from vault_look l where l.at > now() - make_interval(hours => %(hours)s)
    union all
    select account_id, 'homes', max(at), count(distinct path), %(most_homes)s from vault_look
    where at > now() - make_interval(hours => %(hours)s) and fields = %(opened)s
    group by account_id, left(path, 16), (at at time zone 'Asia/Shanghai')::date
    union all
    select e.account_id, 'refused', e.at, count(*) over (
        partition by e.account_id order by e.at range between interval '1 hour' preceding and current row), %(most_refused)s
    from access_event e where e.what = 'refused' and e.at > now() - make_interval(hours => %(hours)s)) t
where n > most group by account_id, why order by max(n) desc
"""
_REFUSALS: Final = """
select e.account_id, e.detail, count(*), max(e.at) from access_event e where e.what = 'refused'
    and e.at > now() - make_interval(hours => %(hours)s) and (%(account)s = 0 or e.account_id = %(account)s)
group by e.account_id, e.detail order by count(*) desc, max(e.at) desc limit %(top)s
"""
_BY_PURPOSE: Final = f"""
select l.purpose, count(*), count(distinct l.person_id), count(distinct l.account_id), max(l.at) from vault_look l {_WHERE}
group by l.purpose order by count(*) desc, l.purpose
"""
_BY_ACCOUNT: Final = f"""
select l.account_id, count(*), count(distinct l.person_id), count(*) filter (where l.fields = %(opened)s), max(l.at)
from vault_look l {_WHERE} group by l.account_id order by count(*) desc, l.account_id limit %(top)s
"""
_LOOKS: Final = f"""
select l.id, l.at, l.account_id, l.role, l.purpose, l.fields, coalesce(a.name, ''), l.path
from vault_look l left join areas_area a on a.path = left(l.path, 12) {_WHERE} and l.id < %(before)s
order by l.id desc limit %(limit)s
"""
_EXPORTS: Final = """
select e.at, e.account_id, e.detail from access_event e where e.what = 'exported'
    and e.at > now() - make_interval(hours => %(hours)s) and (%(account)s = 0 or e.account_id = %(account)s)
order by e.id desc limit %(top)s
"""


@dataclass(frozen=True)
class Unusual:
    """An account that did something unusual. why: opened or codes (looks within an hour), homes (homes of one building opened
    within a day), refused (refusals within an hour); most: how many, up to the moment `at`."""

    account_id: int
    why: str
    most: int
    at: datetime


@dataclass(frozen=True)
class Sum:
    """Looks of one purpose or one account. others: accounts of a purpose, or openings of an account."""

    key: Any
    looks: int
    people: int
    others: int
    last: datetime


@dataclass(frozen=True)
class Look:
    """One look. area: name of the community of the person looked at; who they are is not the auditor's to see."""

    id: int
    at: datetime
    account_id: int
    role: str
    purpose: str
    fields: str
    area: str
    path: str


@dataclass(frozen=True)
class Export:
    """One file with people in it that somebody took away. what: name of the export; rows: how many were in it."""

    at: datetime
    account_id: int
    what: str
    path: str
    rows: str


@dataclass(frozen=True)
class Span:
    """What a page of looks covers: the last hours, one account or all (0), one purpose or all ('')."""

    hours: int
    account: int = 0
    purpose: str = ""

    @property
    def parameters(self) -> dict[str, Any]:
        """Named parameters of the statements."""
        return {"hours": self.hours, "account": self.account, "purpose": self.purpose, "opened": OPENED}


def unusual(span: Span) -> list[Unusual]:
    """Accounts above the limits within any hour of the span, the most looks first; account and purpose don't narrow it."""
    more = {
        "most_opened": UNUSUAL_OPENED, "most_codes": UNUSUAL_CODES, "most_homes": UNUSUAL_HOMES, "most_refused": UNUSUAL_REFUSED,
    }  # fmt: skip
    return [Unusual(*row) for row in _rows(_UNUSUAL, span.parameters | more)]


def by_purpose(span: Span) -> list[Sum]:
    """Looks by purpose, most first."""
    return [Sum(*row) for row in _rows(_BY_PURPOSE, span.parameters)]


def by_account(span: Span) -> list[Sum]:
    """Looks by account, most first."""
    return [Sum(*row) for row in _rows(_BY_ACCOUNT, span.parameters | {"top": TOP})]


def looks(span: Span, *, before: int | None = None, limit: int = PAGE) -> list[Look]:
    """Single looks, newest first. before: only those with a smaller number."""
    more = {"before": before if before is not None else 2**62, "limit": limit}
    return [Look(*row) for row in _rows(_LOOKS, span.parameters | more)]


def note_export(what: str, path: str, rows: int) -> None:
    """Put on record that the caller takes away a file with this many people of an area."""
    with connection.cursor() as cursor:
        cursor.execute("select access_note_export(%s, %s, %s)", [what, path, rows])


def exports(span: Span) -> list[Export]:
    """Files that were taken away, newest first; by account as the span says."""
    found = []
    for at, account, detail in _rows(_EXPORTS, span.parameters | {"top": PAGE}):
        what, path, rows = (*detail.split(", "), "", "")[:3]
        found.append(Export(at, account, what, path, rows))
    return found


@dataclass(frozen=True)
class Refused:
    """What was refused to an account: address of the page by its name, how often, last when."""

    account_id: int
    what: str
    times: int
    last: datetime


def refusals_of(span: Span) -> list[Refused]:
    """What was refused, most often first; by account as the span says."""
    return [Refused(*row) for row in _rows(_REFUSALS, span.parameters | {"top": TOP})]


def note_refusal(account: int, what: str) -> None:
    """Put on record that something was refused, on a connection of its own: the refused request keeps nothing."""
    with connections["door"].cursor() as cursor:
        cursor.execute("select access_note_refusal(%s, %s)", [account, what[:80]])


def names_of(accounts: Iterable[int]) -> dict[int, str]:
    """Account number → name and user name, for those who may see them."""
    box = system_box()
    rows = _rows("select * from access_names(%(ids)s)", {"ids": sorted(set(accounts))})
    return {number: f"{box.open(sealed, _NAME_COLUMN).decode()} ({username})" for number, username, sealed in rows}


def _rows(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
