"""The quorum certificate: the ballots that decided, checked again by whoever is asked to act on it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from pydantic import Field

from shared.domain.ballot import Ballot, SignedBallot
from shared.domain.consensus import RULES, DecisionKind, Rules, Tally, tally, to_choice
from shared.domain.errors import CommandRefused, InvalidCertificate
from shared.domain.evidence import OWN_KIND, Evidence
from shared.domain.model import AgentName, Model, Name
from shared.domain.proposal import Proposal

VerifyMac = Callable[[AgentName, str, str], bool]
"""(agent, digest, MAC) -> whether that agent's key made it."""


QUARANTINED = "quarantined"
OTHER_ROUND = "it answers another opening of this round"
EXPIRED = "expired"
BLAMELESS = frozenset({QUARANTINED, OTHER_ROUND, EXPIRED})
"""Why a ballot does not count though its agent did nothing wrong: nobody is quarantined for it."""


class Rejection(Model):
    """A ballot that does not count, and why; its agent is quarantined for the rest of the incident."""

    agent: AgentName
    reason: str


class Certificate(Model):
    """What proves a decision: the proposal and every ballot of the round that decided it."""

    incident_id: Name
    attempt: int = Field(ge=1)
    round: int = Field(ge=1)
    execution: Name
    kind: DecisionKind
    proposal: Proposal
    ballots: tuple[SignedBallot, ...]


class Poll(Model):
    """One round as it was opened: what a ballot of this round must say."""

    incident_id: Name
    attempt: int
    round: int
    execution: Name
    opened: str = Field(default="", description="hash of the event that opened it; empty in old logs")
    candidates: tuple[Proposal, ...]
    safe: tuple[str, ...] = ()
    quarantined: tuple[AgentName, ...] = ()
    evidence: dict[str, Evidence] = Field(default_factory=dict, description="every fact in the log, by id")

    @property
    def digests(self) -> tuple[str, ...]:
        """The candidates' identities."""
        return tuple(candidate.digest for candidate in self.candidates)

    def candidate(self, digest: str | None) -> Proposal:
        """The candidate with this identity.

        Raises:
            CommandRefused: there is none.
        """
        found = [one for one in self.candidates if one.digest == digest]
        if not found:
            raise CommandRefused(f"{self.incident_id}: {digest} is not among the frozen candidates")
        return found[0]


def verify_ballots(
    poll: Poll, ballots: Sequence[SignedBallot], verify_mac: VerifyMac, now: datetime
) -> tuple[tuple[SignedBallot, ...], tuple[Rejection, ...]]:
    """Sort the ballots of a round into those that count and those that do not, with the reason.

    A ballot for another opening of the round is no second ballot in this one, so it shows no equivocation.
    """
    accepted: dict[AgentName, SignedBallot] = {}
    rejected: dict[AgentName, Rejection] = {}
    strays: dict[AgentName, Rejection] = {}
    for signed in ballots:
        agent = signed.ballot.agent
        reason = _fault(poll, signed, verify_mac, now)
        if reason == OTHER_ROUND:
            strays.setdefault(agent, Rejection(agent=agent, reason=reason))
            continue
        if reason is None and agent in accepted and accepted[agent].ballot != signed.ballot:
            reason = "equivocation: two different ballots in one round"
        if reason is None:
            accepted.setdefault(agent, signed)
        else:
            rejected.setdefault(agent, Rejection(agent=agent, reason=reason))
    counted = tuple(signed for agent, signed in accepted.items() if agent not in rejected)
    alone = (one for agent, one in strays.items() if agent not in accepted and agent not in rejected)
    return counted, (*rejected.values(), *alone)


def _fault(poll: Poll, signed: SignedBallot, verify_mac: VerifyMac, now: datetime) -> str | None:
    ballot = signed.ballot
    if not verify_mac(ballot.agent, ballot.digest, signed.mac):
        return "bad MAC: not made by this agent's key over this ballot"
    place = (ballot.incident_id, ballot.attempt, ballot.round, ballot.execution)
    if place != (poll.incident_id, poll.attempt, poll.round, poll.execution):
        return "replay: made for another incident, attempt, round or execution"
    if ballot.answers != poll.opened:
        return OTHER_ROUND
    if ballot.expires_at <= now:
        return EXPIRED
    if ballot.choice is not None and ballot.choice not in poll.digests:
        return "chose a remedy that is not among the frozen candidates"
    return _unsupported(poll, ballot) or (QUARANTINED if ballot.agent in poll.quarantined else None)


def _unsupported(poll: Poll, ballot: Ballot) -> str | None:
    """Why a ballot's evidence does not carry its choice; an abstention needs none."""
    for reference in ballot.evidence:
        if reference not in poll.evidence:
            return f"evidence that does not exist: {reference[:64]}"
    if not ballot.approves:
        return None
    chosen = poll.candidate(ballot.approves)
    facts = [poll.evidence[reference] for reference in ballot.evidence]
    if not any(one.kind is OWN_KIND[ballot.agent] and one.service == chosen.service for one in facts):
        return f"its evidence does not support its choice: no {OWN_KIND[ballot.agent]} of {chosen.service}"
    return None


def count(poll: Poll, accepted: Sequence[SignedBallot], rules: Rules = RULES) -> Tally:
    """The tally of a round's accepted ballots."""
    return tally([to_choice(signed.ballot) for signed in accepted], poll.digests, poll.safe, rules)


def verify_certificate(
    certificate: Certificate,
    poll: Poll,
    cast: Sequence[SignedBallot],
    verify_mac: VerifyMac,
    now: datetime,
    rules: Rules = RULES,
) -> Tally:
    """Prove a decision again from the ballots in the log, trusting neither the tally nor its author.

    Args:
        poll: the round as the log says that it was opened.
        cast: every ballot of that round in the log.

    Raises:
        InvalidCertificate: naming what does not hold.
    """
    place = (certificate.incident_id, certificate.attempt, certificate.round, certificate.execution)
    if place != (poll.incident_id, poll.attempt, poll.round, poll.execution):
        raise InvalidCertificate("it is for another incident, attempt, round or execution")
    if not {signed.ballot.digest for signed in certificate.ballots} <= {s.ballot.digest for s in cast}:
        raise InvalidCertificate("it holds a ballot that was never cast")
    accepted, _ = verify_ballots(poll, cast, verify_mac, now)
    shown, faults = verify_ballots(poll, certificate.ballots, verify_mac, now)
    if faults:
        raise InvalidCertificate(f"ballot of {faults[0].agent}: {faults[0].reason}")
    if {s.ballot.digest for s in shown} != {s.ballot.digest for s in accepted}:
        raise InvalidCertificate("its ballots are not the ones that count in the log")
    result = count(poll, accepted, rules)
    fallback = certificate.kind is DecisionKind.PRIORITY_FALLBACK and result.winner in poll.safe
    if result.winner != certificate.proposal.digest or not (fallback or result.kind is certificate.kind):
        raise InvalidCertificate(
            f"the ballots say {result.kind} for {result.winner}, the certificate otherwise"
        )
    return result
