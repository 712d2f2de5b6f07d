"""Tables in the encodings and with the signs they come in, and files that are made to do harm."""

import io
import struct
import zipfile
import zlib
from datetime import date

import pytest
import xlsxwriter

from registry.core import sheets
from registry.core.errors import InvalidInput
from registry.core.sheets import Encoding, guess_delimiter, guess_encoding, read_sheet

RUSSIAN = "Фамилия;Имя;Город\r\nИванова;Мария;Нижний Новгород\r\nПЕТРОВ;ЮРИЙ;ОРЁЛ\r\n"
CHINESE = "姓名,出生日期,电子邮件\r\n王小明,2001-03-15,wang@example.cn\r\n李丽,2003年5月1日,li@example.cn\r\n"
ENGLISH = "Name,Town\nO'Neil,Galway\n"
KAZAKH = "Тегі\tАты\nНұрланова\tӘйгерім\n"


@pytest.mark.parametrize(
    ("text", "codec", "expected"),
    [
        (RUSSIAN, "utf-8", Encoding.UTF_8),
        (RUSSIAN, "utf-8-sig", Encoding.UTF_8),
        (RUSSIAN, "utf-16", Encoding.UTF_16),
        (RUSSIAN, "utf-16-le", Encoding.UTF_16),
        (RUSSIAN, "utf-16-be", Encoding.UTF_16),
        (RUSSIAN, "cp1251", Encoding.WINDOWS_1251),
        (RUSSIAN.upper(), "cp1251", Encoding.WINDOWS_1251),
        (RUSSIAN.lower(), "cp1251", Encoding.WINDOWS_1251),
        ("№;Ёж\r\n1;«Ёлка» – №2\r\n", "cp1251", Encoding.WINDOWS_1251),
        ("Імя,Горад\nАлесь,Мінск\nЎладзімір,Віцебск\n", "cp1251", Encoding.WINDOWS_1251),
        (CHINESE, "utf-8", Encoding.UTF_8),
        (CHINESE, "utf-16", Encoding.UTF_16),
        (CHINESE, "gb18030", Encoding.GB18030),
        ("姓名,城市\r\n张伟,北京\r\n", "gb18030", Encoding.GB18030),
        (KAZAKH, "utf-8-sig", Encoding.UTF_8),
        (ENGLISH, "ascii", Encoding.UTF_8),
        (ENGLISH, "utf-16", Encoding.UTF_16),
    ],
)
def test_read_sheet_finds_the_encoding(text: str, codec: str, expected: Encoding) -> None:
    data = text.encode(codec)
    lines = [line for line in text.splitlines() if line]

    sheet = read_sheet(data)

    assert (guess_encoding(data), sheet.encoding) == (expected, expected)
    cut = guess_delimiter(text)
    assert [sheet.head, *(row for _, row in sheet.rows)] == [line.split(cut) for line in lines]


def test_read_sheet_in_the_encoding_that_was_chosen() -> None:
    assert read_sheet(RUSSIAN.encode("cp1251"), Encoding.WINDOWS_1251).head == ["Фамилия", "Имя", "Город"]
    with pytest.raises(InvalidInput, match="not in this encoding"):
        read_sheet(RUSSIAN.encode("cp1251"), Encoding.UTF_8)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b,c\n1,2,3\n", ","),
        ("a;b;c\n1;2;3\n", ";"),
        ("a\tb\tc\n1\t2\t3\n", "\t"),
        ("name;sum\nA;1,5\nB;2,5\n", ";"),
        ('name,note\n"a;b;c","x;y"\n"d;e;f","z;w"\n', ","),
        ("name\tnote\nA\tone, two; three\nB\tfour, five; six\n", "\t"),
        ('name;"two\nlines";x\na;b;c\n', ";"),
        ("only\none\n", ","),
    ],
)
def test_guess_delimiter(text: str, expected: str) -> None:
    assert guess_delimiter(text) == expected


def test_read_sheet_keeps_row_numbers_across_empty_rows() -> None:
    sheet = read_sheet(b"\n\nName,Town\n\nA,B\n , \nC\n")

    assert (sheet.head, sheet.rows) == (["Name", "Town"], [(5, ["A", "B"]), (7, ["C", ""])])


def workbook(rows: list[list[object]]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"default_date_format": "dd.mm.yyyy"}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return target.getvalue()


def test_read_sheet_reads_a_workbook_with_dates_and_numbers_as_text() -> None:
    sheet = read_sheet(
        workbook([["Имя", "Born", "Phone", "Share"], ["王", date(2001, 3, 15), 998901234567, 1.5]])
    )

    assert sheet.head == ["Имя", "Born", "Phone", "Share"]
    assert sheet.rows == [(2, ["王", "2001-03-15", "998901234567", "1.5"])]
    assert sheet.encoding is None


def packed(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return target.getvalue()


def with_false_sizes(data: bytes) -> bytes:
    """The same archive, whose heads say that each part unpacks to ten bytes."""
    return data.replace(struct.pack("<L", 60 * 1024 * 1024), struct.pack("<L", 10))


BOMB = packed({"xl/worksheets/sheet1.xml": b"\0" * (60 * 1024 * 1024)})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no table"),
        (b"Name,Town\n", "no table"),
        (b"a,b\n" + b"1,2\n" * (sheets.MOST_ROWS + 1), "too large"),
        (b",".join([b"x"] * 61) + b"\n" + b",".join([b"y"] * 61), "too large"),
        (b"a,b\n" + b"x" * 2_001 + b",2\n", "more than 2,000 characters"),
        (b"a,b\n1,2\n" * 400_000, "too large"),
        (b'a,b\n"' + b"x" * 200_000 + b'",1\n', "cannot be read"),
        (b"PK\x03\x04 nothing", "cannot be read"),
        (packed({"readme.txt": b"no workbook"}), "cannot be read"),
        (packed({str(number): b"" for number in range(501)}), "cannot be read"),
        (BOMB, "too large"),
        (with_false_sizes(BOMB), "too large"),
        (packed({"xl/worksheets/sheet1.xml": b'<row><c r="XFD1048576"/></row>'}), "too large"),
        (packed({"xl/worksheets/sheet1.xml": b"<x:row spans=\"1\" r='1048576'><x:c/></x:row>"}), "too large"),
        (packed({"xl/worksheets/sheet1.xml": '<c r="XFD1"/>'.encode("utf-16")}), "cannot be read"),
    ],
    ids=[
        *("empty", "head only", "rows", "columns", "cell", "bytes", "field", "no archive", "no workbook"),
        *("parts", "bomb", "bomb that lies", "far cell", "far row", "hidden cells"),
    ],
)
def test_read_sheet_refuses(data: bytes, message: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_sheet(data)

    assert message in str(refusal.value)


def test_the_bomb_that_lies_does_lie() -> None:
    with zipfile.ZipFile(io.BytesIO(with_false_sizes(BOMB))) as archive:
        (entry,) = archive.infolist()

    assert entry.file_size == 10
    assert len(BOMB) < 100_000
    assert len(zlib.compress(b"\0" * 1000)) < 100
