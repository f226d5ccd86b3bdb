"""What an audit looks at: the log's raw items, the archive's copies of events, and the anchors of heads."""

from pydantic import Field

from shared.domain.events import Head
from shared.domain.model import Model, Utc, canonical_json, digest

EVENT_KEY = "EVENT#"


class Item(Model):
    """One item under an incident's partition key, unread: whatever stands there is a finding, not a crash."""

    sort_key: str
    body: str | None = None
    attributes: dict[str, str] = Field(default_factory=dict, description="type, author, incident_id")

    @property
    def version(self) -> int | None:
        """The place that the key names, if it is a key that the store writes."""
        digits = self.sort_key.removeprefix(EVENT_KEY)
        well_formed = len(digits) == 12 and digits.isascii() and digits.isdigit()
        return int(digits) if well_formed and self.sort_key.startswith(EVENT_KEY) and int(digits) else None


class Stored(Model):
    """One key of the archive: every body that it ever had, the first (which the lock keeps) first."""

    version: int
    bodies: tuple[str, ...]
    hidden: bool = Field(default=False, description="a delete marker stands before them")


class Records(Model):
    """Everything that is kept about one incident."""

    incident_id: str
    items: tuple[Item, ...] = ()
    head: Head | None = Field(default=None, description="None: there is none that can be read")
    copies: tuple[Stored, ...] = ()
    anchors: tuple[Stored, ...] = ()


class Anchor(Model):
    """A head that the anchor function saw: the log of this incident had this hash at this version."""

    incident_id: str
    version: int = Field(ge=1)
    hash: str
    at: Utc
    mac: str = ""

    def sealed(self) -> str:
        """The digest of everything but the MAC; the MAC is over this."""
        return digest({name: value for name, value in self.plain().items() if name != "mac"})

    def body(self) -> str:
        """What is kept in the archive."""
        return canonical_json(self.plain()).decode()
