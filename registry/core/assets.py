"""Addresses of static files that change with their content, so that browsers keep them for ever."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import current_app, url_for


@lru_cache(maxsize=256)
def _digest(path: Path, _modified: float) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def static_url(name: str) -> str:
    """The address of `static/<name>` with a version taken from its bytes."""
    path = Path(current_app.static_folder or "static") / name
    return url_for("static", filename=name, v=_digest(path, path.stat().st_mtime))
