"""A town of incidents for the page: answers of real runs, moved to now, renamed, some bent."""

import json
import math
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from tests.views.house import sample

TIME = re.compile(r'"(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)"')
HOSTILE = '<script>window.broken=1</script><img src=x onerror="window.broken=1"> & <b>bold</b>'
NAMES = {
    "storefront": {},
    "booking": {
        "storefront": "booking",
        "web": "portal",
        "checkout": "reservations",
        "database": "rooms-db",
        "cache": "sessions",
        "queue": "mailer",
    },
    "payments": {
        "storefront": "payments",
        "web": "gateway",
        "checkout": "charges",
        "database": "ledger",
        "cache": "tokens",
        "queue": "receipts",
    },
    "search": {
        "storefront": "search",
        "web": "query",
        "checkout": "ranking",
        "database": "index",
        "cache": "suggest",
        "queue": "crawler",
    },
}


@cache
def _sample(name: str) -> str:
    seen = sample(name)
    [row] = seen.reading.incidents(None, 50, None).incidents
    return str(seen.reading.incident(row.id, []).model_dump_json())


def incident(
    name: str, number: int, age: float, now: datetime, application: str = "storefront", **row: Any
) -> dict[str, Any]:
    """An `IncidentAnswer` whose incident was detected `age` seconds ago."""
    text = _sample(name)
    for old, new in NAMES[application].items():
        text = re.sub(rf"\b{old}\b", new, text)
    detected = json.loads(text)["incident"]["row"]["detected_at"]
    shift = now - timedelta(seconds=age) - _at(detected)
    answer = json.loads(TIME.sub(lambda found: f'"{iso(_at(found[1]) + shift)}"', text))
    shown = answer["incident"]["row"]
    shown |= {"id": f"INC-{number:012X}"} | row
    return answer


def town(now: datetime, *, hostile: bool = True) -> list[dict[str, Any]]:
    """What one might see at three in the morning; `hostile`: with texts that would be markup."""
    asks = incident("waiting", 0xA1, 97, now)
    asks["incident"]["tokens"] = {"tokens_in": 12_480, "tokens_out": 913}
    taken = incident("voting", 0xA5, 1_900, now, "search", taken_by="maria", owner="maria", severity="high")
    since = iso(now - timedelta(seconds=1_700))
    taken["incident"]["taken"] = {"by": "maria", "reason": "known from last week", "at": since}
    looking = incident("investigating", 0xA6, 31, now, "payments", severity="medium")
    if hostile:
        looking["incident"]["row"]["summary"] = looking["incident"]["agents"][0]["summary"] = HOSTILE
    smaller = incident("voting", 0xA4, 21, now, "booking", severity="high")
    asks["incident"]["acknowledged"] = [
        {"by": "eve", "through": "pagerduty", "at": iso(now - timedelta(seconds=60)), "over": False}
    ]
    undone = contested(incident("backfired", 0xA2, 1_240, now, "booking"))
    called = {"team": "booking", "level": 2, "people": ["noor"], "at": iso(now - timedelta(seconds=600))}
    grade = {"severity": "critical", "by": "noor", "reason": "it is the sale", "at": called["at"]}
    undone["incident"] |= {"called": [called], "grades": [grade]}
    for answer, rate in ((taken, "1000"), (smaller, "1000"), (looking, "100")):
        answer["running"] |= {"usd_per_minute": rate, "usd": rate, "user_charge": "0"}
    return [
        asks,
        undone,
        incident("acting", 0xA3, 44, now, "payments"),
        smaller,
        taken,
        looking,
        incident("resolved", 0xA7, 8_900, now, "search"),
        incident("advised", 0xA8, 30_000, now, "payments", severity="medium"),
        incident("without-diagnosis", 0xA9, 90_000, now),
    ]


