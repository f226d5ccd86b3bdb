"""A versioned bucket that is only ever added to: put if absent, and every body that a key ever had."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError

from shared.adapters.aws.errors import code_of, port_errors
from shared.domain.audit_records import Stored
from shared.domain.errors import PortError
from shared.ports.archive import DifferentCopy

EXISTS = "PreconditionFailed"
RACED = "ConditionalRequestConflict"
READERS = 8


class S3Versions:
    """Keys are `folder/incident/version.json`, the version in 12 digits.

    Writing needs s3:PutObject and s3:GetObject, reading s3:GetObject, s3:GetObjectVersion,
    s3:ListBucket and s3:ListBucketVersions.
    """

    def __init__(self, client: Any, bucket: str, folder: str) -> None:
        self._client, self._bucket, self._folder = client, bucket, folder

    def put(self, incident_id: str, version: int, body: str, same: Callable[[str], bool]) -> None:
        """Put a body where none is; `same` says of the one that is there whether it will do.

        Raises:
            DifferentCopy: it will not.
            PortError: AWS failed.
        """
        key = f"{self._folder}/{incident_id}/{version:012d}.json"
        with port_errors():
            try:
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=body.encode(),
                    ContentType="application/json",
                    IfNoneMatch="*",
                )
            except ClientError as error:
                if code_of(error) == RACED:
                    raise PortError(str(error), retryable=True) from error
                if code_of(error) != EXISTS:
                    raise
                if not same(self._body(key)):
                    raise DifferentCopy(key) from error

    def stored(self, incident_id: str) -> tuple[Stored, ...]:
        """Every key of an incident with all its bodies, the first one first."""
        prefix = f"{self._folder}/{incident_id}/"
        found: list[tuple[str, str]] = []
        hidden: set[str] = set()
        with port_errors(), ThreadPoolExecutor(READERS) as pool:
            for page in self._pages("list_object_versions", Prefix=prefix):
                hidden |= {each["Key"] for each in page.get("DeleteMarkers", []) if each["IsLatest"]}
                found += [(each["Key"], each["VersionId"]) for each in page.get("Versions", [])]
            read_bodies = list(pool.map(lambda where: self._body(*where), found))
        bodies: dict[str, list[str]] = {}
        for (key, _), body in zip(found, read_bodies, strict=True):  # of one key, the newest comes first
            bodies.setdefault(key, []).insert(0, body)
        read = ((_version(key, prefix), key) for key in sorted(bodies))
        return tuple(
            Stored(version=version, bodies=tuple(bodies[key]), hidden=key in hidden)
            for version, key in read
            if version
        )

    def incident_ids(self) -> tuple[str, ...]:
        """Every incident in the folder, also those whose objects are all behind delete markers."""
        prefix = f"{self._folder}/"
        with port_errors():
            pages = list(self._pages("list_object_versions", Prefix=prefix, Delimiter="/"))
        found = (each["Prefix"] for page in pages for each in page.get("CommonPrefixes", []))
        return tuple(sorted({each.removeprefix(prefix).rstrip("/") for each in found}))

    def incident_from(self, place: str) -> str | None:
        """The first incident in the folder whose id is not before this text, of one short page."""
        prefix = f"{self._folder}/"
        with port_errors():
            page = self._client.list_object_versions(
                Bucket=self._bucket, Prefix=prefix, Delimiter="/", MaxKeys=2, KeyMarker=f"{prefix}{place}"
            )
        found = [each["Prefix"] for each in page.get("CommonPrefixes", [])]
        return min(found).removeprefix(prefix).rstrip("/") if found else None

    def _pages(self, operation: Any, **request: str) -> Iterator[Any]:
        pages: Iterator[Any] = (
            self._client.get_paginator(operation).paginate(Bucket=self._bucket, **request).__iter__()
        )
        return pages

    def _body(self, key: str, version_id: str = "") -> str:
        which = {"VersionId": version_id} if version_id else {}
        answer = self._client.get_object(Bucket=self._bucket, Key=key, **which)
        return str(answer["Body"].read().decode(errors="replace"))


def _version(key: str, prefix: str) -> int:
    """The version in a key; 0 for a key that is not ours."""
    digits = key.removeprefix(prefix).removesuffix(".json")
    return int(digits) if len(digits) == 12 and digits.isascii() and digits.isdigit() else 0
