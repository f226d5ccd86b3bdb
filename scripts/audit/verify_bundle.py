"""Checks an exported incident offline; needs Python 3.9 and nothing else: `python3 verify_bundle.py FILE`.

With --macs it prints one `aws kms verify-mac` command for each MAC, which only somebody with kms:VerifyMac on
the keys can run: HMACs cannot be checked offline. Exit code 0: everything holds, 1: something does not,
2: the file is not a bundle. See docs/audit.md.
"""

import base64
import gzip
import hashlib
import json
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

FORMAT = "incident-commander-audit-bundle/1"
GENESIS = "0" * 64
FIELDS = {"event_id", "type", "version", "occurred_at", "recorded_by", "data", "author_mac"}
"""Of an event, beside those that its hash needs."""
RECORDED = ("FindingsSubmitted", "BallotCast")
"""The events that name a recording of what their agent saw."""
GRACE = timedelta(minutes=5)
"""How old an event may be, at the export, before its copy and an anchor must be there."""


def canonical(value: Any) -> str:
    """One text for one value: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def event_hash(event: dict[str, Any]) -> str:
    """SHA-256 of the canonical list [previous_hash, canonical event without hash and author_mac]."""
    body = {name: value for name, value in event.items() if name not in ("hash", "author_mac")}
    return sha256(canonical([event["previous_hash"], canonical(body)]))


def anchor_digest(anchor: dict[str, Any]) -> str:
    """What an anchor's MAC is over."""
    return sha256(canonical({name: value for name, value in anchor.items() if name != "mac"}))


