"""Signals at a chosen moment."""
import contextlib
import os
import signal
import threading
import time


@contextlib.contextmanager
def in_a_while(seconds, number=signal.SIGINT):
    """Sends a signal to this process from another thread; waits for it in the end."""
    def send():
        time.sleep(seconds)
        os.kill(os.getpid(), number)
    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def send(number=signal.SIGINT):
    os.kill(os.getpid(), number)


@contextlib.contextmanager
def handling(handler, number=signal.SIGINT):
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)
