"""The story of an incident: each event of its log in the words of somebody who watches."""

from collections.abc import Iterable, Iterator, Mapping

from shared.domain import facts
from shared.domain.consensus import RULES, TOTAL, Rules, Sum
from shared.domain.events import Event, malformed
from shared.domain.evidence import Evidence, Findings
from shared.domain.money import written
from shared.domain.proposal import Proposal
from shared.runbooks.catalogue import remedies

Line = tuple[str, str]
"""Text and style."""
GOOD, BAD, LOUD, QUIET = "green", "red", "bold", "dim"


def story(events: Iterable[Event]) -> Iterator[tuple[Line, ...]]:
    """What each event of a log tells, from the first on; one that nobody believes tells nothing."""
    rules = RULES
    for event in events:
        if malformed(event) is not None:
            yield ()
            continue
        fact = event.fact
        rules = fact.rules if isinstance(fact, facts.VoteOpened) else rules
        doing = (*_permitting(fact), *_people(fact), *_owning(fact), *_preparing(fact), *_acting(fact))
        yield (*_finding(fact), *_deciding(fact, rules), *doing, *_ending(fact), *_told(fact))


def _finding(fact: facts.Fact) -> Iterator[Line]:
    match fact:
        case facts.IncidentDetected():
            yield f"INCIDENT {fact.severity}: {fact.summary} ({_percent(fact.confidence)} sure)", "bold red"
            yield from (_seen(one) for one in fact.symptoms[:3])
        case facts.SignalCorrelated(signal=signal):
            yield f"another alarm of {signal.service} joins the incident", QUIET
        case facts.InvestigationStarted():
            yield "state machine: every agent is asked what it sees", QUIET
        case facts.FindingsSubmitted(findings=found):
            yield from _found(found)
        case facts.FindingsReused(agent=agent, age_seconds=age):
            yield f"{agent}: its breaker is open; what it found {age} s ago stands in (cached)", "yellow"
        case facts.AgentQuarantined():
            yield f"QUARANTINED {fact.agent} until {fact.until:%H:%M:%S}: {fact.reason}", BAD
        case facts.AuthorRejected():
            yield f"IGNORED an event of {fact.author}: {fact.reason}", BAD


def _found(found: Findings) -> Iterator[Line]:
    yield f"{found.agent}: {found.summary} ({_percent(found.confidence)} sure)", LOUD
    yield from (_seen(one) for one in found.evidence[:3])
    if found.left_out:
        yield f"    partial: there was no time for {', '.join(found.left_out)}", "yellow"


def _deciding(fact: facts.Fact, rules: Rules) -> Iterator[Line]:
    match fact:
        case facts.VoteOpened(candidates=candidates, round=round_):
            yield f"vote, round {round_}: {len(candidates)} remedies can be voted on", LOUD
            for one in candidates:
                yield f"    {one.digest[:8]}  {_remedy(one)}", ""
        case facts.BallotCast(signed=signed):
            cast = signed.ballot
            choice = (
                f"for {cast.approves[:8]}, {_percent(cast.confidence)} sure" if cast.approves else "abstains"
            )
            weight = rules.weights.get(cast.agent, 0)
            yield f"    {cast.agent:<10} (weight {weight}) {choice}: {cast.reasoning}", ""
        case facts.BallotsTallied(rejected=rejected):
            yield from _sums(fact)
            yield from ((f"    {one.agent}'s ballot does not count: {one.reason}", BAD) for one in rejected)
        case facts.ConsensusReached(certificate=certificate):
            yield (
                f"DECIDED by {certificate.kind.replace('_', ' ')}: {_remedy(certificate.proposal)}",
                "bold green",
            )
        case facts.EscalatedToHuman(reason=reason, suggestion=suggestion):
            yield f"A HUMAN DECIDES: {reason.replace('_', ' ')}", "bold yellow"
            if suggestion:
                yield f"    only a suggestion: {_remedy(suggestion)}", ""


