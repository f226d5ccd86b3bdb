"""The private names of ministack that the fillers lean on, checked at start.

Private names move between releases. A missing one stops the gateway with a sentence that names it, rather
than letting a filler silently not apply.
"""

from __future__ import annotations

import importlib
from importlib.metadata import version

VERSION = "1.5.33"

HOOKS: dict[str, tuple[str, ...]] = {
    "ministack.app": ("AUTH", "SERVICE_HANDLERS", "main", "pin_request_origin"),
    "ministack.core.iam_actions": ("extract_iam_action", "extract_resource_arn"),
    "ministack.core.iam_evaluator": ("_principal_keys", "enforce", "evaluate_trust_policy"),
    "ministack.core.lambda_runtime": ("ProvidedWorker", "_worker_class_for"),
    "ministack.core.responses": (
        "get_account_id",
        "get_region",
        "set_request_account_id",
        "set_request_region",
    ),
    "ministack.core.router": ("extract_access_key_id",),
    "ministack.services.alb": ("_p", "_tgs"),
    "ministack.services.autoscaling": (
        "_ACTION_MAP",
        "_asgs",
        "_error",
        "_p",
        "_parse_member_list",
        "_reconcile_instances",
        "_xml",
    ),
    "ministack.services.cloudformation.provisioners": ("_RESOURCE_HANDLERS", "_physical_name"),
    "ministack.services.cloudwatch": (
        "_alarms",
        "_calc_stats",
        "_dims_from_list",
        "_dims_key",
        "_dispatch_alarm_actions",
        "_evaluate_all_alarms",
        "_get_metric_data",
        "_metrics",
        "_put_composite_alarm",
        "_set_alarm_state",
        "_stat_value",
        "record_metric",
    ),
    "ministack.services.cloudwatch_logs": (
        "_compile_filter_pattern",
        "_filter_log_events",
        "_subscription_pattern_matches",
    ),
    "ministack.services.dynamodb": ("_tables", "stream_live_records"),
    "ministack.services.dynamodb_streams": ("_DEFAULT_SHARD_ID",),
    "ministack.services.ecs": ("_ACTION_MAP", "_reconcile_restored_services", "_services"),
    "ministack.services.elasticache": ("_error", "_p", "_replication_groups", "_rg_xml", "_xml"),
    "ministack.services.eventbridge": ("_SCHEDULER_TICK_INTERVAL", "_put_events"),
    "ministack.services.iam": ("_roles",),
    "ministack.services.kinesis": ("_ensure_base64", "_streams"),
    "ministack.services.kms": ("_resolve_key",),
    "ministack.services.lambda_svc": (
        "_execute_function_provided_warm",
        "_execute_function_warm",
        "_apply_filter_criteria",
        "_emit_lambda_logs",
        "_get_func_record_for_ref",
        "_init_stream_position",
        "_iter_all_esms",
        "_poll_dynamodb_streams",
        "_poll_kinesis",
        "_provided_runtime_code_dir",
        "_provided_worker_env",
        "_resolve_layer_zip",
    ),
    "ministack.services.scheduler": ("_SCHEDULE_TICK_INTERVAL",),
    "ministack.services.stepfunctions": (
        "_ExecutionError",
        "_add_event",
        "_apply_output_path",
        "_call_lambda",
        "_execute_task",
        "_executions",
        "_fail_execution",
        "_invoke_with_callback",
        "_run_execution",
        "_run_parallel_branches",
        "_run_sub_machine",
        "_state_machines",
        "_stop_execution",
        "_task_tokens",
    ),
    "ministack.services.sts": ("_sessions", "register_session"),
    "ministack.services.tagging": ("_COLLECTORS", "_collect_ssm"),
    "ministack.services.waf": ("_resource_from_scope", "_waf_err", "_waf_tags", "_web_acls"),
}


class MissingHookError(RuntimeError):
    """ministack no longer has a name that a filler replaces."""


def check(hooks: dict[str, tuple[str, ...]] = HOOKS) -> None:
    """Raise MissingHookError naming the first hook that this ministack lacks."""
    found = version("ministack")
    for module_name, names in hooks.items():
        try:
            module = importlib.import_module(module_name)
        except ModuleNotFoundError as cause:
            raise MissingHookError(_sentence(module_name, found)) from cause
        for name in names:
            if not hasattr(module, name):
                raise MissingHookError(_sentence(f"{module_name}.{name}", found))


def _sentence(hook: str, found: str) -> str:
    return (
        f"ministack {found} has no `{hook}`, which a filler in scripts/local_aws/fillers replaces; they"
        f" were written against {VERSION}: pin that version, or see whether this release needs no filler."
    )
