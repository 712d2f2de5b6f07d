"""The registry as `make run` serves it, on an empty database and with its mail in files."""

import email
import email.policy
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

MAIL_SECONDS = 60


@dataclass(frozen=True)
class Site:
    address: str
    var: Path
    """The folder of its database and its mail."""

    def flask(self, *arguments: str) -> str:
        """Run a command of the registry on the site's database; its output."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "registry", *arguments],
            env=_environment(self.var),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def list_mails(self, to: str) -> list[EmailMessage]:
        """What was sent to the address, oldest first."""
        mails = []
        for path in sorted(self.var.glob("mail/**/*.eml"), key=lambda path: path.stat().st_mtime_ns):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if to.casefold() in str(mail["To"]).casefold():
                mails.append(mail)
        return mails

    def wait_for_mail(self, to: str, *, number: int = 1, about: str = "") -> EmailMessage:
        """The `number`th mail to the address with these words in its subject, once the worker has sent it."""
        deadline = time.monotonic() + MAIL_SECONDS
        while len(mails := [mail for mail in self.list_mails(to) if about in mail["Subject"]]) < number:
            assert time.monotonic() < deadline, f"mail {number} to {to} never came, only {len(mails)}"
            time.sleep(0.1)
        return mails[number - 1]

    def link_in(self, mail: EmailMessage) -> str:
        """The one link into this site that the mail's plain text holds."""
        body = mail.get_body(("plain",))
        assert body
        links = set(re.findall(rf"{re.escape(self.address)}\S+", body.get_content()))
        assert len(links) == 1, f"one link was expected, not {links}"
        return links.pop()


@contextmanager
def serve(var: Path) -> Iterator[Site]:
    """Serve from the folder on a free port until the end of the block."""
    log = var.parent / f"{var.name}.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "registry.web.serve", "--end-with-parent"],
            env=_environment(var) | {"PORT": "0"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Site(_wait_for_address(process, log), var)
    finally:
        process.terminate()
        process.wait()


def _environment(var: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return inherited | {"REGISTRY_ENV": "browser", "REGISTRY_VAR": str(var)}


def _wait_for_address(process: subprocess.Popen[bytes], log: Path) -> str:
    while process.poll() is None:
        if found := re.search(r"http://127\.0\.0\.1:\d+(?= )", log.read_text()):
            return found[0]
        time.sleep(0.1)
    raise AssertionError(f"the site did not start:\n{log.read_text()}")
