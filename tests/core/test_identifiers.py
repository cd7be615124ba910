"""Identity numbers, credit codes and telephone numbers, and how they look masked."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.core import masking
from governance.core.identifiers import (
    CREDIT_LETTERS,
    BadNumber,
    credit_check_character,
    cut_by_excel,
    identity_check_digit,
    phone_tail,
    read_credit_code,
    read_identity,
    read_phone,
    registrar_of,
)

TODAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("number", "birth", "sex"),
    [
        ("445302199001010013", dt.date(1990, 1, 1), "1"),  # division younger than he
        ("441227197001010012", dt.date(1970, 1, 1), "1"),  # division of those days
        ("810000199001010019", dt.date(1990, 1, 1), "1"),  # Hong Kong permit
    ],
)
def test_numbers_that_libraries_refuse_are_right(
    number: str, birth: dt.date, sex: str
) -> None:
    found = read_identity(number, today=TODAY)
    assert (found.number, found.birth, found.sex) == (number, birth, sex)
    assert found.doubts == ()


def test_somebody_born_in_2099_is_not_here_yet() -> None:
    with pytest.raises(BadNumber, match=r"晚于|future"):
        read_identity("445302209901010015", today=TODAY)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("44530219900101001", "17"),
        ("445302900101001", "15"),
        ("44530219901301001X", "19901301"),
        ("445302189912310010", "1900"),
        ("44530219900101001A", "X"),
        ("445302199001010014", "校验|check"),
        ("X45302199001010013", "17"),
    ],
)
def test_a_wrong_number_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(BadNumber, match=words):
        read_identity(text, today=TODAY)


def test_blanks_full_width_and_small_x_are_understood() -> None:
    number = "99999919900101001"
    number += identity_check_digit(number)
    typed = "　" + " ".join(number[i : i + 6] for i in range(0, 18, 6)) + " "
    wide = typed.translate({ord(str(n)): ord("０") + n for n in range(10)})
    assert read_identity(wide.lower(), today=TODAY).number == number


def test_an_unknown_division_is_a_doubt_only() -> None:
    first = "99999919900101001"
    found = read_identity(first + identity_check_digit(first), today=TODAY)
    assert len(found.doubts) == 1
    assert "999999" in found.doubts[0]


@given(
    birth=st.dates(dt.date(1900, 1, 1), TODAY),
    serial=st.integers(0, 999),
    place=st.integers(0, 17),
    other=st.integers(1, 9),
)
def test_one_wrong_digit_is_always_noticed(
    birth: dt.date, serial: int, place: int, other: int
) -> None:
    first = f"445302{birth:%Y%m%d}{serial:03d}"
    number = first + identity_check_digit(first)
    assert read_identity(number, today=TODAY).birth == birth
    if number[place].isdigit():
        wrong = str((int(number[place]) + other) % 10)
        with pytest.raises(BadNumber):
            read_identity(number[:place] + wrong + number[place + 1 :], today=TODAY)


@pytest.mark.parametrize("text", ["4.45302E+17", "4.45302e17", "4E+17"])
def test_excel_notation_is_named_never_guessed(text: str) -> None:
    assert "4" in cut_by_excel(text)
    with pytest.raises(BadNumber, match="Excel"):
        read_identity(text, today=TODAY)


def test_a_number_cell_loses_its_last_digits() -> None:
    rounded = "445302199001010000"
    assert "Excel" in cut_by_excel(rounded)
    with pytest.raises(BadNumber, match="Excel"):
        read_identity(rounded, today=TODAY)
    right = "445302199001010013"
    with pytest.raises(BadNumber, match="Excel"):
        read_identity(right, from_number=True, today=TODAY)
    assert cut_by_excel(right) == ""


def test_a_whole_number_that_ends_in_000_is_a_doubt() -> None:
    for serial in range(100, 1000, 100):
        first = f"44530219900101{serial}"
        if identity_check_digit(first) == "0":
            break
    found = read_identity(first + "0", today=TODAY)
    assert any("000" in doubt for doubt in found.doubts)


@pytest.mark.parametrize(
    "code",
    [
        "N2445302MF00000006",
        "54445302MF0000000H",
        "91445302MA4W0000X7",
    ],
)
def test_credit_codes_of_all_registrars_are_right(code: str) -> None:
    assert read_credit_code(code.lower()) == code
    assert registrar_of(code)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("N2445302MF0000000", "17"),
        ("N2445302MF00000O06", "O"),
        ("N2445302MF00000007", "校验|check"),
        ("9.14453E+17", "Excel"),
    ],
)
def test_a_wrong_credit_code_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(BadNumber, match=words):
        read_credit_code(text)


@given(
    first=st.text(CREDIT_LETTERS, min_size=17, max_size=17),
    place=st.integers(0, 16),
    other=st.sampled_from(CREDIT_LETTERS),
)
def test_one_wrong_character_of_a_code_is_always_noticed(
    first: str, place: int, other: str
) -> None:
    check = credit_check_character(first)
    if other != first[place]:
        changed = first[:place] + other + first[place + 1 :]
        assert credit_check_character(changed) != check


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("138 0000 0000", "13800000000"),
        ("+86-138-0000-0000", "13800000000"),
        ("１３８００００００００", "13800000000"),
        ("13800000000.0", "13800000000"),
        ("0766-8801234", "0766-8801234"),
        ("(0766)8801234", "0766-8801234"),
        ("8801234", "8801234"),
    ],
)
def test_telephone_numbers_are_read_as_people_write_them(
    text: str, number: str
) -> None:
    assert read_phone(text) == number


@pytest.mark.parametrize(
    ("text", "words"),
    [("1380000", "11"), ("12345", "11"), ("没有", "."), ("1.38E+10", "Excel")],
)
def test_a_wrong_telephone_number_is_refused(text: str, words: str) -> None:
    with pytest.raises(BadNumber, match=words):
        read_phone(text)


def test_a_masked_number_is_taken_only_when_asked() -> None:
    assert read_phone("138****0042", may_be_masked=True) == "138****0042"
    with pytest.raises(BadNumber):
        read_phone("138****0042")


def test_the_tail_of_a_number() -> None:
    assert phone_tail("13800001234") == "1234"
    assert phone_tail("138****0042") == "0042"
    assert phone_tail("0766-8801234") == "1234"
    assert phone_tail("12") == ""


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张明", "张*"),
        ("张小明", "张*明"),
        ("欧阳娜", "欧阳*"),
        ("欧阳小娜", "欧阳*娜"),
        ("张", "张*"),
        ("John", "J**"),
        ("阿依古丽·买买提", "阿**"),
        ("", ""),
    ],
)
def test_names_keep_the_surname(name: str, masked: str) -> None:
    assert masking.mask_name(name) == masked


def test_the_other_masks() -> None:
    assert masking.mask_identity("44530219900101001X") == "445302********001X"
    assert masking.mask_identity("E12345678") == "E1*****78"
    assert masking.mask_phone("13800000000") == "138****0000"
    assert masking.mask_phone("0766-8801234") == "****1234"
    assert masking.mask_address("云城区星岩三路 8 号 302", "星岩社区") == "星岩社区****"
    assert masking.mask_address("幸福巷 8 号") == "****"
    assert masking.mask_address("") == ""
