"""What a file that somebody sends really is: told by its content, made harmless or refused.

Pictures are drawn anew, so that nothing hidden in them (place, camera, appended data) is kept. PDFs are kept
as they are, unless they could do something of their own accord.
"""

import io
import re
import subprocess
import sys
import threading
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from registry.core import pdf_inspection
from registry.core.errors import InvalidInput
from registry.core.forms import clean_text
from registry.core.i18n import _l

MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 40_000_000
LONGEST_SIDE = 4096
"""Larger pictures are made smaller: a scanned page is legible at half of it."""
LONGEST_NAME = 100

_looking = threading.Lock()
"""One file at a time in each process: a decoded picture takes up to thirty times its size."""


class MediaType(StrEnum):
    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"

    @property
    def ending(self) -> str:
        return {self.PDF: "pdf", self.JPEG: "jpg", self.PNG: "png"}[self]


_STARTS = {b"%PDF-": MediaType.PDF, b"\xff\xd8\xff": MediaType.JPEG, b"\x89PNG\r\n\x1a\n": MediaType.PNG}
_ENDINGS = {MediaType.PDF: ("pdf",), MediaType.JPEG: ("jpg", "jpeg"), MediaType.PNG: ("png",)}


@dataclass(frozen=True)
class Document:
    """A file that may be kept."""

    name: str
    """As it was called, for reading only: without path, controls and direction marks, with a true ending."""
    media_type: MediaType
    data: bytes


def read_document(data: bytes, name: str) -> Document:
    """The file, checked and cleaned. Slow: call it before a transaction begins.

    Errors: InvalidInput("file") with the sentence that says what to do instead.
    """
    if not data:
        raise _refusal(_l("This file is empty. Choose another one."))
    if len(data) > MAX_BYTES:
        raise _refusal(_l("This file is larger than 5 MB. Choose a smaller one."))
    media_type = next((kind for start, kind in _STARTS.items() if data.startswith(start)), None)
    if media_type is None:
        raise _refusal(
            _l("This file is not a PDF, JPEG or PNG. Save it as one of these and choose that file.")
        )
    if media_type is MediaType.PDF:
        _check_pdf(data)
    else:
        data = _draw_anew(data, media_type)
    return Document(clean_name(name, media_type), media_type, data)


def clean_name(name: str, media_type: MediaType) -> str:
    """The last part of the path in plain characters, at most `LONGEST_NAME` long, with an ending that is true."""
    last = re.split(r"[/\\]", clean_text(name))[-1]
    plain = "".join(each for each in last if unicodedata.category(each) not in {"Cf", "Cc", "Zl", "Zp"})
    stem, dot, ending = " ".join(plain.split()).rpartition(".")
    if not dot or ending.casefold() not in _ENDINGS[media_type]:
        stem, ending = f"{stem}{dot}{ending}", media_type.ending
    return f"{stem.strip('. ')[:LONGEST_NAME] or 'file'}.{ending.casefold()}"


def _refusal(message: Any) -> InvalidInput:
    return InvalidInput(message, field="file")


# -- Pictures --------------------------------------------------------------------------------------------


def _draw_anew(data: bytes, media_type: MediaType) -> bytes:
    # Imported here because few requests need it and it takes a tenth of a second.
    from PIL import Image, ImageOps

    too_many = _refusal(
        _l(
            "This picture has too many pixels. Make it smaller, at most 40 million pixels, and choose it again."
        )
    )
    broken = _refusal(_l("This picture cannot be opened. Save it anew and choose the new file."))
    try:
        with _looking, Image.open(io.BytesIO(data), formats=[media_type.name]) as source:
            if source.width * source.height > MAX_PIXELS:
                raise too_many
            source.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
            picture = ImageOps.exif_transpose(source)
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            return _encode(picture, media_type)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise too_many from None
    except InvalidInput:
        raise
    except Exception as error:
        # Decoders fail over broken pictures in ways that no list is long enough for.
        raise broken from error


def _encode(picture: Any, media_type: MediaType) -> bytes:
    shown = {key: picture.info[key] for key in ("transparency",) if key in picture.info}
    picture.info = shown if media_type is MediaType.PNG else {}
    out = io.BytesIO()
    if media_type is MediaType.JPEG:
        picture.convert("L" if picture.mode == "L" else "RGB").save(out, "JPEG", quality=85, optimize=True)
    else:
        picture.save(out, "PNG")
    return out.getvalue()


# -- PDF -------------------------------------------------------------------------------------------------

_FAULTS = {
    pdf_inspection.ENCRYPTED: _l(
        "This PDF is protected by a password. Save it without one and choose that file."
    ),
    pdf_inspection.EMPTY: _l("This PDF has no pages. Choose another file."),
    pdf_inspection.SCRIPT: _l("This PDF contains a script. Print it to a new PDF and choose that file."),
    pdf_inspection.ACTION: _l(
        "This PDF would start something when it is opened. Print it to a new PDF and choose that file."
    ),
    pdf_inspection.FILES: _l("This PDF contains other files. Print it to a new PDF and choose that file."),
}


def _check_pdf(data: bytes) -> None:
    command = [sys.executable, "-I", pdf_inspection.__file__]
    try:
        with _looking:
            done = subprocess.run(
                command, input=data, capture_output=True, timeout=2 * pdf_inspection.SECONDS, check=True
            )
        found = done.stdout.decode()
    except subprocess.SubprocessError:
        # It broke, or took more time or memory than a PDF that a person made.
        found = ""
    if found in _FAULTS:
        raise _refusal(_FAULTS[found])
    if found != pdf_inspection.FINE:
        raise _refusal(_l("This PDF cannot be read. Print it to a new PDF and choose that file."))
