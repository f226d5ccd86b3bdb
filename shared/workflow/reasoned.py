"""The reasoning trace for who looks: the log's names of the traces, and the traces where they are kept."""

from dataclasses import dataclass

from shared.domain.errors import IncidentNotFound, PortError
from shared.ports.log_reader import LogReader
from shared.ports.recordings import Recordings
from shared.views.answers import Reasoned
from shared.views.reasoning import reasoning, spans_of


@dataclass(frozen=True)
class Reasoner:
    """Without the right to read the archive the log's own part is shown."""

    log: LogReader
    recordings: Recordings

    def reasoned(self, incident_id: str) -> Reasoned:
        """What each agent was given, computed, asked and told.

        Raises:
            IncidentNotFound: there is no such log.
            PortError: the log cannot be read.
        """
        events = self.log.read(incident_id)
        if not events:
            raise IncidentNotFound(f"there is no incident {incident_id} in this stage")
        kept = dict[str, bytes]()
        for digest in spans_of(events):
            try:
                body = self.recordings.read(incident_id, digest)
            except PortError:
                break
            if body is not None:
                kept[digest] = body
        return Reasoned(**reasoning(events, kept).model_dump(), behind_seconds=0)
