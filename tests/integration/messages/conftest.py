"""Mail templates of the tests' own, and a look into the folder that mails are written to."""

import email
import email.policy
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask

from registry.messages import rendering

TEMPLATE = """{% extends "layout.txt" %}
{% block subject %}{{ _("Messages") }} <{{ name }}>{% endblock %}
{% block body %}
Hello & {{ name }}: {{ address("messages.list_messages") }}
{% endblock %}
"""


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of mail templates with `greeting.txt` in it."""
    folder = tmp_path / "mail-templates"
    folder.mkdir()
    (folder / "layout.txt").write_text((rendering.FOLDER / "layout.txt").read_text())
    (folder / "greeting.txt").write_text(TEMPLATE)
    monkeypatch.setattr(rendering, "FOLDER", folder)
    rendering._environment.cache_clear()
    yield folder
    rendering._environment.cache_clear()


def read_mails(folder: Path) -> list[EmailMessage]:
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)  # type: ignore[misc]
        for path in sorted(folder.glob("*.eml"))
    ]


@pytest.fixture
def mails(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[EmailMessage]]:
    """The mails written so far."""
    folder = tmp_path / "mail"
    monkeypatch.setitem(app.config, "MAIL_FOLDER", str(folder))
    return lambda: read_mails(folder)
