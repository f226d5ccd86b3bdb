"""Whose an incident is, by what people say: taking it, handing it on, notes, its end, and reopening it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain import facts
from shared.domain.answer import Outcome
from shared.domain.directory import Directory
from shared.domain.facts.outcome import OTHER
from shared.domain.identity import Identity, Speaker, counts
from shared.domain.incident import Incident
from shared.domain.person import Role
from shared.domain.plain_text import sanitised
from shared.runbooks.catalogue import remedies
from shared.workflow.refusals import Refusal, holder, over, running, stamped
from shared.workflow.said import MOST_REASON, Decision, Said, Settling

MOST_WORDS, FEW = 2_000, 10
"""Characters of a note, and names in a sentence."""
SAME_NOTE = timedelta(minutes=10)
"""The same words of the same person within this time are one note, sent twice."""


@dataclass(frozen=True)
class Resolution:
    """What somebody says when they end an incident."""

    did: str
    runbook: str = ""
    cause: str = ""
    over_at: datetime | None = None


class Ownership(Settling):
    """What counts once, whoever says it twice; who decides for an action may decide about an incident."""

    def take_over(self, who: Identity, incident_id: str, reason: str = "") -> Said:
        """Have the incident from here on: the machine starts nothing more, and nobody else is called.

        Raises:
            PortError: the log, its keys or the directory failed; nothing is known to be written.
        """
        by = self._speaker(who)

        def decide(state: Incident) -> Decision:
            if not by.may(Role.ON_CALL):
                return self._not_theirs(state, Role.ON_CALL, by)
            if not state.is_open:
                return Outcome.TOO_LATE, over(state)
            ours = by.among((state.owner,))
            if state.owner and (not ours or state.acknowledged_at is not None):
                return Outcome.ALREADY, f"{holder(state.owner, by)} it already{running(state)}"
            return facts.TakenOver(by=by.by, reason=sanitised(reason, MOST_REASON))

        def done(state: Incident) -> str | None:
            return f"{by.by} has it{running(state)}" if by.among((state.owner,)) else None

        return self._settled(incident_id, by, decide, done)

    def hand_on(
        self, who: Identity, incident_id: str, to: str, reason: str = "", reference: str = ""
    ) -> Said:
        """Give it to a person or a team of the directory, who are called; also to oneself.

        Raises:
            PortError: as `take_over`.
        """
        by, directory = self._speaker(who), self.directory.directory()
        team = to in {one.id for one in directory.teams}
        given = facts.HandedOn(
            to=sanitised(to, 256) or "?",
            team=team,
            by=by.by,
            reason=sanitised(reason, MOST_REASON),
            reference=reference[:256],
        )

        def decide(state: Incident) -> Decision:
            refused = self._people_have_it(state, by, reference)
            if refused is None and not team and to not in _able(directory):
                refused = Outcome.WRONG, _nobody(to, directory)
            if refused is None and state.held is not None and state.held.name == to:
                refused = Outcome.ALREADY, f"{to} has it already"
            return refused or given

        def done(state: Incident) -> str | None:
            ours = state.held is not None and state.held.name == given.to
            return f"handed on to {given.to} by {by.by}" if ours else None

        return self._settled(incident_id, by, decide, done)

    def note(self, who: Identity, incident_id: str, text: str, reference: str = "") -> Said:
        """Write down what whoever has it next should know; also after its end.

        Raises:
            PortError: as `take_over`.
        """
        by, words = self._speaker(who), sanitised(text, MOST_WORDS)

        def decide(state: Incident) -> Decision:
            if not by.may(Role.ON_CALL):
                return self._not_theirs(state, Role.ON_CALL, by)
            if not words:
                return Outcome.WRONG, "text: empty; say what whoever has it next should know"
            since = self.clock.now() - SAME_NOTE
            same = [one for one in state.notes if (one.by, one.text) == (by.by, words) and one.at >= since]
            if same or self._heard(incident_id, reference):
                return Outcome.ALREADY, "this is noted already"
            return facts.NoteAdded(by=by.by, text=words, reference=reference[:256])

        return self._settled(incident_id, by, decide, lambda _state: f"noted by {by.by}")

    def resolve(
        self,
        who: Identity,
        incident_id: str,
        said: Resolution,
        reference: str = "",
        said_at: datetime | None = None,
    ) -> Said:
        """End it, with what was done.

        Args:
            said_at: when it was said; people who were asked anew since then have not answered to that.

        Raises:
            PortError: as `take_over`.
        """
        by = self._speaker(who)

        def decide(state: Incident) -> Decision:
            if not state.is_open and state.resolution is not None and by.may(Role.ON_CALL):
                return Outcome.ALREADY, f"{state.resolution.by} has resolved it already"
            refused = self._people_have_it(state, by, reference) or _asked_since(state, said_at)
            wrong = "; ".join(_wrong(said, state, self.clock.now()))
            if refused is not None or wrong:
                return refused or (Outcome.WRONG, wrong)
            return facts.ResolvedByPeople(
                by=by.by,
                did=sanitised(said.did, MOST_WORDS),
                runbook=said.runbook,
                cause=sanitised(said.cause, MOST_REASON),
                over_at=said.over_at,
                reference=reference[:256],
            )

        def done(state: Incident) -> str | None:
            ours = state.resolution is not None and by.among((state.resolution.by,))
            return f"resolved by {by.by}" if ours else None

        return self._settled(incident_id, by, decide, done)

    def reopen(
        self,
        who: Identity,
        incident_id: str,
        reason: str = "",
        reference: str = "",
        said_at: datetime | None = None,
        *,
        vouched: bool = False,
    ) -> Said:
        """Say that it is not over: it is people's again, nobody has it, and they are called.

        Args:
            said_at: when it was said; an end that came after that stands.
            vouched: the place lets only its own people say so, and nobody who calls for help needs a role.

        Raises:
            PortError: as `take_over`.
        """
        by = self._speaker(who)

        def decide(state: Incident) -> Decision:
            if not vouched and not by.may(Role.ON_CALL):
                return self._not_theirs(state, Role.ON_CALL, by)
            if state.is_open or self._heard(incident_id, reference):
                return Outcome.ALREADY, f"it is open already: it is {state.status.value.replace('_', ' ')}"
            if said_at and state.closed_at and said_at < state.closed_at:
                return Outcome.TOO_LATE, f"it was closed after that, at {stamped(state.closed_at)}"
            given = sanitised(reason, MOST_REASON)
            return facts.IncidentReopened(by=by.by, reason=given, reference=reference[:256])

        return self._settled(
            incident_id, by, decide, lambda state: f"reopened by {by.by}" if state.is_open else None
        )

    def expire(self, incident_id: str, through: Identity, reference: str, said_at: datetime | None) -> Said:
        """An acknowledgement has timed out there: people are called again, unless somebody has taken it.

        Raises:
            PortError: as `take_over`.
        """
        by = self._speaker(through)

        def decide(state: Incident) -> Decision:
            if not state.is_open:
                return Outcome.TOO_LATE, over(state)
            seen = state.acknowledged_at
            of_before = said_at is not None and seen is not None and said_at < seen
            if seen is None or of_before or self._heard(state.id, reference):
                return Outcome.ALREADY, "nobody waits for that acknowledgement"
            return facts.AcknowledgementExpired(through=through.where.value, reference=reference[:256])

        return self._settled(incident_id, by, decide, lambda _state: "the acknowledgement has timed out")

    def _people_have_it(self, state: Incident, by: Speaker, reference: str) -> Refusal | None:
        """Why somebody may not decide what becomes of it, or has decided already; None: they may."""
        if not by.may(Role.ON_CALL):
            return self._not_theirs(state, Role.ON_CALL, by)
        if not state.is_open:
            return Outcome.TOO_LATE, over(state)
        if not state.with_people and (not state.owner or running(state)):
            return Outcome.TOO_LATE, f"the machine is at it: take it over first{running(state)}"
        if self._heard(state.id, reference):
            return Outcome.ALREADY, "this was heard already"
        return None


def _asked_since(state: Incident, said_at: datetime | None) -> Refusal | None:
    if said_at is None or state.asked_at is None or said_at >= state.asked_at:
        return None
    return Outcome.TOO_LATE, f"people were asked again since then, at {stamped(state.asked_at)}"


def _able(directory: Directory) -> dict[str, str]:
    """Who can be given an incident: name by id."""
    return {one.id: one.name for one in directory.people if counts(one.role, Role.ON_CALL)}


def _nobody(to: str, directory: Directory) -> str:
    people, teams = [*_able(directory)][:FEW], [one.id for one in directory.teams][:FEW]
    known = f"people: {', '.join(people) or 'none'}; teams: {', '.join(teams) or 'none'}"
    return f"to: {to[:64]!r} is nobody who can have it; {known} (`commander people show`)"


def _wrong(said: Resolution, state: Incident, now: datetime) -> Iterator[str]:
    """Everything that cannot be so."""
    if not sanitised(said.did, MOST_WORDS):
        yield "did: empty; say what was done"
    if said.runbook and said.runbook not in (OTHER, *remedies()):
        yield f"runbook: there is none called {said.runbook[:64]!r}; `other` is what none of them does"
    if said.over_at is not None and not state.opened.started_at <= said.over_at <= now:
        yield f"over_at: between {stamped(state.opened.started_at)}, when it began, and now"
