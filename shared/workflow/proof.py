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
        halted = self.halted(state)
        if halted:
            raise CommandRefused(f"{state.id}: {halted}")
        self.remedies[certificate.proposal.runbook].runbook.check(certificate.proposal)
        return certificate.proposal

    def halted(self, state: Incident) -> str:
        """Why nothing may be done in this incident any more, whatever was decided; empty if it may.

        Raises:
            PortError: the kill switch cannot be read.
        """
        if state.taken is not None:
            return f"{state.taken.by} has taken it over"
        if state.in_human_hands:
            return "a human has it"
        return self.stopped()

    def stopped(self) -> str:
        """Who has thrown the kill switch, and why; empty while it is off.

        Raises:
            PortError: it cannot be read.
        """
        switch = self.controls.kill_switch()
        return f"{switch.by} has stopped everything: {switch.reason}" if switch and switch.on else ""

    def _made_by(self, agent: AgentName, digest: str, mac: str) -> bool:
        return self.verifier.verify(Author(agent.value), digest, mac)