def _permitting(fact: facts.Fact) -> Iterator[Line]:
    match fact:
        case facts.ActionAuthorised(autonomy=level, reasons=reasons):
            yield f"policy permits it at {level}: {'; '.join(reasons)}", GOOD
        case facts.ActionWithheld(reasons=reasons):
            yield f"policy withholds it: {'; '.join(reasons)}", "yellow"
        case facts.ApprovalRequested(needed=needed, role=role, expires_at=until, preview=preview):
            people = f"{needed} of {role.replace('_', ' ')}"
            yield f"PEOPLE ARE ASKED ({people}, until {until:%H:%M:%S}): {'; '.join(preview)}", "bold yellow"


def _people(fact: facts.Fact) -> Iterator[Line]:
    match fact:
        case facts.ApprovalGranted(by=by):
            yield f"APPROVED by {by}", "bold green"
        case facts.ApprovalDenied(by=by, reason=reason):
            yield f"DENIED by {by}{reason and ': '}{reason}", "bold red"
        case facts.ApprovalExpired():
            yield "nobody answered in time", "yellow"
        case facts.Acknowledged(by=by, over=over):
            yield f"{by} has seen it{' and says that it is over' if over else ''}", LOUD
        case facts.LevelCalled(team=team, level=level, people=people):
            yield (
                f"nobody answered: level {level} of {team} is called ({', '.join(people) or 'nobody'})",
                "yellow",
            )
        case facts.SeverityChanged(severity=severity, by=by, reason=reason):
            yield f"SEVERITY is {severity} now, says {by}: {reason}", "bold yellow"
        case facts.TakenOver(by=by):
            yield f"TAKEN OVER by {by}: the machine starts nothing more", "bold yellow"


def _owning(fact: facts.Fact) -> Iterator[Line]:  # noqa: C901 - one arm an event
    match fact:
        case facts.HandedToPeople():
            yield "the machine's part has ended: it stays open until people end it", "bold yellow"
        case facts.HandedOn(by=by, to=to, team=team, reason=reason):
            yield f"HANDED ON to {'the team ' if team else ''}{to} by {by}{reason and ': '}{reason}", LOUD
        case facts.NoteAdded(by=by, text=text):
            yield f"{by} notes: {text}", ""
        case facts.AcknowledgementExpired(through=through):
            yield f"it was seen through {through}, and that has timed out", "yellow"
        case facts.RecoverySeen(statement=statement):
            yield f"it is not felt any more: {statement}", GOOD
        case facts.ResolvedByPeople(by=by, did=did, cause=cause):
            yield f"RESOLVED by {by}: {did}", "bold green"
            if cause:
                yield f"    cause: {cause}", ""
        case facts.IncidentReopened(by=by, reason=reason):
            yield f"REOPENED by {by}{reason and ': '}{reason}", "bold yellow"
        case facts.IncidentClosed(outcome="resolved_by_people", business_usd=business, incident_usd=own):
            yield f"closed: cost the business {written(business)}, and ${own} of AWS", QUIET


def _preparing(fact: facts.Fact) -> Iterator[Line]:
    match fact:
        case facts.TargetBusy(key=key, owner=owner):
            yield f"{key} is changed by {owner}: wait, and vote again", "yellow"
        case facts.TargetLocked(keys=keys):
            yield f"locked: {', '.join(keys)}", QUIET
        case facts.ActionRehearsed(preview=preview, done=done, impossible=impossible):
            yield f"rehearsed: {'; '.join(done)}; would change {'; '.join(preview) or 'nothing'}", GOOD
            if impossible:
                yield f"    not possible: {'; '.join(impossible)}", QUIET
        case facts.SandboxStarted(proposal=proposal, undo=undo):
            yield f"in the sandbox: {'undo' if undo else 'try'} {_remedy(proposal)}", QUIET
        case facts.RehearsalFailed(reason=reason):
            yield f"the rehearsal stops it: {reason}", "yellow"
        case facts.NotNeeded(statement=statement):
            yield f"not needed any more: {statement}", GOOD


