"""The machine's clock, and ULIDs."""

from datetime import UTC, datetime

from ulid import ULID


class SystemClock:
    """Real time."""

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.now(UTC)

    def new_id(self) -> str:
        """A fresh ULID."""
        return str(ULID())
