"""The key of a PagerDuty alert: stage and incident, since two stages may page the same service.

https://developer.pagerduty.com/docs/events-api-v2/trigger-events/: at most 255 characters; an incident that
came of the alert has it as `incident_key`, unless its service groups alerts: then that is null, and only what
we wrote into the alert tells whose incident it is.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

LONGEST = 255
KEYS = ("incident_key", "alert_key", "dedup_key")
_WRITTEN = re.compile(r"\[([\w.-]{1,64}):([A-Za-z0-9][A-Za-z0-9._-]{0,127})\]", re.ASCII)
_BARE = re.compile(r"\bINC-[0-9A-Z]{1,40}\b", re.ASCII)
MOST_TEXTS, DEEPEST = 300, 8
"""Of a payload that are looked at."""


def key_of(stage: str, incident_id: str) -> str:
    """The `dedup_key`."""
    return f"{stage}:{incident_id}"[:LONGEST]


def marked(text: str, stage: str, incident_id: str, most: int) -> str:
    """A summary that says whose incident it is, whatever PagerDuty groups it with; at most so long."""
    mark = f" [{key_of(stage, incident_id)}]"
    return f"{text[: max(0, most - len(mark))]}{mark}"


def incident_of(stage: str, key: str) -> str:
    """The incident's id; empty when the key is none of this stage's."""
    own, colon, incident_id = key.partition(":")
    return incident_id if colon and own == stage and len(key) <= LONGEST else ""


def found_in(stage: str, data: Mapping[str, Any]) -> str:
    """The incident that a payload is about: by its key, else by what we wrote into its title; empty: none.

    Of several incidents that are named none is meant.
    """
    if data.get("incident_key"):
        return incident_of(stage, str(data["incident_key"]))
    named = [*_texts(data)]
    keys = {incident_of(stage, text) for name, text in named if name in KEYS} - {""}
    written = {id_ for _, text in named for own, id_ in _WRITTEN.findall(text) if own == stage}
    others = any(_WRITTEN.search(text) for _, text in named)
    bare = set() if others else {id_ for _, text in named for id_ in _BARE.findall(text)}
    found = keys or written or bare
    return found.pop() if len(found) == 1 else ""


def _texts(value: Any) -> Iterator[tuple[str, str]]:
    """Names and texts of a payload, breadth first; at most so many, and not deeper than so."""
    level: list[tuple[str, Any]] = [("", value)]
    seen = 0
    for _ in range(DEEPEST):
        below: list[tuple[str, Any]] = []
        for name, one in level:
            if isinstance(one, str):
                yield name, one
                seen += 1
            elif isinstance(one, Mapping):
                below += [(str(key), each) for key, each in one.items()]
            elif isinstance(one, list):
                below += [(name, each) for each in one]
            if seen >= MOST_TEXTS:
                return
        level = below
