"""Whether the log proves that this may be done: the certificate, counted again, and what policy said."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.certificate import verify_certificate
from shared.domain.consensus import RULES, Rules
from shared.domain.errors import CommandRefused, InvalidCertificate
from shared.domain.facts import ActionAuthorised, Author
from shared.domain.incident import Incident
from shared.domain.model import AgentName
from shared.domain.proposal import Proposal
from shared.domain.runbook import Remedy
from shared.ports.authority import Verifier
from shared.ports.clock import Clock
from shared.ports.controls import Controls


@dataclass(frozen=True)
class Proof:
    """Believes nobody: every step that touches the world asks it again."""

    verifier: Verifier
    clock: Clock
    remedies: Mapping[str, Remedy]
    controls: Controls
    rules: Rules = RULES

    def of(self, state: Incident) -> Proposal:
        """The proposal that this incident may carry out now.

        Raises:
            InvalidCertificate: the ballots do not prove a decision.
            CommandRefused: it was not authorised, a human has it, or everything is stopped.
            PortError: the kill switch cannot be read.
            InvalidParameters: the runbook does not take it.
        """
        certificate = state.certificate
        if certificate is None:
            raise InvalidCertificate(f"{state.id}: there is no certificate")
        cast = state.ballots_of(certificate.attempt, certificate.round)
        verify_certificate(certificate, state.poll(), cast, self._made_by, self.clock.now(), self.rules)
        authorised: ActionAuthorised | None = state.authorised
        if authorised is None or authorised.proposal.digest != certificate.proposal.digest:
            raise CommandRefused(f"{state.id}: the winner was not authorised")
        if state.in_human_hands:
            raise CommandRefused(f"{state.id}: a human has it")
        switch = self.controls.kill_switch()
        if switch is not None and switch.on:
            raise CommandRefused(f"{state.id}: {switch.by} has stopped everything: {switch.reason}")
        self.remedies[certificate.proposal.runbook].runbook.check(certificate.proposal)
        return certificate.proposal

    def _made_by(self, agent: AgentName, digest: str, mac: str) -> bool:
        return self.verifier.verify(Author(agent.value), digest, mac)