def time(text: str) -> datetime:
    """A time in UTC."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


class Bundle:
    """The log in a bundle: events that stand in their own place with their own hash, and repaired ones."""

    def __init__(self, given: dict[str, Any]) -> None:
        if given["format"] != FORMAT:
            raise ValueError(f"its format is {given['format']!r}")
        self.given, self.incident = given, given["incident_id"]
        self.events: dict[int, dict[str, Any]] = {}
        self.wrong: list[str] = []
        self.repaired: list[str] = []
        bad = {item["key"]: item for item in given["events"] if not self._takes(item)}
        for version, original in self._originals().items():
            bad.pop(f"EVENT#{version:012d}", None)
            if self.events.get(version) != original:
                self.events[version] = original
                self.repaired.append(f"version {version} ({original['event_id']})")
        self.wrong += [f"{key} is not the event that belongs there" for key in bad]

    def _takes(self, item: dict[str, Any]) -> bool:
        try:
            event = json.loads(item["body"])
            exact = canonical(event) == item["body"] and event_hash(event) == event["hash"]
            place = (event["incident_id"], f"EVENT#{event['version']:012d}") == (self.incident, item["key"])
            whole = event.keys() >= FIELDS
        except (KeyError, TypeError, ValueError):
            return False
        good = exact and place and whole
        if good:
            self.events[event["version"]] = event
        return good

    def _originals(self) -> dict[int, dict[str, Any]]:
        """Version -> the original that a later LogRepaired restores; only its MAC says who did."""
        facts = [event["data"] for event in self.events.values() if event["type"] == "LogRepaired"]
        found = {}
        for fact in facts:
            try:
                version, one = fact["version"], fact["original"]
                if event_hash(one) == one["hash"] and one.keys() >= FIELDS:
                    found[version] = one  # the chain shows that it belongs there
            except (AttributeError, KeyError, TypeError, ValueError):  # it repairs nothing
                continue
        return found

    def check(self) -> list[str]:
        """What does not hold."""
        return [*self.wrong, *self._chain(), *self._anchors(), *self._copies(), *self._inputs()]

    def _chain(self) -> Iterator[str]:
        before, last = GENESIS, max(self.events, default=0)
        for version in range(1, len(self.events) + 1):
            if version not in self.events:
                yield f"version {version} is gone"
                return
            if self.events[version]["previous_hash"] != before:
                yield f"version {version} does not follow from the one before it"
            before = self.events[version]["hash"]
        head = self.given["head"] or {}
        if (head.get("version"), head.get("hash")) != (last, before):
            yield f"the head is not that of the last event, version {last}"

    def anchors(self) -> Iterator[dict[str, Any]]:
        """Every anchor that can be read."""
        return (anchor for _, anchor in self._stored() if anchor)

    def _stored(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """The version that each kept anchor stands under, and the anchor; {} for what is none."""
        for stored in self.given["anchors"]:
            for body in stored["bodies"]:
                try:
                    anchor = json.loads(body)
                    whole = anchor.keys() >= {"incident_id", "version", "hash", "mac"}
                except (AttributeError, ValueError):
                    whole = False
                yield stored["version"], anchor if whole else {}

    def _anchors(self) -> Iterator[str]:
        covered = 0
        for version, anchor in self._stored():
            if not anchor:
                yield f"what is kept as the anchor of version {version} is none"
                continue
            event = self.events.get(anchor["version"], {})
            if (anchor["incident_id"], anchor["hash"]) != (self.incident, event.get("hash")):
                yield f"the anchor of version {anchor['version']} contradicts the log"
            covered = max(covered, anchor["version"])
        if any(self._settled(event) for version, event in self.events.items() if version > covered):
            yield f"no anchor covers the events from version {covered + 1} on"

    def _settled(self, event: dict[str, Any]) -> bool:
        return time(self.given["exported_at"]) - time(event["occurred_at"]) > GRACE

    def _copies(self) -> Iterator[str]:
        own = {version: sha256(canonical(event)) for version, event in self.events.items()}
        copied = {copy["version"]: set(copy["sha256"]) for copy in self.given["copies"]}
        young = {version for version, event in self.events.items() if not self._settled(event)}
        for version in sorted({*own, *copied} - (young - copied.keys())):
            if copied.get(version) != {own.get(version)}:
                yield f"the archive's copy of version {version} is not its event"

    def _inputs(self) -> Iterator[str]:
        """What agents saw and did. Events from before that was kept, or when it failed, name none."""
        recorded = {one["sha256"]: one["gzip"] for one in self.given.get("inputs", [])}
        for version, event in self.events.items():
            for kind, field in (("recording", "inputs"), ("trace", "spans")):
                named = event["data"].get(field) if event["type"] in RECORDED else None
                if named is not None:
                    yield from _held(named, recorded, f"the {kind} that version {version} names")

    def macs(self) -> Iterator[str]:
        """One command of the AWS CLI for each MAC; it fails for one that is wrong."""
        keys = self.given["keys"]
        checks = [
            (keys[event["recorded_by"]], event["hash"], event["author_mac"]) for event in self.events.values()
        ]
        checks += [(keys["anchor"], anchor_digest(anchor), anchor["mac"]) for anchor in self.anchors()]
        for key, message, mac in checks:
            text = base64.b64encode(message.encode()).decode()
            yield (
                f"aws kms verify-mac --mac-algorithm HMAC_SHA_256 --key-id {key} --message {text} --mac {mac}"
            )


def _held(named: Any, recorded: dict[str, Any], what: str) -> Iterator[str]:
    """Whether what is there has the digest by which an event names it."""
    try:
        body = gzip.decompress(base64.b64decode(recorded[named]))
    except (EOFError, KeyError, OSError, TypeError, ValueError):
        yield f"{what} is not here"
        return
    if hashlib.sha256(body).hexdigest() != named:
        yield f"{what} is another"


def main(arguments: list[str]) -> int:
    """Check one file."""
    files = [word for word in arguments if not word.startswith("-")]
    try:
        given = json.loads(Path(files[0]).read_text(encoding="utf-8"))
        bundle = Bundle(given)
        wrong = list(bundle.check())
        lines = list(bundle.macs()) if "--macs" in arguments else []
    except (AttributeError, IndexError, KeyError, OSError, TypeError, ValueError) as error:
        sys.stderr.write(f"not a bundle: {type(error).__name__}: {error}\n")
        return 2
    if not lines:
        lines = [f"repaired: {each}" for each in bundle.repaired] + [f"WRONG: {each}" for each in wrong]
        lines += [] if wrong else [f"{bundle.incident}: {len(bundle.events)} events hold"]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
