"""The agents stack: the four voters, each with its own evidence and its own key."""

from dataclasses import replace

from aws_cdk import Aws
from constructs import Construct

from shared.domain.facts import Author
from shared.settings import Setting
from stacks.components.event_archive import INPUTS, EventArchive
from stacks.components.function import Size
from stacks.components.mapping import KINESIS_READ, Feed
from stacks.components.member import ACTED, CATALOGUE, CHANGES, OPEN, Member
from stacks.components.outputs import put_out
from stacks.components.stack import StageStack
from stacks.house import House

ASKED = ("InvestigationStarted", "VoteOpened")
"""The events that ask a voter for something."""


class Agents(StageStack):
    """Detection, diagnosis, prediction and the resolution advisor. None of them may change anything.

    What each saw it leaves in the archive, under `inputs/`, where it may put and nothing else.
    """

    def __init__(self, scope: Construct, house: House, archive: EventArchive) -> None:
        super().__init__(scope, "Agents", house.stage)
        self._house, self._archive = house, archive
        self.voters = (self._detection(), self._diagnosis(), self._prediction(), self._resolution())
        put_out(self, {f"{each.author.capitalize()}Function": each.function.name for each in self.voters})

    def _detection(self) -> Member:
        voter = self._voter(Author.DETECTION, Size(60, 1024, numerics=True))
        voter.feed("Signals", Feed(self._house.data.signals.stream_arn, KINESIS_READ, batch=100))
        voter.may_keep_state(reads=[CATALOGUE, ACTED], puts=[OPEN, CHANGES])
        voter.may_query_changes()
        voter.may_look_at_metrics()
        voter.may_look_at_targets()
        return voter

    def _diagnosis(self) -> Member:
        voter = self._voter(Author.DIAGNOSIS, Size(180, 1024, numerics=True))
        voter.may_keep_state(reads=[CATALOGUE, CHANGES, ACTED])
        voter.may_query_changes()
        voter.may_look_at_metrics()
        groups = f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:log-group:*"
        voter.function.allow_any(
            ["logs:FilterLogEvents"], groups, because="read only, and any log may name the cause"
        )
        voter.may_look_at_targets()
        return voter

    def _prediction(self) -> Member:
        voter = self._voter(Author.PREDICTION, Size(90, 1024, numerics=True))
        voter.may_keep_state(reads=[CATALOGUE, ACTED])
        voter.may_look_at_metrics()
        voter.may_look_at_targets()
        return voter

    def _resolution(self) -> Member:
        voter = self._voter(Author.RESOLUTION, Size(300, 1024, numerics=True))
        voter.may_keep_state(reads=[CATALOGUE, ACTED])
        voter.may_look_at_metrics()
        voter.may_look_at_targets()
        return voter

    def _voter(self, author: Author, least: Size) -> Member:
        """A voter whose function lives at least as long as anybody waits for it."""
        stage = self._house.stage
        limit: int = getattr(stage.investigate_seconds, author.value)
        seconds = max(limit, stage.vote_seconds, least.seconds)
        voter = Member(self, author, self._house, replace(least, seconds=seconds))
        voter.feed_new_events(*ASKED)
        voter.function.set(
            {
                Setting.INVESTIGATE_SECONDS: str(limit),
                Setting.VOTE_SECONDS: str(stage.vote_seconds),
                Setting.ARCHIVE_BUCKET: self._archive.bucket.bucket_name,
            }
        )
        inputs = f"{self._archive.arn_elsewhere}/{INPUTS}"
        because = "one object a look, named by its incident and its content"
        voter.function.allow_any(["s3:PutObject"], inputs, because=because)
        return voter
