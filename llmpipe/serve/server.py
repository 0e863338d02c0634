"""uvicorn around the application: listens, says where, and ends what runs when it is asked to stop."""

import socket
from types import FrameType

import uvicorn
from fastapi import FastAPI

from llmpipe.serve.scheduler import Scheduler

BACKSTOP_S = 5  # after the grace time every answer has its last event; what is still open then is cut


class Server(uvicorn.Server):
    """A server whose first signal lets answers end within the grace time, and whose second one stops at once."""

    def __init__(self, app: FastAPI, scheduler: Scheduler, host: str, port: int) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=int(scheduler.limits.grace_s) + BACKSTOP_S,
            )
        )
        self._scheduler = scheduler

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and print the address."""
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
            print(f"Open {address} to chat; the API is at {address}/v1.\nCtrl-C stops the server.", flush=True)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take no more requests; the handlers that were there before hear of the first signal at the end."""
        self._scheduler.drain(at_once=self.should_exit)
        if not self.should_exit:
            super().handle_exit(sig, frame)


def run(app: FastAPI, scheduler: Scheduler, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM."""
    Server(app, scheduler, host, port).run()
