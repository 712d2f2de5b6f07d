"""Pages made for one reader, compressed on their way: on a weak link a list of countries is most of the wait."""

import gzip
import io
import secrets

from flask import Response, request

WORTH_IT = 1000
"""Bytes; what is shorter fits into one packet anyway."""

_LEVEL = 5
_LONGEST_NOISE = 100


def compress(response: Response) -> None:
    """Send a page as gzip to whoever takes it. Files and streams stay as they are."""
    if response.mimetype != "text/html" or response.is_streamed or "Content-Encoding" in response.headers:
        return
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings.quality("gzip") or (response.content_length or 0) < WORTH_IT:
        return
    response.set_data(_pack(response.get_data()))
    response.headers["Content-Encoding"] = "gzip"


def _pack(plain: bytes) -> bytes:
    """As gzip, with a file name of random length in its head.

    Whoever watches the wire could otherwise learn a page's secrets from its length, guess by guess (BREACH).
    """
    packed = io.BytesIO()
    noise = "-" * secrets.randbelow(_LONGEST_NOISE)
    with gzip.GzipFile(noise, "wb", _LEVEL, packed, mtime=0) as stream:
        stream.write(plain)
    return packed.getvalue()
