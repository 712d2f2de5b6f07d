"""Looks into one file in a process of its own: a file made for it keeps a reader busy for minutes, in gigabytes.

`python -I inspection.py PDF|JPEG|PNG < file` writes a line with one word of `FAULTS`, or `fine`; after it, for a
picture, the bytes of it drawn anew. It imports nothing of the registry, so that it starts quickly.
"""

import io
import resource
import sys
from collections.abc import Iterator
from typing import Any

SECONDS = 6
MEGABYTES = 768
MAX_PIXELS = 40_000_000
LONGEST_SIDE = 4096
"""Larger pictures are made smaller: a scanned page is legible at half of it."""
MAX_OBJECTS = 20_000
"""Parts of a PDF that are looked at; one that a person made from five megabytes has fewer."""

FINE = "fine"
FAULTS = ("encrypted", "empty", "script", "action", "files", "pixels")
ENCRYPTED, EMPTY, SCRIPT, ACTION, FILES, PIXELS = FAULTS


# -- Pictures


def draw_anew(data: bytes, kind: str) -> tuple[str, bytes]:
    """The picture without anything hidden in it, or why there is none.

    Errors: whatever Pillow raises over a broken file.
    """
    from PIL import Image, ImageOps  # Imported once the limits are set.

    try:
        source = Image.open(io.BytesIO(data), formats=[kind])
    except Image.DecompressionBombError:
        return PIXELS, b""
    if source.width * source.height > MAX_PIXELS:
        return PIXELS, b""
    source.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
    ImageOps.exif_transpose(source, in_place=True)
    source.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return FINE, _encode(source, kind)


def _encode(picture: Any, kind: str) -> bytes:
    shown = {key: picture.info[key] for key in ("transparency",) if key in picture.info}
    out = io.BytesIO()
    if kind == "JPEG":
        picture.info = {}
        picture.convert("L" if picture.mode == "L" else "RGB").save(out, "JPEG", quality=85, optimize=True)
    else:
        picture.info = shown
        picture.save(out, "PNG")
    return out.getvalue()


# -- PDF

# Words that stand for nothing else: shorter ones, such as /JS and /EF, are also names of fonts.
_WORDS = {
    SCRIPT: {"/JavaScript", "/XFA"},
    ACTION: {"/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/Rendition", "/RichMedia"},
    FILES: {"/EmbeddedFile", "/EmbeddedFiles", "/FileAttachment", "/AFRelationship", "/Filespec"},
}


def find_fault(data: bytes) -> str:
    """What the PDF could do of its own accord, or why nobody can tell.

    Errors: whatever pypdf raises over a broken file.
    """
    from pypdf import PdfReader  # Imported once the limits are set.

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        return ENCRYPTED
    words = _list_words(reader)
    if not reader.pages:
        return EMPTY
    return next((fault for fault, forbidden in _WORDS.items() if words & forbidden), FINE)


def _list_words(reader: Any) -> set[str]:
    """Every key and every name that stands in any object of the file, wherever it hangs."""
    from pypdf.generic import IndirectObject  # As above.

    keys = {(number, generation) for generation, entries in reader.xref.items() for number in entries}
    keys |= {(number, 0) for number in reader.xref_objStm}
    if len(keys) > MAX_OBJECTS:
        raise ValueError("too many objects")
    found: set[str] = set()
    for number, generation in sorted(keys):
        found.update(_words_in(reader.get_object(IndirectObject(number, generation, reader))))
    found.update(_words_in(reader.trailer))
    return found


def _words_in(obj: Any) -> Iterator[str]:
    """Of one object and what is written inside it; what it refers to has its own turn."""
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject  # As above.

    pending = [obj]
    while pending:
        each = pending.pop()
        if isinstance(each, NameObject):
            yield str(each)
        elif isinstance(each, DictionaryObject):
            yield from (str(key) for key in each)
            pending.extend(dict.values(each))
        elif isinstance(each, ArrayObject):
            pending.extend(list.__iter__(each))


def main() -> None:
    """Within bounds of time and memory; beyond them the process ends without a word."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES * 1024**2, MEGABYTES * 1024**2))
    data, kind = sys.stdin.buffer.read(), sys.argv[1]
    verdict, drawn = (find_fault(data), b"") if kind == "PDF" else draw_anew(data, kind)
    sys.stdout.buffer.write(verdict.encode() + b"\n" + drawn)


if __name__ == "__main__":
    main()
