"""An area in a form: by its name, by what the field itself shows, by its code; a sentence for everything else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from lianfang.base.access.api import AreaField
from lianfang.base.areas.api import load_divisions, shipped_divisions
from lianfang.kernel.divisions import path_of

COUNTY, TOWN = "411621000000", "411621101000"
VILLAGE = "411621101200"


@pytest.fixture(scope="module", autouse=True)
def county(database: object) -> None:
    """The real divisions of one county."""
    load_divisions(shipped_divisions("fugou"), edition=2020)


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    """The reader's language."""
    with override("zh-hans"):
        yield


def field(*, required: bool = True) -> AreaField:
    """As a form of a county has it."""
    return AreaField(within=path_of(COUNTY), required=required)


def test_what_is_shown_is_what_may_be_sent() -> None:
    """A code is shown with its name; sent back as it stands, it is the code again; a name alone is enough."""
    shown = field().prepare_value(TOWN)
    assert shown.endswith(TOWN)
    assert shown != TOWN
    name = shown.removesuffix(TOWN).strip()
    assert [field().clean(words) for words in (shown, name, TOWN, " 4116 2110 1000 ", "411621101")] == [TOWN] * 5


def test_a_place_elsewhere_looks_like_one_that_is_not_there() -> None:
    """Sent back to the reader, a code outside the lookup shows no name."""
    elsewhere = AreaField(within="4116211022")
    assert [elsewhere.prepare_value(code) for code in (TOWN, "411699101000")] == [TOWN, "411699101000"]


def test_other_codes_pass_as_they_are() -> None:
    """Whether they exist is asked where they are used; sixteen digits are a building; nothing said is nothing."""
    building = VILLAGE + "0007"
    assert field().clean(building) == building
    assert field().prepare_value(building) == building
    assert field(required=False).clean("") == ""


@pytest.mark.parametrize(
    ("words", "sentence"),
    [("没有这个地方", "没有这个名称"), ("委员会", "有多个区域叫这个名称"), ("41162", "没有这个代码"), ("", "")],
)
def test_anything_else_gets_a_sentence(words: str, sentence: str) -> None:
    """Unknown names, names of several, digits of no level, nothing where something is needed."""
    with pytest.raises(ValidationError) as refused:
        field().clean(words)
    assert sentence in refused.value.messages[0]
