"""Who takes part in the demonstration: one account a role, and the heads of all villages and communities."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password
from django.db import connection, connections, transaction

from lianfang.base.access.api import Actor, enter, open_session, token_digest
from lianfang.base.access.services import create_account, create_grant
from lianfang.base.areas.api import draw_grid
from lianfang.base.vault.api import system_box

PASSWORD = "lianfang-demo"  # noqa: S105  (a drill; printed on the screen)
COUNTY = "411621"
TOWNSHIP = "411621001"
COMMUNITY = "411621001001"
"""西关居民委员会, a real community; the people put into it are synthetic and every page says 演练."""


@dataclass(frozen=True)
class Part:
    """One role of the cast: user name, shown name, role, and the path of its grant."""

    username: str
    name: str
    role: str
    path: str


CAST = (
    Part("command", "指挥部甲", "command", COUNTY),
    Part("command2", "指挥部乙", "command", COUNTY),
    Part("county", "县级调度", "county_dispatcher", COUNTY),
    Part("cdc", "县疾控", "county_health", COUNTY),
    Part("township", "桐丘街道调度", "township_dispatcher", TOWNSHIP),
    Part("head", "西关书记", "community_head", COMMUNITY),
    Part("clerk", "西关社区", "community_clerk", COMMUNITY),
    Part("grid", "西关网格员", "grid_worker", COMMUNITY),
    Part("building", "1号楼楼长", "building_lead", COMMUNITY + "0001"),
    Part("sampler", "采样组", "sampler", COUNTY),
    Part("lab", "检测机构", "laboratory", ""),
    Part("audit", "审计管理员", "audit_admin", ""),
    Part("security", "安全管理员", "security_admin", ""),
    Part("system", "系统管理员", "system_admin", ""),
)


class Company:
    """The cast with their accounts; acts on their behalf through real sessions."""

    def __init__(self) -> None:
        self.accounts: dict[str, int] = {}
        self._tokens: dict[str, str] = {}

    def hire(self) -> None:
        """Create the accounts of the cast."""
        for part in CAST:
            account = create_account(username=part.username, name=part.name, password=PASSWORD)
            self.accounts[part.username] = account
            grids = _grids_of(part) if part.role == "grid_worker" else None
            create_grant(account_id=account, role=part.role, path=part.path, grids=grids)

    def draw_grid(self, first: str, last: str) -> None:
        """Draw the grid worker's grid over some buildings, as the head of the community does, and lend it to them."""
        with transaction.atomic():
            self.enter("head")
            with connection.cursor() as cursor:
                cursor.execute(
                    "select path from areas_building where path between %s and %s order by path", [first, last]
                )
                buildings = [path for (path,) in cursor.fetchall()]
            grid = draw_grid(community=COMMUNITY, code="001", name="西关第一网格", buildings=buildings, on=date.today())
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "update access_grant set grids = array[%s] where account_id = %s", [grid, self.accounts["grid"]]
            )

    def find(self) -> None:
        """Look up the accounts of an earlier run."""
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "select username, id from access_account where username = any (%s)", [[part.username for part in CAST]]
            )
            self.accounts = dict(cursor.fetchall())

    def token(self, username: str) -> str:
        """A live session token of one of the cast."""
        if username not in self._tokens:
            self._tokens[username] = open_session(self.accounts[username])
        return self._tokens[username]

    def enter(self, username: str) -> Actor:
        """Enter the scope of one of the cast for the running transaction."""
        return enter_as(self.token(username))


def enter_as(token: str) -> Actor:
    """Enter the scope of a session for the running transaction."""
    actor = enter(token_digest(token))
    if actor is None:
        raise RuntimeError("no live session")
    return actor


def _grids_of(part: Part) -> list[int]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select id from areas_grid where path = %s and net = 'community' and ended_on is null order by code limit 1",
            [part.path],
        )
        return [row[0] for row in cursor.fetchall()]


def hire_heads() -> dict[str, int]:
    """An account for the head of every other village and community, and of every township; path → account, in three statements."""
    encoded = make_password(PASSWORD)
    box = system_box()
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "select path, name from areas_area where level in (4, 5) and path like %s and path not in (%s, %s) order by path",
            [COUNTY + "%", COMMUNITY, TOWNSHIP],
        )
        areas = cursor.fetchall()
        names = [box.seal(f"{name}负责人".encode(), b"access_account.name") for _, name in areas]
        cursor.execute(
            "insert into access_account (username, name_sealed, password, language, active, failed) "
            "select 'head-' || path, name, %s, '', true, 0 from unnest(%s::text[], %s::bytea[]) as t(path, name) returning id, username",
            [encoded, [path for path, _ in areas], names],
        )
        accounts = {username.removeprefix("head-"): number for number, username in cursor.fetchall()}
        cursor.execute(
            "insert into access_grant (account_id, role, scope, path, grids, unit) select a.id, "
            "case length(a.path) when 12 then 'community_head' else 'township_dispatcher' end, 'area', a.path, '{}', '' "
            "from unnest(%s::bigint[], %s::text[]) as a(id, path)",
            [list(accounts.values()), list(accounts)],
        )
    return accounts
