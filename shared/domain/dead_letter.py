"""A dead letter: what each of AWS's and our own ways to give something up leaves behind, in one shape.

Ours says source, reason and body. A stream's mapping leaves where in the stream the records are, an
asynchronous call what the function was given, a rule the event, with target and error in attributes:
https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.domain.model import Model, Utc

AGAIN = "commander_again"
"""The key that tells a function that a person hands this in again."""
REFUSED = "refused"
"""The key of its answer with the reasons why it was refused."""
REASON, SINCE = "commander_reason", "commander_since"
"""Attributes of a letter that was handed in and failed again: the new reason, and since when it is dead."""


class Kind(StrEnum):
    """How it came here."""

    REJECTED = "rejected"  # a function of ours could not take it
    STREAM = "stream"  # a mapping gave up a batch
    ASYNC = "async"  # Lambda gave up a call
    RULE = "rule"  # EventBridge could not deliver
    UNKNOWN = "unknown"


class Pointer(Model):
    """Where in a stream a batch is."""

    stream: str
    shard: str
    first: str
    last: str
    size: int
    began: Utc
    ended: Utc


class Letter(Model):
    """What could not be processed; everything in it is untrusted."""

    kind: Kind
    consumer: str  # a function: its name in the house, or its ARN
    reason: str
    since: Utc
    body: bytes = b""
    cut_from: int = 0  # bytes it had, when it was cut
    pointer: Pointer | None = None
    changed_by: str = ""
    original: str = ""  # the message before it was changed


def read_letter(message: str, attributes: Mapping[str, str], at: datetime) -> Letter:
    """The letter in a message that was sent at that time; never fails, since anybody may have written it."""
    try:
        value = json.loads(message)
        letter = _read(value, attributes, at) if isinstance(value, dict) else None
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        letter = None
    if letter is None:
        said = "nobody knows what wrote this"
        letter = Letter(kind=Kind.UNKNOWN, consumer="", reason=said, since=at, body=message.encode())
    return letter.model_copy(
        update={
            "reason": attributes.get(REASON, letter.reason),
            "since": _moment(attributes.get(SINCE)) or letter.since,
        }
    )


def _read(value: dict[str, Any], attributes: Mapping[str, str], at: datetime) -> Letter | None:
    for info in ("KinesisBatchInfo", "DDBStreamBatchInfo"):
        if info in value:
            return _batch(value, value[info], at)
    if "requestPayload" in value:
        return _call(value, at)
    if {"source", "reason", "body"} <= value.keys():
        return _rejected(value, at)
    if "TARGET_ARN" in attributes:
        said = f"{attributes.get('ERROR_CODE', '')}: {attributes.get('ERROR_MESSAGE', '')}"
        body = json.dumps(value).encode()
        return Letter(kind=Kind.RULE, consumer=attributes["TARGET_ARN"], reason=said, since=at, body=body)
    return None


def _rejected(value: dict[str, Any], at: datetime) -> Letter:
    body = str(value["body"]).encode()
    if value.get("encoding") == "base64":
        body = base64.b64decode(body, validate=True)
    return Letter(
        kind=Kind.REJECTED,
        consumer=str(value["source"]),
        reason=str(value["reason"]),
        since=_moment(value.get("at")) or at,
        body=body,
        cut_from=int(value.get("bytes", 0)) if value.get("truncated") else 0,
        changed_by=str(value.get("changed_by", "")),
        original=str(value.get("original", "")),
    )


def _batch(value: dict[str, Any], info: dict[str, Any], at: datetime) -> Letter:
    context = value["requestContext"]
    began = _moment(info.get("approximateArrivalOfFirstRecord")) or at
    pointer = Pointer(
        stream=info["streamArn"],
        shard=info["shardId"],
        first=info["startSequenceNumber"],
        last=info["endSequenceNumber"],
        size=info["batchSize"],
        began=began,
        ended=_moment(info.get("approximateArrivalOfLastRecord")) or began,
    )
    failed = value.get("responseContext", {}).get("functionError")
    said = f"{context['condition']} after {context.get('approximateInvokeCount', '?')} calls"
    return Letter(
        kind=Kind.STREAM,
        consumer=context["functionArn"],
        reason=f"{said} ({failed})" if failed else said,
        since=_moment(value.get("timestamp")) or at,
        pointer=pointer,
    )


def _call(value: dict[str, Any], at: datetime) -> Letter:
    context, answer = value["requestContext"], value.get("responsePayload")
    said = answer if isinstance(answer, dict) else {}
    why = f"{said.get('errorType', '')}: {said.get('errorMessage', '')}" if said else ""
    return Letter(
        kind=Kind.ASYNC,
        consumer=context["functionArn"],
        reason=" ".join((str(context["condition"]), why)).strip(),
        since=_moment(value.get("timestamp")) or at,
        body=json.dumps(value["requestPayload"]).encode(),
    )


def _moment(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else None


def changed(letter: Letter, message: str, body: bytes, consumer: str, by: str) -> str:
    """The message of a letter whose body a person replaced; the message before it stays inside."""
    kept: dict[str, object] = {
        "source": consumer,
        "reason": letter.reason,
        "at": letter.since.isoformat(),
        "changed_by": by,
        "original": letter.original or message,
    }
    try:
        return json.dumps({**kept, "body": body.decode()})
    except UnicodeDecodeError:
        return json.dumps({**kept, "body": base64.b64encode(body).decode(), "encoding": "base64"})


def refusal(consumer: str, answer: Mapping[str, Any]) -> str | None:
    """Why a function did not take what was handed in again, as its answer says; None when it did."""
    if answer.get(REFUSED):
        return "; ".join(map(str, answer[REFUSED]))
    if answer.get("batchItemFailures"):
        return f"{consumer} failed, and may succeed later: its log says why"
    return None
