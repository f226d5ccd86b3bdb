"""Every filler, installed into this process's ministack, and ministack's server run."""

from __future__ import annotations

import logging
from typing import Any

from ministack import app
from ministack.services import eventbridge, scheduler

from scripts.local_aws.fillers import (
    alarms,
    auto_scaling,
    change_events,
    cloudformation_types,
    ecs,
    ecs_deployments,
    elasticache,
    embedded_metrics,
    event_source_mappings,
    get_metric_data,
    iam_names,
    lambda_runtime,
    logs,
    sqs_moves,
    ssm_automation,
    step_functions,
    sts,
    tagging,
    target_health,
    waf,
)

_SCHEDULE_TICK_SECONDS = 0.5


def serve() -> None:
    """Install the fillers, start their threads and serve until a signal."""
    lambda_runtime.install()
    step_functions.install()
    iam_names.install()
    sts.install(app)
    logs.install()
    get_metric_data.install()
    embedded_metrics.install()
    change_events.install()
    ssm_automation.install(app)
    ecs_deployments.install()
    sqs_moves.install(app)
    cloudformation_types.install()
    auto_scaling.install()
    elasticache.install(app)
    target_health.install(app)
    waf.install(app)
    tagging.install()
    _treat_loopback_as_tls(app)
    _quicken_schedulers()
    for thread in (event_source_mappings.install(), alarms.install(), ecs.install()):
        thread.start()
    logging.getLogger("hypercorn.error").setLevel(logging.CRITICAL)
    app.main()


def _treat_loopback_as_tls(gateway: Any) -> None:
    """`aws:SecureTransport` holds on loopback, so that a policy that enforces TLS behaves as on AWS."""
    pin = gateway.pin_request_origin
    gateway.pin_request_origin = lambda source, _secure: pin(source, True)


def _quicken_schedulers() -> None:
    """Schedules fire within half a second of their time; ministack looks every ten seconds."""
    scheduler._SCHEDULE_TICK_INTERVAL = _SCHEDULE_TICK_SECONDS
    eventbridge._SCHEDULER_TICK_INTERVAL = _SCHEDULE_TICK_SECONDS
