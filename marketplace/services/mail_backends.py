"""How one message leaves: as a file under its id, or through a mail server.

What goes wrong is one of three: it may be tried again (Later), it will never work (Refused), or nobody can know
whether it arrived (Unclear): the server had been given all of it and did not answer.
"""

import os
import re
import smtplib
import socket
import ssl
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol

from flask import current_app

from marketplace.domain import mail_addresses
from marketplace.policy import reader

POLICY = reader.load("notifications")["mail"]
TAKEN = frozenset({250, 251, 252})
PERMANENT = 500  # RFC 5321: 4xx may be tried again, 5xx may not
PROBLEM_MAX = 200
CAUSES: tuple[tuple[type[BaseException], str], ...] = (
    (TimeoutError, "超时"),
    (ConnectionRefusedError, "对方拒绝连接"),
    (socket.gaierror, "找不到这台主机"),
    (ssl.SSLError, "证书或加密不对"),
    (smtplib.SMTPAuthenticationError, "账号或口令不对"),
    (smtplib.SMTPNotSupportedError, "服务器不支持所设的加密或登录方式"),
    (smtplib.SMTPServerDisconnected, "对方断开了连接"),
)
NETWORK = (OSError, smtplib.SMTPException)


class NotSent(Exception):
    """Why, in words for the administrator."""


class Later(NotSent): ...


class Refused(NotSent): ...


class Unclear(NotSent): ...


@dataclass(frozen=True, slots=True)
class Letter:
    """What has to leave, free of any database session, for none stays open while a mail server thinks."""

    address: str
    subject: str
    body: str
    message_id: str
    created_at: datetime
    is_for_demo: bool


class Backend(Protocol):
    def send(self, letter: Letter) -> None:
        """Returns when it has left; raises NotSent otherwise."""

    def was_sent(self, message_id: str) -> bool | None:
        """Whether an unclear one has left; None where only a person can find out."""


def current() -> Backend:
    """By the settings of this moment."""
    return SmtpServer() if current_app.config["MAIL_BACKEND"] == "smtp" else Folder()


def message_of(letter: Letter, *, sender: str) -> EmailMessage:
    """Plain text, marked as sent by a machine, so that no machine answers."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, letter.address, letter.subject
    message["Date"], message["Message-ID"] = format_datetime(letter.created_at), letter.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body, cte="base64")
    return message


class Folder:
    """One file a message, whole or not at all; the name is the message's id, so repeating it changes nothing."""

    def send(self, letter: Letter) -> None:
        path = self.path_of(letter.message_id)
        sender = current_app.config["MAIL_FROM"] or f"noreply@{letter.message_id.strip('<>').rpartition('@')[2]}"
        fresh = path.with_name(f".{uuid.uuid4().hex}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with fresh.open("xb") as file:
                file.write(message_of(letter, sender=sender).as_bytes())
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
            _sync(path.parent)
        except OSError as error:
            raise Later(f"写不了邮件文件：{error.strerror}"[:PROBLEM_MAX]) from error
        finally:
            with suppress(OSError):  # gone already where all went well
                fresh.unlink()

    def was_sent(self, message_id: str) -> bool | None:
        return self.path_of(message_id).exists()

    def path_of(self, message_id: str) -> Path:
        name = re.sub(r"[^A-Za-z0-9.@-]", "_", message_id.strip("<>"))
        return Path(current_app.config["MAIL_FOLDER"]) / f"{name}.eml"


def _sync(folder: Path) -> None:
    """The name is on disk as well as the bytes."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class SmtpServer:
    """The city's mail server; nothing for reserved domains or demo accounts is ever given to it."""

    def send(self, letter: Letter) -> None:
        if letter.is_for_demo or mail_addresses.is_reserved(letter.address):
            raise Refused("演示账号或保留域名，不外发")
        try:
            server = self._connect()
        except NETWORK as error:
            raise Later(_words("连不上邮件服务器", error)) from error
        with _closing(server):
            self._hand_over(server, letter)

    def was_sent(self, message_id: str) -> bool | None:
        return None

    def _connect(self) -> smtplib.SMTP:
        settings = current_app.config
        host, port, timeout = settings["SMTP_HOST"], settings["SMTP_PORT"], POLICY["timeout_seconds"]
        name = settings["MAIL_FROM"].rpartition("@")[2]  # else smtplib asks a name server who we are, for each mail
        server: smtplib.SMTP
        if settings["SMTP_SECURITY"] == "tls":
            server = smtplib.SMTP_SSL(host, port, name, timeout=timeout, context=ssl.create_default_context())
        else:
            server = smtplib.SMTP(host, port, name, timeout=timeout)
        try:
            if settings["SMTP_SECURITY"] == "starttls":
                server.starttls(context=ssl.create_default_context())
            if settings["SMTP_USER"]:
                server.login(settings["SMTP_USER"], settings["SMTP_PASSWORD"])
        except NETWORK:
            server.close()
            raise
        return server

    def _hand_over(self, server: smtplib.SMTP, letter: Letter) -> None:
        sender = current_app.config["MAIL_FROM"]
        content = message_of(letter, sender=sender).as_bytes()
        try:
            server.ehlo_or_helo_if_needed()
            for code, answer in (server.mail(sender), server.rcpt(letter.address)):
                _check(code, answer)
        except NETWORK as error:
            raise Later(_words("发送前连接中断", error)) from error
        try:
            code, answer = server.data(content)
        except smtplib.SMTPDataError as error:  # it did not want to begin: not a byte has left
            code, answer = error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else b""
        except NETWORK as error:
            raise Unclear(_words("内容发出后没有收到回执", error)) from error
        _check(code, answer)


@contextmanager
def _closing(server: smtplib.SMTP) -> Iterator[None]:
    """Say goodbye, if the server still listens; what it took, it has taken."""
    try:
        yield
    finally:
        with suppress(*NETWORK):
            server.quit()
        server.close()


def _check(code: int, answer: bytes) -> None:
    if code in TAKEN:
        return
    words = f"邮件服务器答复{code}：{answer.decode(errors='replace')}"[:PROBLEM_MAX]
    raise Refused(words) if code >= PERMANENT else Later(words)


def _words(what: str, error: BaseException) -> str:
    why = next((words for kind, words in CAUSES if isinstance(error, kind)), type(error).__name__)
    return f"{what}：{why}"[:PROBLEM_MAX]
