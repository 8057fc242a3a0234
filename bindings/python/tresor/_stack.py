"""Room on Python's stack, without which a callback would fail before it can say so."""
from __future__ import annotations

_NEEDED = 50  # frames, of which this package takes some 15 around the code that a callback calls


def make_sure_of_room(frames: int = _NEEDED) -> None:
    """Raises RecursionError here, where nothing has happened yet."""
    if frames:
        make_sure_of_room(frames - 1)
