"""JSON over HTTP to a Meilisearch server: one request a connection, one deadline for the whole of it."""

import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from search_index import settings
from search_index.engine import EngineUnavailable

_LONGEST_ANSWER = 64_000_000
_DONE = ("succeeded", "failed", "canceled")

Json = dict[str, Any]


class Client:
    """Talks to the server at `url`; ValueError when that is no http address.

    Every failure, from a refused connection to an answer that is not a JSON object, is EngineUnavailable, and none
    takes longer than `timeout` seconds. The key is never part of a message.
    """

    def __init__(self, url: str, key: str, *, timeout: float, clock: Callable[[], float] = time.monotonic) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("the search server's address must begin with http:// or https://")
        self._connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._host, self._port, self._base = parts.hostname, parts.port, parts.path.rstrip("/")
        self._key = key
        self._timeout = timeout
        self._clock = clock

    def call(self, method: str, path: str, body: object = None) -> Json:
        """The JSON object that the server answers with."""
        status, content = self._exchange(method, path, body)
        try:
            answer = json.loads(content) if content else {}
        except (ValueError, RecursionError) as error:
            raise EngineUnavailable(f"search server: {method} {path} was answered with garbage") from error
        if not isinstance(answer, dict):
            raise EngineUnavailable(f"search server: {method} {path} was answered with no object")
        if not 200 <= status < 300:
            raise EngineUnavailable(f"search server: {method} {path}: {status} {answer.get('code', '')}")
        return answer

    def run(self, method: str, path: str, body: object = None, *, forgiven: tuple[str, ...] = ()) -> None:
        """Start a task and wait for its end; a failure with one of the codes `forgiven` is none."""
        answer = self.call(method, path, body)
        task = answer.get("taskUid")
        if not isinstance(task, int):
            raise EngineUnavailable(f"search server: {method} {path} named no task")
        self._await(task, forgiven)

    def _await(self, task: int, forgiven: tuple[str, ...]) -> None:
        rule = settings.load().meilisearch
        deadline = self._clock() + rule["task_seconds"]
        while True:
            answer = self.call("GET", f"/tasks/{task}")
            status = answer.get("status")
            if status in _DONE:
                break
            if self._clock() >= deadline:
                raise EngineUnavailable(f"search server: task {task} takes too long")
            time.sleep(rule["poll_seconds"])
        error = answer.get("error")
        code = error.get("code") if isinstance(error, dict) else None
        if status != "succeeded" and code not in forgiven:
            raise EngineUnavailable(f"search server: task {task} {status}: {code}")

    def _exchange(self, method: str, path: str, body: object) -> tuple[int, bytes]:
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        if content is not None:
            headers["Content-Type"] = "application/json"
        connection = self._connect(self._host, self._port, timeout=self._timeout)
        try:
            with self._deadline(connection):
                connection.request(method, self._base + path, body=content, headers=headers)
                response = connection.getresponse()
                answer = response.read(_LONGEST_ANSWER + 1)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise EngineUnavailable(f"search server: {method} {path}: {type(error).__name__}") from error
        finally:
            connection.close()
        if len(answer) > _LONGEST_ANSWER:
            raise EngineUnavailable(f"search server: {method} {path} was answered at too great length")
        return response.status, answer

    @contextlib.contextmanager
    def _deadline(self, connection: http.client.HTTPConnection) -> Iterator[None]:
        """Socket timeouts count silence; this ends a server that keeps trickling."""
        timer = threading.Timer(self._timeout, _hang_up, (connection,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()


def _hang_up(connection: http.client.HTTPConnection) -> None:
    if connection.sock is not None:
        with contextlib.suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)
