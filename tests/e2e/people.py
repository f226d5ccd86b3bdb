"""What people say in the log, when something calls for it."""

from shared.domain import facts
from shared.ports.event_store import record


class People:
    """Listens to the house; `answer(event, incident)` gives the facts that a person then writes."""

    def __init__(self, answer) -> None:
        self.answer, self.street = answer, None

    def __call__(self, event) -> None:
        store = self.street.house.store(facts.Author.RECEPTION)
        said = tuple(self.answer(event))
        if said:
            record(store, event.incident_id, lambda _state: said)


def granting(*names):
    """Whoever is asked says yes."""

    def answer(event):
        if event.type == "ApprovalRequested":
            asked = event.fact
            for name in names:
                yield facts.ApprovalGranted(
                    request=asked.request, digest=asked.proposal.digest, by=name, role=asked.role
                )

    return answer


class Meanwhile:
    """Worn around the stores: does something just after a fact of a kind was written, once."""

    def __init__(self, kind, act) -> None:
        self._kind, self._act = kind, act

    def __call__(self, port):
        return _Worn(port, self) if hasattr(port, "append") else port

    def wrote(self, incident_id, written) -> None:
        if self._act and any(isinstance(fact, self._kind) for fact in written):
            act, self._act = self._act, None
            act(incident_id)


class _Worn:
    def __init__(self, store, meanwhile) -> None:
        self._store, self._meanwhile = store, meanwhile

    def __getattr__(self, name):
        return getattr(self._store, name)

    def append(self, incident_id, head, written, cause=""):
        events = self._store.append(incident_id, head, written, cause)
        self._meanwhile.wrote(incident_id, written)
        return events
