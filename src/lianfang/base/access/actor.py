"""The actor: who acts, in which role and scope, for the length of one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from lianfang.base.access.rules import ROLES, may, sees


@dataclass(frozen=True)
class Actor:
    """Somebody signed in, with the one grant they work under now.

    path: the area (or building) the grant is bound to, '' when it is bound to none. token_digest identifies the session.
    """

    account_id: int
    grant_id: int
    role: str
    scope: str
    path: str
    grids: tuple[int, ...]
    username: str
    name: str
    language: str
    kind: str
    token_digest: bytes
    area_name: str = ""
    unit: str = ""

    @property
    def role_label(self) -> str:
        """The Chinese label of the role."""
        return ROLES[self.role].label if self.role in ROLES else self.role

    @property
    def area_code(self) -> str:
        """The 12-digit code of the grant's area (of its community when the grant is bound to a building)."""
        return self.path[:12].ljust(12, "0") if self.path else ""

    @property
    def lists(self) -> bool:
        """Whether this grant opens lists of an area at all (a sampler's or a laboratory's does not)."""
        return self.scope in {"area", "grid", "assigned"} and bool(self.path)

    def sees(self, what: str, level: str) -> bool:
        """Whether this role may see a kind of object at a level."""
        return sees(self.role, what, level)

    def may(self, kind: str, verb: str) -> bool:
        """Whether this role may record a fact or do something else."""
        return may(self.role, kind, verb)

    def covers(self, path: str) -> bool:
        """Whether a path lies in this actor's lists. The database decides again; this only shapes pages."""
        return self.lists and path.startswith(self.path)
