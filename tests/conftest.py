"""The order of the suite, longest files first, so that the workers end together; no test is ever too slow."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")
HERE = Path(__file__).parent
LONGEST = (
    "stacks/test_stacks.py",
    "e2e/test_transaction.py",
    "e2e/test_scenarios.py",
    "stacks/test_proofs.py",
    "e2e/test_incidents.py",
    "e2e/test_partial.py",
    "stacks/test_runbook_roles.py",
    "stacks/test_policy.py",
    "model/test_model.py",
    "property/test_delivery.py",
    "e2e/test_replay_agents.py",
    "e2e/test_shadow.py",
    "e2e/test_malformed.py",
    "property/test_storm.py",
    "property/test_event_store.py",
    "stacks/test_stage.py",
    "stacks/test_adopted.py",
    "stacks/test_archive.py",
    "e2e/test_fault_sweep.py",
    "local_aws/test_patient.py",
    "local_aws/test_scenarios.py",
    "local_aws/test_recordings.py",
    "faults/test_every_lambda_killed.py",
    "local_aws/test_approvals.py",
    "local_aws/test_policy.py",
    "local_aws/test_evaluate.py",
    "local_aws/test_audit.py",
    "local_aws/test_runbooks.py",
    "local_aws/test_bad_input.py",
    "local_aws/test_step_functions.py",
    "local_aws/test_process.py",
)
"""Offline first, then in the local AWS; a file that is not here comes after these, in its usual place."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Stable: tests of one file stay together and in their order."""
    places = {HERE / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))
