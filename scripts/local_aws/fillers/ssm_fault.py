"""The errors that Systems Manager answers with."""

from __future__ import annotations


class Fault(Exception):
    """An AWS error: its code, its message and, by default, HTTP status 400."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status
