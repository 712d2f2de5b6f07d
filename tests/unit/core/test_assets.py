"""Static files as the server hands them out."""

from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from registry.core.assets import serve_static, static_url

STYLES = "p { color: black }\n" * 50


@pytest.fixture
def site(tmp_path: Path) -> Flask:
    static = tmp_path / "static"
    (static / "css").mkdir(parents=True)
    (static / "css" / "base.css").write_text(STYLES)
    (static / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return Flask("site", static_folder=str(static))


def get(site: Flask, address: str, **headers: str) -> TestResponse:
    return Client(site).get(address, headers=headers, buffered=True)


def address_of(site: Flask, name: str) -> str:
    with site.test_request_context():
        return static_url(name)


def test_serve_static_hands_out_compressed_files_to_be_kept_for_ever(site: Flask, tmp_path: Path) -> None:
    serve_static(site, tmp_path / "build")
    address = address_of(site, "css/base.css")

    response = get(site, address, **{"Accept-Encoding": "gzip"})

    assert response.status_code == 200
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["Cache-Control"] == "max-age=315360000, public, immutable"
    assert response.headers["Content-Type"] == 'text/css; charset="utf-8"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert len(response.data) < len(STYLES)
    assert get(site, address).text == STYLES


def test_serve_static_with_changed_content_changes_every_address(site: Flask, tmp_path: Path) -> None:
    serve_static(site, tmp_path / "build")
    before = address_of(site, "picture.png")
    (tmp_path / "static" / "css" / "base.css").write_text("p { color: white }")
    changed = Flask("site", static_folder=site.static_folder)
    serve_static(changed, tmp_path / "build")

    assert address_of(changed, "picture.png") != before
    assert get(changed, address_of(changed, "css/base.css")).text == "p { color: white }"


def test_serve_static_twice_uses_the_copy_of_the_first(site: Flask, tmp_path: Path) -> None:
    serve_static(site, tmp_path / "build")
    other = Flask("site", static_folder=site.static_folder)
    serve_static(other, tmp_path / "build")

    assert len(list((tmp_path / "build").iterdir())) == 1
    assert address_of(other, "picture.png") == address_of(site, "picture.png")


def test_static_url_without_a_server_names_the_file_and_its_age(site: Flask) -> None:
    address = address_of(site, "css/base.css")

    assert address.startswith("/static/css/base.css?v=")
    assert get(site, address).text == STYLES


def test_static_url_of_a_missing_file_fails(site: Flask) -> None:
    with pytest.raises(FileNotFoundError):
        address_of(site, "css/none.css")
