"""Files as people and attackers send them."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from registry.core.documents import MAX_BYTES


def make_pdf(change: Callable[[PdfWriter], Any] | None = None, *, password: str = "") -> bytes:
    """A PDF of one empty page, with something done to it."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if change:
        change(writer)
    if password:
        writer.encrypt(password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def opening_action(kind: str, **values: str) -> Callable[[PdfWriter], None]:
    """Makes the PDF do something when it is opened."""

    def change(writer: PdfWriter) -> None:
        action = {NameObject("/S"): NameObject(kind)}
        action |= {NameObject(f"/{key}"): TextStringObject(value) for key, value in values.items()}
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)

    return change


def nested_action(kind: str) -> Callable[[PdfWriter], None]:
    """The same on a page, as the third of several things in a row."""

    def change(writer: PdfWriter) -> None:
        action = DictionaryObject({NameObject("/S"): NameObject(kind)})
        chain = DictionaryObject({NameObject("/Next"): ArrayObject([ArrayObject([action])])})
        writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): chain})

    return change


def make_jpeg(size: tuple[int, int] = (60, 40), **options: Any) -> bytes:
    """A red picture, with whatever Pillow writes beside it."""
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, "JPEG", **options)
    return out.getvalue()


def make_png(mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (60, 40)).save(out, "PNG", **options)
    return out.getvalue()


def make_png_header(width: int, height: int) -> bytes:
    """A PNG of a hundred bytes that says it is so large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(bytes(5_000)))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def make_scan_bomb() -> bytes:
    """A progressive JPEG whose last scan is there eighty thousand times, each over 36 million pixels."""
    out = io.BytesIO()
    Image.new("L", (6000, 6000), 128).save(out, "JPEG", progressive=True)
    picture = out.getvalue()
    scan = picture[picture.rindex(b"\xff\xda") : -2]
    return picture[:-2] + scan * ((MAX_BYTES - len(picture)) // len(scan)) + b"\xff\xd9"
