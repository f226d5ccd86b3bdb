"""CloudWatch alarms, evaluated as time passes.

AWS evaluates M of N periods of exactly one metric, treats missing data as told, returns to OK, and sends
EventBridge a "CloudWatch Alarm State Change" for every transition. ministack 1.5.33 looks only when a datum
or an alarm is put, ignores dimensions and M of N, never returns to OK, and sends no event. Delete this when
a release does all of it.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from __future__ import annotations

import json
import logging
import operator
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ministack.core.responses import set_request_account_id, set_request_region
from ministack.services import cloudwatch

from scripts.local_aws.fillers.alarm_events import install_events
from scripts.local_aws.fillers.get_metric_data import series, statistic

log = logging.getLogger("local_aws.alarms")
_TICK_SECONDS = 0.5
_LOOK_BACK = (
    1  # periods read beyond the evaluated ones: the current period is not missing because it is young
)
_COMPARISONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}


def install() -> threading.Thread:
    """Silence ministack's evaluation and send events; returns the evaluating thread, not yet started."""
    cloudwatch._evaluate_alarm = lambda _alarm: None
    cloudwatch._evaluate_all_alarms = lambda: None
    install_events(cloudwatch)
    return Evaluator(cloudwatch)


@dataclass(frozen=True)
class Verdict:
    """The state that the data call for, and the points that decided it (seconds since the epoch -> value)."""

    state: str
    points: list[tuple[int, float]]
    reason: str


class Evaluator(threading.Thread):
    """Evaluates every metric alarm of every account and Region, twice a second."""

    def __init__(self, cloudwatch: Any) -> None:
        super().__init__(daemon=True, name="alarms")
        self._cloudwatch = cloudwatch

    def run(self) -> None:
        while True:
            time.sleep(_TICK_SECONDS)
            for (account, region, _name), alarm in self._cloudwatch._alarms.all_items():
                set_request_account_id(account)
                set_request_region(region)
                try:
                    self._evaluate(alarm)
                except Exception:
                    log.exception("alarm %s was not evaluated", alarm.get("AlarmName"))

    def _evaluate(self, alarm: dict[str, Any]) -> None:
        if not alarm.get("MetricName") or alarm["ComparisonOperator"] not in _COMPARISONS:
            return
        now = time.time()
        verdict = decide(alarm, self._read(alarm, now))
        if verdict.state == alarm["StateValue"]:
            return
        request = {
            "AlarmName": alarm["AlarmName"],
            "StateValue": verdict.state,
            "StateReason": verdict.reason,
            "StateReasonData": json.dumps(_reason_data(alarm, verdict, now)),
        }
        self._cloudwatch._set_alarm_state({}, request, False, True)

    def _read(self, alarm: dict[str, Any], now: float) -> list[tuple[int, float]]:
        """The metric's points in the evaluated range, oldest first."""
        period = int(alarm["Period"])
        end = (int(now) // period + 1) * period
        start = end - period * (int(alarm["EvaluationPeriods"]) + _LOOK_BACK)
        data = series(self._cloudwatch, alarm["Namespace"], alarm["MetricName"], alarm.get("Dimensions"))
        buckets: dict[int, list[Any]] = {}
        for datum in data:
            if start <= datum["Timestamp"] < end:
                buckets.setdefault(int(datum["Timestamp"] // period) * period, []).append(datum)
        name = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
        points = ((at, statistic(self._cloudwatch, bucket, name)) for at, bucket in sorted(buckets.items()))
        return [(at, value) for at, value in points if value is not None]


def decide(alarm: dict[str, Any], points: list[tuple[int, float]]) -> Verdict:
    """AWS's rule for some points of an alarm's range: real points, and the rest as TreatMissingData says."""
    periods = int(alarm["EvaluationPeriods"])
    needed = int(alarm.get("DatapointsToAlarm") or periods)
    missing_is = alarm.get("TreatMissingData") or "missing"
    breaches = _COMPARISONS[alarm["ComparisonOperator"]][0]
    used = points[-periods:]
    breaching = [breaches(value, float(alarm["Threshold"])) for _at, value in used]
    count = sum(breaching) + (periods - len(used) if missing_is == "breaching" else 0)
    if count >= needed:
        state = "ALARM"
    elif missing_is in ("breaching", "notBreaching"):
        state = "OK"
    elif not used:
        state = "INSUFFICIENT_DATA" if missing_is == "missing" else alarm["StateValue"]
    elif all(breaching):
        state = "ALARM" if missing_is == "missing" else alarm["StateValue"]
    else:
        state = "OK"
    return Verdict(state, used, _reason(alarm, state, used, sum(breaching)))


def _reason(alarm: dict[str, Any], state: str, used: list[tuple[int, float]], breaching: int) -> str:
    periods, threshold = int(alarm["EvaluationPeriods"]), float(alarm["Threshold"])
    if not used:
        return (
            f"Insufficient Data: {periods} datapoints were unknown."
            if state == "INSUFFICIENT_DATA"
            else f"Threshold Crossed: no datapoints were received for {periods} periods and {periods} missing"
            f" datapoints were treated as [{_treated(alarm)}]."
        )
    counted = breaching if state == "ALARM" else len(used) - breaching
    values = ", ".join(f"{value} ({_clock(at)})" for at, value in reversed(used))
    verb = "was" if state == "ALARM" else "was not"
    comparison = _COMPARISONS[alarm["ComparisonOperator"]][1]
    return (
        f"Threshold Crossed: {counted} out of the last {periods} datapoints [{values}] {verb} {comparison}"
        f" the threshold ({threshold})."
    )


def _treated(alarm: dict[str, Any]) -> str:
    return {"breaching": "Breaching", "notBreaching": "NonBreaching"}.get(
        alarm["TreatMissingData"], "Missing"
    )


def _reason_data(alarm: dict[str, Any], verdict: Verdict, now: float) -> dict[str, Any]:
    data: dict[str, Any] = {
        "version": "1.0",
        "queryDate": _iso(now),
        "statistic": alarm.get("ExtendedStatistic") or alarm.get("Statistic"),
        "period": int(alarm["Period"]),
        "recentDatapoints": [value for _at, value in verdict.points],
        "threshold": float(alarm["Threshold"]),
        "evaluatedDatapoints": [
            {"timestamp": _iso(at), "value": value} for at, value in reversed(verdict.points)
        ],
    }
    if verdict.points:
        data["startDate"] = _iso(verdict.points[0][0])
    return data


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%d/%m/%y %H:%M:%S")
