"""The EventBridge event of an alarm's transition, in the shape that AWS documents.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
"""

from __future__ import annotations

import json
import logging
import threading
import uuid
from datetime import UTC, datetime
from typing import Any

from ministack.core.responses import get_account_id, get_region, set_request_account_id, set_request_region
from ministack.services import eventbridge

log = logging.getLogger("local_aws.alarms")


def install_events(cloudwatch: Any) -> None:
    """Send an event for every transition, metric and composite alarms alike."""
    inner = cloudwatch._dispatch_alarm_actions
    last: dict[str, dict[str, Any]] = {}

    def dispatch(alarm: dict[str, Any], old: str, new: str, reason: str) -> None:
        inner(alarm, old, new, reason)
        initial = {"value": old, "reason": "Unchecked: Initial alarm creation"}
        previous = last.get(alarm["AlarmArn"], initial)
        state = {"value": new, "reason": reason, "timestamp": _now()}
        if alarm.get("StateReasonData"):
            state["reasonData"] = alarm["StateReasonData"]
        last[alarm["AlarmArn"]] = state
        detail = {
            "alarmName": alarm["AlarmName"],
            "state": state,
            "previousState": {**previous, "value": old},
            "configuration": _configuration(alarm),
        }
        # On a thread of its own: a rule's target may call CloudWatch, which is still inside this transition.
        arguments = (alarm["AlarmArn"], detail, get_account_id(), get_region())
        threading.Thread(target=_send, args=arguments, daemon=True, name="alarm-event").start()

    cloudwatch._dispatch_alarm_actions = dispatch


def _configuration(alarm: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {}
    if alarm.get("AlarmDescription"):
        described["description"] = alarm["AlarmDescription"]
    if alarm.get("AlarmRule"):
        return {**described, "alarmRule": alarm["AlarmRule"]}
    metric = {
        "namespace": alarm.get("Namespace"),
        "name": alarm.get("MetricName"),
        "dimensions": {each["Name"]: each["Value"] for each in alarm.get("Dimensions") or []},
    }
    stat = alarm.get("ExtendedStatistic") or alarm.get("Statistic")
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, alarm["AlarmArn"]))
    query = {"metric": metric, "period": alarm.get("Period"), "stat": stat}
    return {**described, "metrics": [{"id": identity, "metricStat": query, "returnData": True}]}


def _send(arn: str, detail: dict[str, Any], account: str, region: str) -> None:
    """Put the event as the service does: PutEvents refuses an `aws.` source from any caller."""
    set_request_account_id(account)
    set_request_region(region)
    entry = {
        "Source": "aws.cloudwatch",
        "DetailType": "CloudWatch Alarm State Change",
        "Detail": json.dumps(detail),
        "Resources": [arn],
        "EventBusName": "default",
    }
    status, _headers, body = eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
    if status != 200 or json.loads(body).get("FailedEntryCount"):
        log.error("the event of %s was not delivered: %s", arn, body)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"
