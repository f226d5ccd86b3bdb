"""What the desk answers about the house itself, in the shapes of `shared.views`."""

from typing import Any

from shared.runbooks.catalogue import remedies

Answer = dict[str, Any]
SENTENCES = (
    "Web began to fail (database failure); detection saw it 11 s later, 95 % sure, graded critical.",
    "Diagnosis, 95 % sure, says: database is the root cause: configuration change.",
    "In one round restore-parameter on database (Value=200) won with 1000 of 1000.",
    "People were asked whether it may be done: they have not answered yet.",
    "It is not over: it is awaiting approval.",
)
CHEATED = "equivocation: two different ballots in one round"


ALARMS = (
    (
        "DeadLettersWaiting", "alarm", "2026-11-20T10:00:00Z",
        "Something was given up: `commander dead-letters list` says what and why. Mend the cause, then "
        "`redrive`; a stream keeps what it could not deliver for a day.",
        "Threshold Crossed: 1 datapoint [2.0 (20/11/26 09:59:00)] was greater than the threshold (0.0).",
    ),
    (
        "Spending", "no_data", None,
        "Incidents have cost us more than 10 USD today, as the log estimates: see what makes so many.",
        "Unchecked: Initial alarm creation",
    ),
    (
        "DetectionLate", "ok", "2026-11-19T10:00:00Z",
        "The detection function is more than a minute behind its stream: look at its log.", "",
    ),
    (
        "ExecutionStuck", "ok", "2026-11-19T10:00:00Z",
        "An execution runs longer than everything in it may take: open it in the Step Functions console.", "",
    ),
)  # fmt: skip


def alarms() -> list[Answer]:
    names = ("name", "state", "since", "meaning", "reason")
    return [dict(zip(names, one, strict=True)) for one in ALARMS]


def health(switch: Answer, alarms: list[Answer] | None) -> Answer:
    agents = [("detection", None, "closed"), ("diagnosis", None, "half_open")]
    agents += [("prediction", None, "closed"), ("resolution", CHEATED, "open")]
    members = [{"agent": name, "quarantined": why, "breaker": phase} for name, why, phase in agents]
    return {"read_model": "current", "kill_switch": switch, "agents": members, "alarms": alarms}


def autonomy(switch: Answer) -> Answer:
    raised = {
        "runbook": "restore-parameter",
        "tier": "critical",
        "level": "L3",
        "origin": "set",
        "by": "maria",
        "at": "2026-11-20T10:00:00Z",
        "reason": "23 of 23 right",
    }
    lowered = raised | {
        "runbook": "scale-out-service",
        "level": "L1",
        "origin": "demoted",
        "by": "executor",
        "reason": "it made INC-0000000000A2 worse",
    }
    freeze = {"name": "end of year", "reason": "the books are closed"}
    return {
        "default": "L2",
        "kill_switch": switch,
        "actions_per_hour": 6,
        "freezes": [freeze],
        "levels": [raised, lowered],
    }


def scorecard() -> Answer:
    rows = [
        _scored("restore-parameter", "critical", "L3", _share(22, 23, 790, 998), _share(1, 23, 2, 210)),
        _scored("restart-service", "important", "L2", _share(21, 21, 845, 1000), _share(0, 21, 0, 155), "L3"),
        _scored("block-address-range", "critical", "L1", _share(0, 0, 0, 1000), _share(0, 0, 0, 1000)),
    ]
    rows[-1]["missing"] = ["20 incidents are needed, there are 0"]
    return {"incidents": 64, "complete": True, "rows": rows}


def _share(count: int, total: int, low: int, high: int) -> Answer:
    return {"count": count, "total": total, "low": low, "high": high}


def _scored(
    runbook: str, tier: str, level: str, precision: Answer, wrong: Answer, to: str | None = None
) -> Answer:
    return {
        "runbook": runbook,
        "tier": tier,
        "level": level,
        "since": None,
        "incidents": precision["total"] + 2,
        "acted": 0,
        "right": precision["count"],
        "wrong": wrong["count"],
        "unproven": 0,
        "ungraded": 2,
        "precision": precision,
        "wrong_actions": wrong,
        "promote_to": to,
        "missing": [],
    }


