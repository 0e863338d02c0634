"""SIGTERM and Ctrl-C while a model trains: held back until the step is done and its checkpoint written."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class HeldSignals:
    """Signals that arrived and wait to be delivered. A second one of any kind is delivered at once."""

    def __init__(self) -> None:
        self._handlers: dict[int, Callable[[int, FrameType | None], Any]] = {}
        self._arrived: int | None = None

    @property
    def waiting(self) -> bool:
        """Whether one has arrived."""
        return self._arrived is not None

    def hold(self) -> None:
        """Take the place of the handlers that raise an exception; a signal that ends the process still does."""
        for number in (signal.SIGTERM, signal.SIGINT):
            handler = signal.getsignal(number)
            if callable(handler):
                self._handlers[number] = handler
                signal.signal(number, self._note)

    def release(self) -> None:
        """Give the handlers their place back."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def deliver(self) -> None:
        """Hand the signal that waits to its handler, if there is one."""
        number, self._arrived = self._arrived, None
        if number is not None:
            self._handlers[number](number, None)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.waiting:
            self.deliver()
        self._arrived = number


@contextmanager
def held_signals() -> Iterator[HeldSignals]:
    """
    Hold SIGTERM and Ctrl-C back inside the block, which delivers them where it can stop; its end delivers the rest.

    Outside the main thread, where Python allows no handlers, nothing is held.
    """
    held = HeldSignals()
    if threading.current_thread() is threading.main_thread():
        held.hold()
    try:
        yield held
    finally:
        held.release()
    held.deliver()
