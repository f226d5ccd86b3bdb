"""MAC keys in KMS: they never leave it."""

import base64
import binascii
from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from shared.adapters.aws.errors import code_of, port_errors
from shared.domain.facts import Author

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

MAC_BYTES = 32


class KmsSigner:
    """One author's key; needs kms:GenerateMac on it."""

    def __init__(self, client: "KMSClient", key_id: str) -> None:
        self._client = client
        self._key_id = key_id

    def mac(self, digest: str) -> str:
        """The MAC of a digest, base64.

        Raises:
            PortError: KMS failed.
        """
        with port_errors():
            answer = self._client.generate_mac(
                Message=digest.encode(), KeyId=self._key_id, MacAlgorithm="HMAC_SHA_256"
            )
        return base64.b64encode(answer["Mac"]).decode()


class KmsVerifier:
    """Everybody's keys; needs kms:VerifyMac on them and nothing else."""

    def __init__(self, client: "KMSClient", key_ids: Mapping[Author, str]) -> None:
        self._client = client
        self._key_ids = dict(key_ids)

    def verify(self, author: Author, digest: str, mac: str) -> bool:
        """Whether that author's key made the MAC; an author without a key made none.

        Raises:
            PortError: KMS failed, which says nothing about the MAC.
        """
        key_id = self._key_ids.get(author)
        try:
            given = base64.b64decode(mac, validate=True)
        except (binascii.Error, ValueError):
            return False
        if key_id is None or len(given) != MAC_BYTES:
            return False
        with port_errors():
            try:
                answer = self._client.verify_mac(
                    Message=digest.encode(), KeyId=key_id, MacAlgorithm="HMAC_SHA_256", Mac=given
                )
            except ClientError as error:
                if code_of(error) == "KMSInvalidMacException":
                    return False
                raise
        return answer["MacValid"]
