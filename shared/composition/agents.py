"""The voting agents on AWS."""

from collections.abc import Callable
from datetime import timedelta

from shared.adapters.aws.clients import hasty_client
from shared.adapters.aws.s3_recordings import S3Recordings
from shared.adapters.local.bounded_sources import bounded
from shared.agents.voter import Voter
from shared.composition import aws
from shared.domain.span import Spans
from shared.settings import Setting, read
from shared.workflow.participation import Limits, Participant


def participant(
    voter: Voter,
    lost: Callable[[str], None],
    untraced: Callable[[str], None],
    traced: Callable[[Spans], None],
) -> Participant:
    """A voting agent at work; `lost` and `untraced` are told of what could not be kept."""
    return Participant(
        voter=voter,
        store=aws.store(),
        signer=aws.signer(),
        sources=aws.sources(),
        recordings=S3Recordings(hasty_client("s3"), read(Setting.ARCHIVE_BUCKET)),
        distrust=aws.trust().distrust,
        limits=Limits(_seconds(Setting.INVESTIGATE_SECONDS), _seconds(Setting.VOTE_SECONDS)),
        bounded=bounded,
        lost=lost,
        untraced=untraced,
        traced=traced,
    )


def _seconds(setting: Setting) -> timedelta:
    return timedelta(seconds=int(read(setting)))