def _acting(fact: facts.Fact) -> Iterator[Line]:
    match fact:
        case facts.CredentialsIssued(ends_at=ends_at):
            yield f"credentials for this target only, until {ends_at:%H:%M:%S}", QUIET
        case facts.ActionStarted(proposal=proposal, before=before, undo=undo):
            yield f"{'UNDO' if undo else 'ACT'}: {_remedy(proposal)}", "bold magenta"
            yield f"    before: {_state(proposal, before)}", ""
        case facts.ActionCompleted(automation_id=automation):
            yield f"automation {automation[:8]} succeeded, and the target shows its effect", GOOD
        case facts.ActionFailed(reason=reason):
            yield f"the automation FAILED: {reason}", BAD


def _ending(fact: facts.Fact) -> Iterator[Line]:
    match fact:
        case facts.RemedyVerified(statement=statement):
            yield f"VERIFIED: {statement}; it stays under watch", "bold green"
        case facts.RegressionDetected(statement=statement):
            yield f"REGRESSION: {statement}", "bold red"
        case facts.RolledBack(restored=restored, known_good=known_good, differences=differences):
            was = "when it was last good" if known_good else "before the remedy"
            told = f"the target is as it was {was}" if restored else "; ".join(differences)
            yield f"ROLLED BACK: {told}", "bold yellow" if restored else "bold red"
        case facts.AttemptAbandoned(attempt=attempt, reason=reason):
            yield f"attempt {attempt} is over ({reason.replace('_', ' ')}): another one begins", LOUD
        case facts.IncidentResolved(business_usd=business, incident_usd=own):
            yield (
                f"RESOLVED: cost the business {written(business)}, and ${own} of AWS to resolve",
                "bold green",
            )
        case facts.HumanOutcome(did=did, result=result, by=by):
            yield f"{by} says what people did: {did} ({result.replace('_', ' ')})", LOUD


def _told(fact: facts.Fact) -> Iterator[Line]:
    match fact:
        case facts.NotificationSent(channel=channel, about=about, folded_into=later):
            yield f"{channel} was told of {about}{' with what came after it' if later else ''}", QUIET
        case facts.NotificationFailed(channel=channel, reason=reason, given_up=last):
            yield f"{channel} was NOT told: {reason}{'; there is no other channel' if last else ''}", LOUD


def _sums(counted: facts.BallotsTallied) -> Iterator[Line]:
    tally = counted.tally
    for one in tally.sums:
        yield f"    {_sum(one, counted.rules)}", GOOD if one.quorum or one.degraded_quorum else ""
    quiet = [*(f"{agent} abstained" for agent in tally.abstained), *(f"{a} was silent" for a in tally.silent)]
    if quiet:
        yield f"    {', '.join(quiet)}: that weight is lost, not redistributed", QUIET


def _sum(one: Sum, rules: Rules) -> str:
    names = " + ".join(f"{agent} {rules.weights.get(agent, 0)}" for agent in one.approvers) or "nobody"
    average = one.weighted_confidence // one.weight if one.weight else 0
    if one.degraded_quorum:
        enough = f"all but diagnosis, which is missing, each {_percent(rules.min_confidence)} sure or more"
        return (
            f"{one.proposal[:8]}: {names} = {one.weight} of {TOTAL}: {enough}; it is safe, so that is enough"
        )
    return (
        f"{one.proposal[:8]}: {names} = {one.weight} of {TOTAL} (more than {rules.more_than} needed), "
        f"{len(one.approvers)} agents ({rules.min_approvers} needed), "
        f"{_percent(average)} sure ({_percent(rules.min_confidence)} needed)"
    )


def _seen(one: Evidence) -> Line:
    return f"    {one.kind.replace('_', ' ')}: {one.statement}", ""


def _remedy(proposal: Proposal) -> str:
    values = ", ".join(f"{name}={value}" for name, value in proposal.parameters.items())
    return f"{proposal.runbook} v{proposal.version} on {proposal.service} ({values})"


def _state(proposal: Proposal, state: Mapping[str, object]) -> str:
    """What would be compared after an undo; of what is not in the catalogue any more, everything."""
    remedy = remedies().get(proposal.runbook)
    names = remedy.compare if remedy else tuple(state)
    return ", ".join(f"{name} {state.get(name)}" for name in names)


def _percent(thousandths: int) -> str:
    return f"{thousandths / 10:.0f} %"