def runbooks() -> Answer:
    return {"runbooks": [_runbook(one.runbook) for one in remedies().values()]}


def _runbook(one: Any) -> Answer:
    names = ("id", "version", "family", "title", "resource", "inverse", "risk", "safe", "touches_data")
    names += ("expected_seconds", "expires_seconds", "blast_radius")
    return {name: getattr(one, name) for name in names} | {
        "causes": sorted(one.causes),
        "symptoms": sorted(one.symptoms),
        "relieves": str(one.relieves),
        "reversibility": str(one.reversibility),
        "parameters": {name: each.description for name, each in one.parameters.items()},
    }


def on_call() -> Answer:
    people = [{"id": "eve", "name": "Eve Okafor", "role": "on_call", "time_zone": "Europe/Berlin"}]
    levels = [{"level": 1, "minutes": 5, "people": people}]
    team = {"team": "shop", "services": [], "applications": ["storefront"], "levels": levels}
    return {"teams": [team]}


def reasoning(row: Answer) -> Answer:
    asked = {
        "tool": "telemetry.series",
        "arguments": '{"service": "database", "measure": "errors"}',
        "answer": "5f" * 32,
        "milliseconds": 12,
        "outcome": "ok",
        "error": "",
    }
    failed = asked | {
        "tool": "logs.read",
        "answer": "",
        "milliseconds": 3_000,
        "outcome": "error",
        "error": "PortError",
    }
    step = {
        "step": "root_cause",
        "asked": [asked, failed],
        "milliseconds": 40,
        "outcome": "ok",
        "error": "",
    }
    model = {"provider": "aws.bedrock", "model": "a-model", "input_tokens": 1_240, "output_tokens": 97}
    said = {"asked": "Rank these candidates: …", "said": '{"order": ["66c0218b"]}'}
    look = {
        "attempt": 1,
        "question": "findings",
        "version": 5,
        "at": row["detected_at"],
        "concluded": "database is the root cause: configuration change",
        "confidence": 950,
        "inputs": "ab" * 32,
        "spans": "cd" * 32,
        "trace": "read",
        "milliseconds": 61,
        "computed": [step],
        "asked": [asked],
        "consulted": [model | said | {"milliseconds": 900, "outcome": "ok", "error": ""}],
        "input_tokens": 1_240,
        "output_tokens": 97,
        "left_out": 0,
    }
    unread = look | {
        "question": "ballot-1",
        "version": 10,
        "trace": "not kept",
        "computed": [],
        "consulted": [],
    }
    return {
        "incident_id": row["id"],
        "sentences": SENTENCES if row["waits_for_approval"] else [],
        "agents": [{"agent": "diagnosis", "looks": [look, unread]}],
        "milliseconds": 122,
        "input_tokens": 2_480,
        "output_tokens": 194,
    }


def patient() -> Answer:
    return {
        "at": "2026-11-28T03:00:00Z",
        "serving": True,
        "scenario": "",
        "faults": ["few_connections"],
        "pulse": "checkout answers 62 of 100 orders",
        "failed_ticks": 0,
        "scenarios": [
            {"name": "database_cascade", "title": "somebody lowers the database's connection limit"},
            {"name": "memory_leak", "title": "checkout's memory climbs until a task is killed"},
        ],
        "known_faults": [{"name": "sale", "title": "three times the visits, and nothing wrong"}],
    }


def dismissed() -> Answer:
    alarm = {
        "at": "2026-11-20T03:10:00Z",
        "application": "storefront",
        "service": "web",
        "measure": "latency",
    }
    why = {"alarm": "web-latency", "reason": "nobody feels anything", "looked_at": ["web latency 0.1 s"]}
    return {"days": 1, "count": 12, "alarms": [alarm | why]}
