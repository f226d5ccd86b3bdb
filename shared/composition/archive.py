"""The archiver on AWS, and whom it tells."""

from shared.adapters.aws.clients import client, hasty_client
from shared.adapters.aws.lambda_hints import LambdaHints
from shared.adapters.aws.s3_anchors import S3Anchors
from shared.adapters.aws.s3_archive import S3Archive
from shared.composition import aws
from shared.settings import Setting, read
from shared.workflow.archiving import Archiving


def archiving() -> Archiving:
    """Copies and anchors into the stage's archive."""
    s3, bucket = client("s3"), read(Setting.ARCHIVE_BUCKET)
    return Archiving(S3Archive(s3, bucket), S3Anchors(s3, bucket), aws.signer(), aws.CLOCK)


def hints() -> LambdaHints:
    """The projector; it is not waited for longer than some seven seconds."""
    return LambdaHints(hasty_client("lambda"), read(Setting.PROJECTOR))
