"""A server on a local socket that answers as it is told, well or badly; it records what it was asked."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Answer = bytes | Callable[[socket.socket], None]


@dataclass
class ScriptedServer:
    """`answer(method, path, body)` gives the raw bytes to send, or a function that mistreats the connection."""

    url: str
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)


def json_answer(content: object, status: str = "200 OK") -> bytes:
    return raw_answer(json.dumps(content).encode(), status)


def raw_answer(content: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content


def hang(connection: socket.socket) -> None:
    """Say nothing, until the other side gives up."""
    with contextlib.suppress(OSError):
        connection.settimeout(20)
        connection.recv(1)


def trickle(connection: socket.socket) -> None:
    """A byte now and then: never silent for long, never done."""
    with contextlib.suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(400):
            connection.sendall(b" ")
            time.sleep(0.05)


def trickle_headers(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for number in range(400):
            connection.sendall(f"X-{number}: y\r\n".encode())
            time.sleep(0.05)


def hang_up(connection: socket.socket) -> None:
    connection.close()


@contextlib.contextmanager
def serving(answer: Callable[[str, str, Any], Answer]) -> Iterator[ScriptedServer]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = ScriptedServer(f"http://127.0.0.1:{listener.getsockname()[1]}")
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=_serve, args=(connection, server, answer), daemon=True)
            threads.append(thread)
            thread.start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for each in threads:
            each.join(timeout=25)


def _serve(connection: socket.socket, server: ScriptedServer, answer: Callable[[str, str, Any], Answer]) -> None:
    with connection, contextlib.suppress(OSError):
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(65536)
        head, _, body = received.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        lengths = [int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length")]
        while len(body) < (lengths[0] if lengths else 0):
            body += connection.recv(65536)
        method, path, _ = lines[0].split(" ")
        content = json.loads(body) if body else None
        server.asked.append((method, path, content))
        server.headers.extend(lines[1:])
        reply = answer(method, path, content)
        if isinstance(reply, bytes):
            connection.sendall(reply)
        else:
            reply(connection)
