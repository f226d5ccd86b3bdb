"""What the log says about itself."""

from pydantic import JsonValue

from shared.domain.facts.fact import OPERATOR, Author, Fact


class LogRepaired(Fact):
    """An event of this log was found changed; here is the original, from its copy in the archive."""

    authors = OPERATOR
    version: int
    original: dict[str, JsonValue]
    found: str


class AuthorRejected(Fact):
    """Somebody wrote what only another may write, or with a MAC that does not hold; it is ignored."""

    authors = frozenset({Author.COORDINATOR})
    event_id: str
    author: str
    reason: str
