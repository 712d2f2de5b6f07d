"""Private files on disk, each under the SHA-256 of its content: the same bytes are kept once.

The folder lies outside what the web server shows. A file is stored before the row that names it is
committed; what no row names any more is removed by `remove_unwanted` once it is old enough.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path

from flask import current_app

_GOING = ".going"
"""Ending of a file that is being removed."""


def store(data: bytes) -> str:
    """Keep the bytes; the digest is their name. When this returns, they survive a power cut."""
    digest = hashlib.sha256(data).hexdigest()
    path = path_of(digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Always a new file under the name, also over an equal one: so whoever removes old files sees a young one.
    handle, draft = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    for folder in (path.parent, path.parent.parent, _root()):
        _sync(folder)
    return digest


def path_of(digest: str) -> Path:
    """Where the bytes lie."""
    return _root() / digest[:2] / digest[2:4] / digest


def renew(digest: str) -> bool:
    """Whether the bytes are here; they then count as stored just now, and wait for a row that names them."""
    try:
        os.utime(path_of(digest))
    except FileNotFoundError:
        return False
    return True


def remove_unwanted(find_wanted: Callable[[Collection[str]], Collection[str]], *, before: datetime) -> int:
    """Remove files older than `before` that `find_wanted` does not give back of the digests it is asked for.

    A file stored again at the same moment is spared: it is taken aside first, and put back if it is young.
    """
    removed = 0
    for folder in sorted(_root().glob("??/??")):
        old = [path for path in sorted(folder.iterdir()) if _is_older(path, before)]
        wanted = set(find_wanted([path.name.removesuffix(_GOING) for path in old])) if old else set()
        for path in old:
            if path.name.removesuffix(_GOING) not in wanted:
                removed += _remove(path, before)
            elif path.name.endswith(_GOING):
                path.replace(path.with_suffix(""))
    return removed


def _remove(path: Path, before: datetime) -> int:
    aside = path if path.name.endswith(_GOING) else path.with_name(path.name + _GOING)
    try:
        path.replace(aside)
        if not _is_older(aside, before):
            aside.replace(path)
            return 0
        aside.unlink()
    except FileNotFoundError:
        # Another worker was faster.
        return 0
    return 1


def _is_older(path: Path, before: datetime) -> bool:
    try:
        return path.stat().st_mtime < before.timestamp()
    except FileNotFoundError:
        return False


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _root() -> Path:
    return Path(current_app.config["FILES_FOLDER"])
