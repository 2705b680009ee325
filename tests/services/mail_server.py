"""A mail server for tests: a thread with a socket that speaks enough SMTP, and fails as it is told."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

ENDS = b"\r\n.\r\n"


@dataclass
class MailServer:
    """`answers`: what it says to a command instead of 250; "hang_up" cuts the line after that command."""

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    received: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    def talk(self, line: socket.socket) -> None:
        with suppress(OSError), line, line.makefile("rb") as words:
            line.sendall(b"220 test\r\n")
            while command := words.readline():
                verb = command.split(b":")[0].split()[0].decode().upper()
                told = self.answers.get(verb, "")
                if told == "hang_up":
                    return
                if not self.answer(line, words, verb, command, told):
                    return

    def answer(self, line: socket.socket, words: object, verb: str, command: bytes, told: str) -> bool:
        if verb == "QUIT":
            line.sendall(b"221 bye\r\n")
            return False
        if told:
            line.sendall(told.encode() + b"\r\n")
            return True
        if verb == "RCPT":
            self.recipients.append(command.decode().partition("<")[2].partition(">")[0])
        if verb == "DATA":
            return self.take(line, words)
        line.sendall(b"250 fine\r\n")
        return True

    def take(self, line: socket.socket, words: object) -> bool:
        line.sendall(b"354 go on\r\n")
        content = b""
        while not content.endswith(ENDS):
            content += words.readline()  # type: ignore[attr-defined]
        plain = content[: -len(ENDS)].replace(b"\r\n..", b"\r\n.")
        self.received.append(message_from_bytes(plain, policy=policy.default))  # type: ignore[arg-type]
        if self.answers.get("END") == "hang_up":
            return False
        line.sendall(self.answers.get("END", "250 taken").encode() + b"\r\n")
        return True


@contextmanager
def serving() -> Iterator[MailServer]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = MailServer(port=listener.getsockname()[1])

    def accept() -> None:
        with suppress(OSError):
            while True:
                line, _ = listener.accept()
                threading.Thread(target=server.talk, args=(line,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
