"""Recordings in S3: `inputs/<incident>/<SHA-256>.json.gz`, in the bucket of the archive."""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from shared.adapters.aws.errors import code_of, port_errors
from shared.adapters.aws.s3_versions import EXISTS
from shared.domain.errors import PortError
from shared.workflow.looking import MOST_BYTES

FOLDER = "inputs"
_GZIP = 16 + zlib.MAX_WBITS


class S3Recordings:
    """Keeping needs s3:PutObject; reading s3:ListBucketVersions, s3:GetObject and s3:GetObjectVersion."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def keep(self, incident_id: str, body: bytes) -> str:
        """Put the compressed bytes where none are, and return the digest of what they were made of.

        Raises:
            PortError: it is too large, or AWS failed.
        """
        if len(body) > MOST_BYTES:
            raise PortError(f"a recording of {len(body)} bytes, at most {MOST_BYTES}", retryable=False)
        digest = hashlib.sha256(body).hexdigest()
        with port_errors():
            try:
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=_key(incident_id, digest),
                    Body=gzip.compress(body, compresslevel=6, mtime=0),
                    ContentType="application/json",
                    ContentEncoding="gzip",
                    IfNoneMatch="*",
                )
            except ClientError as error:
                if code_of(error) != EXISTS:  # whatever is there has this digest, or the reader sees that not
                    raise
        return digest

    def read(self, incident_id: str, digest: str) -> bytes | None:
        """The bytes with this digest, whatever was laid over them or hides them; None without any.

        Raises:
            PortError: AWS failed.
        """
        with port_errors():
            for body in self._bodies(_key(incident_id, digest)):
                if body is not None and hashlib.sha256(body).hexdigest() == digest:
                    return body
        return None

    def _bodies(self, key: str) -> Iterator[bytes | None]:
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=key)
        for page in pages:
            for each in page.get("Versions", []):
                if each["Key"] == key:
                    where = {"Bucket": self._bucket, "Key": key, "VersionId": each["VersionId"]}
                    yield _unpacked(self._client.get_object(**where)["Body"].read())


def _key(incident_id: str, digest: str) -> str:
    return f"{FOLDER}/{incident_id}/{digest}.json.gz"


def _unpacked(packed: bytes) -> bytes | None:
    """At most so much of it as a recording may have; None when it is no gzip."""
    try:
        return zlib.decompressobj(_GZIP).decompress(packed, MOST_BYTES)
    except zlib.error:
        return None
