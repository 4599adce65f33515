"""The door of workforce for other apps."""

from __future__ import annotations

from lianfang.domain.workforce.importing import MembersReport, import_members, knows_members
from lianfang.domain.workforce.importing import undo_import as undo_member_import
from lianfang.domain.workforce.life import (
    NewMember,
    Stated,
    add_member,
    edit_member,
    leave,
    move_member,
    on_leave,
    register,
    state_availability,
    unregister,
    write_unit,
)
from lianfang.domain.workforce.rules import DUTIES, KINDS, MEMBER_KINDS, NETS, kind_word
from lianfang.domain.workforce.sealing import MEMBER, SECRET, Opener, Shown, contact_blinder, seal
from lianfang.domain.workforce.selectors import MemberLine, Window, availability_of, member_lines, organisation_names
from lianfang.domain.workforce.services import Contact, dissolve_team, found_team, join_team, open_contact

__all__ = [
    "DUTIES",
    "KINDS",
    "MEMBER",
    "MEMBER_KINDS",
    "NETS",
    "SECRET",
    "Contact",
    "MemberLine",
    "MembersReport",
    "NewMember",
    "Opener",
    "Shown",
    "Stated",
    "Window",
    "add_member",
    "availability_of",
    "contact_blinder",
    "dissolve_team",
    "edit_member",
    "found_team",
    "import_members",
    "join_team",
    "kind_word",
    "knows_members",
    "leave",
    "member_lines",
    "move_member",
    "on_leave",
    "open_contact",
    "organisation_names",
    "register",
    "seal",
    "state_availability",
    "undo_member_import",
    "unregister",
    "write_unit",
]
