"""Two workers with threads; long-lived objects frozen out of the garbage collector; the outbox courier per worker."""

import gc
import os
from typing import Any

workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"
preload_app = True  # imports once, for all workers; nothing connects before the fork
timeout = 60
graceful_timeout = 20
keepalive = 5
control_socket_disable = True
accesslog = os.environ.get("ACCESS_LOG") or None
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")


def when_ready(server: Any) -> None:
    """Compile the templates once, before the fork, so that no visitor waits for it."""
    from wsgi import app

    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)


def post_worker_init(worker: Any) -> None:
    """What start-up made lives as long as the worker: freezing it spares every collection the walk over it."""
    from marketplace.services import courier
    from wsgi import app

    courier.start(app)
    gc.collect()
    gc.freeze()