def contested(answer: dict[str, Any]) -> dict[str, Any]:
    """The last round with a dissent, an abstention and a ballot that does not count."""
    vote = answer["incident"]["rounds"][-1]
    other = {
        **vote["candidates"][0],
        "digest": "ab" * 32,
        "runbook": "restart-service",
        "title": "Restart an ECS service",
    }
    vote["candidates"] = [vote["candidates"][0], other]
    first, second = (one["digest"] for one in vote["candidates"])
    bent = [
        {"state": "for", "choice": first, "confidence": 820},
        {"state": "for", "choice": second, "confidence": 800, "dissents": True},
        {
            "state": "abstains",
            "choice": None,
            "confidence": 410,
            "reasoning": "the forecast does not tell them apart",
        },
        {
            "state": "quarantined",
            "choice": first,
            "confidence": 900,
            "fault": "equivocation: two different ballots in one round",
        },
    ]
    vote["ballots"] = [{**ballot, **change} for ballot, change in zip(vote["ballots"], bent, strict=True)]
    sums = [(first, 200, ["detection"], 820), (second, 400, ["diagnosis"], 800)]
    vote["sums"] = [
        {
            "proposal": digest,
            "weight": weight,
            "approvers": who,
            "confidence": sure,
            "quorum": False,
            "degraded_quorum": False,
            "wins": False,
        }
        for digest, weight, who, sure in sums
    ]
    vote |= {"closed": True, "kind": "none", "winner": None, "lost_weight": 400}
    answer["incident"]["quarantined"] = [
        {
            "agent": "resolution",
            "until": vote["expires_at"],
            "reason": "equivocation: two different ballots in one round",
            "proof": ["c0ffee11", "c0ffee22"],
        }
    ]
    return answer


def metrics(answer: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Curves as the patient would draw them: usual, ill since the incident began, and a forecast."""
    row = answer["incident"]["row"]
    began, verified = _at(row["timing"]["began_at"]), row["timing"]["verified_at"]
    names = [one["service"] for one in answer["graph"]["nodes"] if one["health"] != "well"]
    shapes = [
        ("errors", 0.0012, 0.41, 0.02),
        ("latency", 0.07, 0.53, 0.2),
        ("availability", 0.999, 0.6, 0.99),
    ]
    curves = [
        _curve(name, *shape, began, _at(verified) if verified else None, now)
        for name in names
        for shape in shapes
    ]
    markers = [{"at": row["timing"]["detected_at"], "kind": "detected", "label": "detected"}]
    markers += [
        {
            "at": one["started_at"],
            "kind": "action" if one["step"] == "do" else "undo",
            "label": f"{one['proposal']['runbook']} on {one['proposal']['service']}",
        }
        for one in answer["incident"]["doing"]["actions"]
    ]
    return {
        "behind_seconds": 0,
        "incident_id": row["id"],
        "start": iso(began - timedelta(minutes=20)),
        "end": iso(now),
        "curves": curves,
        "markers": markers,
        "left_out": 0,
    }


def _curve(
    service: str,
    measure: str,
    usual: float,
    ill: float,
    limit: float,
    began: datetime,
    well: datetime | None,
    now: datetime,
) -> dict[str, Any]:
    start = began - timedelta(minutes=20)
    step = max(timedelta(seconds=20), (now - start) / 90)
    points, at, index = [], start, 0
    while at <= now:
        noise = 1 + 0.08 * math.sin(index * 1.7) + 0.05 * math.sin(index * 0.6)
        sick = at >= began and (well is None or at < well)
        value = (ill if sick else usual) * (noise if measure != "availability" or sick else 1)
        points.append([iso(at), value if measure == "latency" else min(value, 1.0)])
        at, index = at + step, index + 1
    last = points[-1][1]
    forecast = [
        {
            "at": iso(now + step * k),
            "value": last,
            "low": last * (1 - 0.015 * k),
            "high": last * (1 + 0.015 * k),
        }
        for k in range(16)
    ]
    return {
        "service": service,
        "measure": measure,
        "unit": "",
        "points": points,
        "baseline": usual,
        "limit": limit,
        "forecast": [] if well else forecast,
    }


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
