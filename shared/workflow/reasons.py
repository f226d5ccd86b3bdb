"""Why: what an incident's log says was thought, voted, seen and permitted, in a few lines for a person."""

from collections.abc import Iterator

from shared.domain.ballot import Ballot
from shared.domain.consensus import TOTAL
from shared.domain.incident import Incident
from shared.domain.model import VOTERS, AgentName
from shared.domain.plain_text import sanitised
from shared.views.candidates import candidates, changes, disputed

MOST_LINES, MOST_LINE = 30, 300
"""Lines and their characters, whatever the log says."""
SENTENCES, RULES, CHANGES, NOTES = 8, 6, 3, 3
"""Of evidence, and of policy; changes, and notes."""


def reasons(incident: Incident) -> tuple[str, ...]:
    """What we think and how sure, the votes with dissent and abstentions, the evidence, what policy said.

    The same incident gives the same lines. Everything in them is plain text: escape it for your own markup.
    """
    lines = (
        *_thought(incident),
        *_people(incident),
        *_changed(incident),
        *_disputed(incident),
        *_votes(incident),
        *_evidence(incident),
        *_policy(incident),
    )
    return tuple(sanitised(one, MOST_LINE) for one in lines)[:MOST_LINES]


def _thought(incident: Incident) -> Iterator[str]:
    opened = incident.opened
    yield f"{opened.summary} ({opened.service}, {incident.severity}); it is {incident.status.value}"
    found = incident.findings.get(AgentName.DIAGNOSIS)
    if found is None:
        thought = opened.classification.replace("_", " ")
        yield f"We think: {thought}, {opened.confidence / 10:.0f} % sure; diagnosis has said nothing"
    else:
        yield f"We think: {found.summary}, {found.confidence / 10:.0f} % sure"


def _changed(incident: Incident) -> Iterator[str]:
    """What was changed lately comes first: it is the first thing that somebody asks."""
    for one in changes(incident)[:CHANGES]:
        yield f"Changed at {one.at:%H:%M:%S} UTC on {one.service}: {one.statement}"


def _disputed(incident: Incident) -> Iterator[str]:
    """Every remedy that somebody is for, where they are not for the same one."""
    if not disputed(incident):
        return
    yield "Disputed: the agents do not say the same"
    for one in candidates(incident):
        if one.votes:
            who = " + ".join(f"{each.agent} {each.weight}" for each in one.votes)
            yield f"For {one.remedy.runbook} on {one.remedy.service}: {who} = {one.weight} of {TOTAL}"


def _people(incident: Incident) -> Iterator[str]:
    if incident.held is not None:
        yield f"{'The team ' if incident.team else ''}{incident.held.name} has it" + (
            " to take" if incident.team else ""
        )
    elif incident.with_people:
        yield "Nobody has it yet"
    yield from (f"Noted by {one.by}: {one.text}" for one in incident.notes[-NOTES:])


def _votes(incident: Incident) -> Iterator[str]:
    vote = incident.vote
    if vote is None:
        yield "Vote: none was opened yet"
        return
    cast = {one.ballot.agent: one.ballot for one in incident.ballots_of(vote.attempt, vote.round)}
    counted = incident.tallied.tally if incident.tallied else None
    winner = counted.winner if counted else None
    for agent in VOTERS:
        yield f"{agent}{_ballot(cast.get(agent), incident, winner)}{_distrusted(agent, incident)}"
    if counted is not None:
        won = counted.won
        weight = f"{won.weight} of {TOTAL} for {_named(won.proposal, incident)}" if won else "no winner"
        yield f"Counted: {weight} ({counted.kind.replace('_', ' ')})"


def _ballot(ballot: Ballot | None, incident: Incident, winner: str | None) -> str:
    if ballot is None:
        return " did not vote"
    if ballot.approves is None:
        return f" abstains: {ballot.reasoning}"
    how = "dissents, for" if winner is not None and ballot.approves != winner else "for"
    named = _named(ballot.approves, incident)
    return f" {how} {named}, {ballot.confidence / 10:.0f} % sure: {ballot.reasoning}"


def _distrusted(agent: AgentName, incident: Incident) -> str:
    quarantined = incident.quarantined.get(agent)
    return f" (quarantined: {quarantined.reason})" if quarantined else ""


def _named(digest: str, incident: Incident) -> str:
    candidates = incident.vote.candidates if incident.vote else ()
    return next((one.runbook for one in candidates if one.digest == digest), digest[:12])


def _evidence(incident: Incident) -> Iterator[str]:
    """What the ballots refer to first, then the rest; each once."""
    known = incident.evidence
    referred = (id_ for one in incident.ballots for id_ in one.ballot.evidence if id_ in known)
    ordered = tuple(dict.fromkeys((*referred, *known)))
    yield from (f"Seen: {known[id_].statement}" for id_ in ordered[:SENTENCES])
    if len(ordered) > SENTENCES:
        yield f"… and {len(ordered) - SENTENCES} more: commander explain {incident.id}"


def _policy(incident: Incident) -> Iterator[str]:
    if incident.approval is not None:
        said = incident.approval.asked.reasons
    elif incident.withheld is not None:
        said = incident.withheld.reasons
    elif incident.authorised is not None:
        said = incident.authorised.reasons
    else:
        said = ()
    yield from (f"Policy: {one}" for one in said[:RULES])
    if incident.escalation is not None:
        yield f"With people, since: {incident.escalation.reason.replace('_', ' ')}"
