"""What a file that somebody sends really is: told by its content, made harmless or refused.

Pictures are drawn anew, so that nothing hidden in them (place, camera, appended data) is kept. PDFs are kept
as they are, unless they could do something of their own accord.
"""

import re
import subprocess
import sys
import threading
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from registry.core import inspection
from registry.core.errors import InvalidInput
from registry.core.forms import clean_text
from registry.core.i18n import _l

MAX_BYTES = 5 * 1024 * 1024
LONGEST_NAME = 100

_looking = threading.Lock()
"""One file at a time for each process of the server: looking takes up to `inspection.MEGABYTES`."""


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
    return Document(clean_name(name, media_type), media_type, _inspect(data, media_type))


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


# -- Another process looks -------------------------------------------------------------------------------

_FAULTS = {
    inspection.PIXELS: _l(
        "This picture has too many pixels. Make it smaller, at most 40 million pixels, and choose it again."
    ),
    inspection.ENCRYPTED: _l(
        "This PDF is protected by a password. Save it without one and choose that file."
    ),
    inspection.EMPTY: _l("This PDF has no pages. Choose another file."),
    inspection.SCRIPT: _l("This PDF contains a script. Print it to a new PDF and choose that file."),
    inspection.ACTION: _l(
        "This PDF would start something when it is opened. Print it to a new PDF and choose that file."
    ),
    inspection.FILES: _l("This PDF contains other files. Print it to a new PDF and choose that file."),
}
_BROKEN = _l("This picture cannot be opened. Save it anew and choose the new file.")
_UNREADABLE = _l("This PDF cannot be read. Print it to a new PDF and choose that file.")


def _inspect(data: bytes, media_type: MediaType) -> bytes:
    """What is kept of the file: a picture drawn anew, a PDF as it is."""
    command = [sys.executable, "-I", inspection.__file__, media_type.name]
    try:
        with _looking:
            done = subprocess.run(
                command, input=data, capture_output=True, timeout=2 * inspection.SECONDS, check=True
            )
        verdict, _line, drawn = done.stdout.partition(b"\n")
    except subprocess.SubprocessError:
        # It broke, or took more time or memory than a file that a person made.
        verdict, drawn = b"", b""
    if fault := _FAULTS.get(verdict.decode()):
        raise _refusal(fault)
    if verdict.decode() != inspection.FINE:
        raise _refusal(_UNREADABLE if media_type is MediaType.PDF else _BROKEN)
    return data if media_type is MediaType.PDF else drawn
