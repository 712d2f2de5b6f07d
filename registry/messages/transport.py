"""How a mail leaves the house: by SMTP, or as a file where no server is configured."""

import os
import re
import smtplib
import ssl
import tempfile
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import SplitResult, unquote, urlsplit

from flask import current_app

from registry.core import i18n
from registry.messages.models import Message

TIMEOUT_SECONDS = 20
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class Refused(Exception):
    """The address will never take this mail: trying again is of no use."""


class Unreachable(OSError):
    """No server takes our mails now: the next mail would fare no better."""


class Transport(Protocol):
    """Sends mails, one after the other. Use it as a context manager."""

    def send(self, mail: EmailMessage) -> None:
        """Errors: Refused, Unreachable, or whatever else says that it may work later (OSError, SMTPException)."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def open_transport() -> Transport:
    """SMTP by MAIL_URL, else files under MAIL_FOLDER."""
    url = current_app.config["MAIL_URL"]
    return SMTPTransport(url) if url else FolderTransport(Path(current_app.config["MAIL_FOLDER"]))


def sender_domain() -> str:
    """What stands behind the @ of our Message-IDs."""
    return str(current_app.config["MAIL_FROM"]).rpartition("@")[2] or "localhost"


def sender(locale: str) -> Address:
    """Whom a reader of this language sees as the sender."""
    with i18n.in_locale(locale):
        name = str(i18n.gettext("Youth E-commerce Training Registry"))
    return Address(name, addr_spec=current_app.config["MAIL_FROM"])


def compose(message: Message) -> EmailMessage:
    """The mail of a message; the same each time, so that a repeated delivery can be recognised."""
    mail = EmailMessage(policy=SMTP)
    mail["Message-ID"] = message.message_id
    mail["Date"] = format_datetime(message.queued_at)
    mail["From"] = sender(message.locale)
    mail["To"] = Address(addr_spec=message.address)
    mail["Subject"] = message.subject
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body, charset="utf-8")
    mail["Content-Language"] = i18n.html_language(message.locale)
    return mail


class FolderTransport:
    """One .eml file per mail, named after its Message-ID: sent twice, it is still one file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing stays open."""

    def send(self, mail: EmailMessage) -> None:
        name = re.sub(r"[^A-Za-z0-9.-]", "-", str(mail["Message-ID"]).strip().strip("<>"))
        descriptor, path = tempfile.mkstemp(dir=self._folder, prefix=".", suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(mail.as_bytes())
                file.flush()
                os.fsync(file.fileno())
            Path(path).replace(self._folder / f"{name}.eml")
        except OSError:
            Path(path).unlink(missing_ok=True)
            raise


class SMTPTransport:
    """smtps:// is encrypted from the start; smtp:// asks for STARTTLS, except on this machine.

    The connection is opened for the first mail and kept for the next ones.
    """

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def send(self, mail: EmailMessage) -> None:
        if self._connection is None:
            try:
                self._connection = _connect(self._url)
            except (OSError, smtplib.SMTPException) as error:
                raise Unreachable(str(error)) from error
        try:
            self._connection.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            self._close()
            if 500 <= code < 600:
                raise Refused(f"{code} {answer.decode(errors='replace')}") from error
            raise
        except (OSError, smtplib.SMTPException):
            # A connection that failed once is in an unknown state.
            self._close()
            raise

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.quit()
        except (OSError, smtplib.SMTPException):
            connection.close()


def _connect(url: SplitResult) -> smtplib.SMTP:
    host = url.hostname or "localhost"
    connection: smtplib.SMTP
    if url.scheme == "smtps":
        connection = smtplib.SMTP_SSL(
            host, url.port or 465, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
        )
    else:
        connection = smtplib.SMTP(host, url.port or 587, timeout=TIMEOUT_SECONDS)
        if host not in _LOOPBACK:
            connection.starttls(context=ssl.create_default_context())
    if url.username:
        connection.login(unquote(url.username), unquote(url.password or ""))
    return connection
