"""Serving the demo on the loopback address, and nowhere else."""

import errno
import socket
from typing import Any, Final

from django.db import connections
from django.utils.module_loading import import_string
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

LOOPBACK: Final = "127.0.0.1"


class PortTaken(Exception):
    """Something else answers on this port."""


def check_port(port: int) -> None:
    """Raise `PortTaken` before anything is built for nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the server will: a port that only waits for its last connections to end is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                raise PortTaken from error
            raise


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn with one process and several threads; static files come from WhiteNoise."""

    def __init__(self, port: int) -> None:
        self.port = port
        super().__init__()

    def load_config(self) -> None:
        settings = {
            "bind": f"{LOOPBACK}:{self.port}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": 8,
            "timeout": 120,
            "graceful_timeout": 5,
            "loglevel": "warning",
            "control_socket_disable": True,
        }
        for name, value in settings.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        # The same entry point as in production: it refuses an unsafe start.
        return import_string("concertation.wsgi.application")


def serve(port: int) -> None:
    """Serve until interrupted."""
    # The server's own process opens its own connections.
    connections.close_all()
    Server(port).run()
