"""Identity numbers: published vectors, every slip found, masks that do not leak."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.kernel import identity
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.identity import IdType

TODAY = date(2022, 3, 20)
VECTORS = ("11010519491231002X", "440524188001010014")
births = st.dates(date(1900, 1, 1), TODAY)


def read(text, **options):
    return identity.parse_resident_number(text, today=TODAY, **options)


def code_of(call, *args, **options):
    with pytest.raises(LianfangError) as caught:
        call(*args, **options)
    for sentence in (caught.value.render("zh"), caught.value.render("en")):
        assert "19491231" not in sentence
    return caught.value.code


@pytest.mark.parametrize("number", VECTORS)
def test_the_published_numbers_pass(number):
    found = read(number)
    assert found.number == number
    assert identity.check_character(number[:17]) == number[17]
    assert not found.synthetic


def test_a_number_is_read_for_birth_sex_and_region():
    found = read("11010519491231002x")
    assert (found.region, found.birth_date, found.sex) == ("110105", date(1949, 12, 31), "female")
    assert read("440524188001010014").sex == "male"
    assert found.id_type is IdType.RESIDENT


@pytest.mark.parametrize(
    "text", ["'11010519491231002X", " 110105 19491231 002x", "１１０１０５１９４９１２３１００２Ｘ"]
)
def test_numbers_pasted_from_spreadsheets_are_tidied(text):
    assert read(text).number == "11010519491231002X"


def test_an_old_number_gets_its_century_and_check():
    found = read("110105491231002")
    assert found.number == "11010519491231002X"
    assert found.from_old_number


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "identity.malformed"),
        ("11010519491231", "identity.malformed"),
        ("1101051949123100XX", "identity.malformed"),
        ("110105194912310021", "identity.check_failed"),
        ("11010X491231002", "identity.malformed"),
    ],
)
def test_wrong_numbers_say_why(text, code):
    assert code_of(read, text) == code


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ("00010519900101001", "identity.region_unknown"),
        ("98010519900101001", "identity.region_unknown"),
        ("11010519900230001", "identity.birth_impossible"),
        ("11010520220321001", "identity.birth_impossible"),
        ("11010518791231001", "identity.birth_impossible"),
        ("99010519900101001", "identity.synthetic_refused"),
    ],
)
def test_a_right_check_is_not_enough(first, code):
    assert code_of(read, first + identity.check_character(first)) == code


@given(st.sampled_from(VECTORS), st.integers(0, 17), st.integers(1, 9))
def test_every_single_wrong_digit_is_found(number, place, shift):
    old = 10 if number[place] == "X" else int(number[place])
    wrong = str((old + shift) % 10) if place < 17 or old < 10 else str(shift)
    assert code_of(read, number[:place] + wrong + number[place + 1 :]) == "identity.check_failed"


@given(births, st.integers(0, 999), st.integers(0, 9999))
def test_drill_numbers_are_taken_only_where_allowed(birth, serial, region):
    number = identity.synthetic_number(f"{region:04d}", birth, serial)
    assert code_of(read, number) == "identity.synthetic_refused"
    found = read(number, synthetic_allowed=True)
    assert found.synthetic
    assert found.birth_date == birth
    assert found.sex == ("male" if serial % 2 else "female")


@pytest.mark.parametrize(("region", "serial"), [("123", 1), ("12345", 1), ("1234", 1000), ("1234", -1), ("12a4", 1)])
def test_a_drill_number_needs_its_parts(region, serial):
    with pytest.raises(ValueError, match="serial"):
        identity.synthetic_number(region, TODAY, serial)


@pytest.mark.parametrize("text", ["1234567890123456", "1234567890123456X", ""])
def test_check_character_needs_seventeen_digits(text):
    with pytest.raises(ValueError, match="seventeen"):
        identity.check_character(text)


@pytest.mark.parametrize(
    ("id_type", "good", "bad"),
    [
        (IdType.PASSPORT, "e12345678", "E12"),
        (IdType.HK_MACAO_PERMIT, "H12345678", "12345678"),
        (IdType.TAIWAN_PERMIT, "12345678", "T1234567"),
        (IdType.NONE_YET, " ", "123"),
        (IdType.RESIDENT, VECTORS[0], "110105"),
    ],
)
def test_other_papers(id_type, good, bad):
    found = identity.parse_identity(id_type, good, today=TODAY)
    assert found.id_type is id_type
    assert found.number == identity.tidy(good)
    assert code_of(identity.parse_identity, id_type, bad, today=TODAY) == "identity.malformed"
    assert id_type.zh
    assert id_type.en


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("欧阳文忠", "欧**"),
        ("买买提·吐尔逊", "买**"),
        ("𬱖某", "𬱖*"),
        ("张", "*"),
        ("", ""),
        (" 李四 ", "李*"),
    ],
)
def test_names_are_masked(name, masked):
    assert identity.mask_name(name) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812340000", "138****0000"),
        ("+86 138-1234-0000", "138****0000"),
        ("0317-2021234", "031****1234"),
        ("2021234", "*****34"),
        ("120", "***"),
        ("", ""),
    ],
)
def test_phones_are_masked(phone, masked):
    assert identity.mask_phone(phone) == masked


@given(st.text(alphabet="0123456789X", min_size=0, max_size=20))
def test_a_masked_number_shows_at_most_five_characters(number):
    masked = identity.mask_number(number)
    assert len(masked) == len(number)
    assert sum(character != "*" for character in masked) <= 5
