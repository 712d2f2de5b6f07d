"""Delivery by SMTP, to a small server on this machine."""

import socketserver
import threading
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from registry.messages.transport import Refused, SMTPTransport, Unreachable


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Dialogue)
        self.mails: list[str] = []
        self.greetings = 0
        self.answer_to_recipient = "250 ok"


class Dialogue(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as one client needs."""

    server: Server

    def handle(self) -> None:
        self.server.greetings += 1
        self.say("220 test")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "QUIT":
                self.say("221 bye")
                return
            if verb == "RCPT":
                self.say(self.server.answer_to_recipient)
            elif verb == "DATA":
                self.say("354 go on")
                self.server.mails.append(self.read_mail())
                self.say("250 taken")
            else:
                self.say("250 ok")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def read_mail(self) -> str:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.decode())
        return "".join(lines)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def make_mail(subject: str = "Привет") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "registry@example.org"
    mail["To"] = "aigerim@example.org"
    mail["Subject"] = subject
    mail.set_content("Текст\n")
    return mail


def transport_to(server: Server) -> SMTPTransport:
    return SMTPTransport(f"smtp://127.0.0.1:{server.server_address[1]}")


def test_several_mails_go_through_one_connection(server: Server) -> None:
    with transport_to(server) as transport:
        transport.send(make_mail("one"))
        transport.send(make_mail("two"))

    subjects = [line for mail in server.mails for line in mail.splitlines() if line.startswith("Subject")]
    assert subjects == ["Subject: one", "Subject: two"]
    assert server.greetings == 1


@pytest.mark.parametrize(("answer", "error"), [("550 no such user", Refused), ("451 try later", OSError)])
def test_a_refused_recipient_is_final_only_when_the_server_says_so(
    server: Server, answer: str, error: type[Exception]
) -> None:
    server.answer_to_recipient = answer
    with transport_to(server) as transport:
        with pytest.raises(error):
            transport.send(make_mail())
        server.answer_to_recipient = "250 ok"
        transport.send(make_mail())

    assert len(server.mails) == 1


def test_an_unreachable_server_is_an_error_to_try_again() -> None:
    with SMTPTransport("smtp://127.0.0.1:9") as transport, pytest.raises(Unreachable, match="refused"):
        transport.send(make_mail())
