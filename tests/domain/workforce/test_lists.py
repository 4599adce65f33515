"""A skill is kept whole or refused: in an imported list and in the form of one member."""

from __future__ import annotations

from datetime import date

import pytest

from lianfang.domain.workforce.forms import MemberForm
from lianfang.domain.workforce.lists import read_row

pytestmark = pytest.mark.row("B1")
LONG = "会" * 21


def test_a_long_skill_in_a_list_is_a_reason_against_its_row() -> None:
    def reasons(*skills: str) -> list[str]:
        values = {"name": "赵一人", "unit": "县医院", "skills": skills}
        _, found = read_row(3, values, register="unit", today=date(2022, 4, 6), synthetic_allowed=True)
        return [reason.code for reason in found]

    assert "workforce.skill_too_long" in reasons("护理", LONG)
    assert "workforce.skill_too_long" not in reasons("护理", LONG[:20])


def test_a_long_skill_in_the_form_is_said_at_its_field() -> None:
    def errors(skills: str) -> list[str]:
        return MemberForm("zh", {"name": "赵一人", "skills": skills}).errors.get("skills", [])

    assert "20" in errors(f"护理、{LONG}")[0]
    assert errors(f"护理；{LONG[:20]}") == []
