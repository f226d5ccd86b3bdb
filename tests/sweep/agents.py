"""The voting agents as the sweep asks them: honest ones, and three whose rule was broken on purpose."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shared.agents import detection, diagnosis, prediction, resolution
from shared.agents.options import Choose, Option, first_explained
from shared.agents.resolution import Ill, is_ill
from shared.agents.situation import Look, opening_believed, own_reading
from shared.agents.voter import Voter
from shared.domain.incident import Incident
from shared.domain.model import AgentName


class Rules(NamedTuple):
    """What agents go by."""

    look: Look = own_reading
    choose: Choose = first_explained
    ill: Ill = is_ill

    def voters(self, look: Look | None = None) -> Mapping[AgentName, Voter]:
        """The four agents; `look` stands for the rules' own, and answers the same."""
        seen = look or self.look
        every = (
            detection.voter(seen, self.choose),
            diagnosis.voter(seen, self.choose),
            prediction.voter(seen, self.choose),
            resolution.voter(seen, self.choose, self.ill),
        )
        return {one.name: one for one in every}


HONEST = Rules()


def most_supported(incident: Incident, agent: AgentName, approved: Sequence[Option]) -> Option | None:
    """Of what is on the list, what the others gave most weight to in the round before: as it once was."""
    vote, counted = incident.vote, incident.tallied
    if vote is None or counted is None or (counted.attempt, counted.round) != (vote.attempt, vote.round - 1):
        return first_explained(incident, agent, approved)
    own = counted.rules.weights.get(agent, 0)
    weights = {one.proposal: one.weight - own * (agent in one.approvers) for one in counted.tally.sums}
    listed = [one for one in approved if one.on_list]
    most = max((weights.get(one.proposal.digest, 0) for one in listed), default=0)
    best = [one for one in listed if most and weights.get(one.proposal.digest, 0) == most]
    return best[0] if best else first_explained(incident, agent, approved)


MUTANTS: Mapping[str, Rules] = {
    "support() breaks ties again": Rules(choose=most_supported),
    "a target is telling without a look at its health": Rules(ill=lambda _situation, _service: True),
    "the opening is believed": Rules(look=opening_believed),
}
"""Rule -> the agents without it."""
