"""Static files: compressed, kept by browsers for ever, under addresses that change with their content."""

import gzip
import hashlib
import shutil
import tempfile
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask, current_app, url_for
from whitenoise import WhiteNoise

_VERSION = "static_version"
_COMPRESSIBLE = {".css", ".js", ".json", ".map", ".svg", ".txt", ".webmanifest"}


def static_url(name: str) -> str:
    """The address of `static/<name>`, with a version that changes when the file does.

    Errors: FileNotFoundError.
    """
    path = _static_folder(current_app) / name
    modified = path.stat().st_mtime_ns
    if version := current_app.extensions.get(_VERSION):
        return f"{current_app.static_url_path}/{version}/{name}"
    return url_for("static", filename=name, v=f"{modified:x}")


def serve_static(app: Flask, build: Path) -> None:
    """Let WhiteNoise answer for static files, from a compressed copy inside `build`.

    One version stands for the whole folder and is part of the path, so a stylesheet or module that names
    another file relatively gets the same version of it. Flask still answers under the unversioned address.
    """
    folder = _static_folder(app)
    version = _version(folder)
    app.extensions[_VERSION] = version
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(_compressed_copy(folder, build / version)),
        prefix=f"{app.static_url_path}/{version}/",
        immutable_file_test=lambda path, url: True,
        add_headers_function=_add_headers,
        allow_all_origins=False,
    )


def _static_folder(app: Flask) -> Path:
    return Path(app.static_folder or "static")


def _version(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in _files(folder):
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return f"v-{digest.hexdigest()[:12]}"


def _compressed_copy(folder: Path, target: Path) -> Path:
    """`target`, filled by whichever process comes first."""
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=target.parent))
    for path in _files(folder):
        copy = draft / path.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
        if path.suffix in _COMPRESSIBLE:
            copy.with_name(f"{copy.name}.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    try:
        draft.rename(target)
    except OSError:
        # Another process was quicker; its copy has the same content.
        shutil.rmtree(draft)
    return target


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _add_headers(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
