"""The key of a PagerDuty alert: stage and incident, since two stages may page the same service.

https://developer.pagerduty.com/docs/events-api-v2/trigger-events/: at most 255 characters; an incident that
came of the alert has it as `incident_key`.
"""

LONGEST = 255


def key_of(stage: str, incident_id: str) -> str:
    """The `dedup_key`."""
    return f"{stage}:{incident_id}"[:LONGEST]


def incident_of(stage: str, key: str) -> str:
    """The incident's id; empty when the key is none of this stage's."""
    own, colon, incident_id = key.partition(":")
    return incident_id if colon and own == stage and len(key) <= LONGEST else ""
