"""What a target must show before a remedy may be chosen for it, for every runbook of the catalogue."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.mechanism import Sign
from shared.domain.service import ServiceKind
from shared.runbooks.catalogue import remedies
from tests.unit.test_runbooks import START, changed, tasks
from tests.unit.test_runbooks_compute import KILLED, alias, configuration, function, letters, mapping, service
from tests.unit.test_runbooks_databases import cache, cluster, instances, parameters, table
from tests.unit.test_runbooks_edge import ip_set, stage, web_acl
from tests.unit.test_runbooks_instances import WELL, group, instance, loop, targets

FULL, MEMORY = {Sign.AT_LIMIT, Sign.SLOW}, {Sign.AT_LIMIT, Sign.SLOW, Sign.MEMORY_FULL, Sign.CLIMBING}
SURGE = {Sign.SURGING, Sign.AT_LIMIT}
MINUTE = timedelta(minutes=1)
NODES = [{"id": "sessions-001", "status": "incompatible-network"}]
OFFENDERS = ("11.22.33.7", "11.22.33.9", "11.22.33.80")


def shows(subject, *signs, kind=ServiceKind.SERVICE, touched=(), **resources):
    """The subject on a service with these signs and resources."""
    owner = subject.service.model_copy(update={"kind": kind, "resources": resources})
    return replace(subject, service=owner, signs=frozenset(signs), touched=tuple(touched))


def database(subject, *signs, **resources):
    return shows(subject, *signs, kind=ServiceKind.DATABASE, **resources)


GROWING = group(healthy=3, instances=WELL)
LATE = START - 6 * MINUTE
TELLING = {
    "block-address-range": [shows(ip_set(*OFFENDERS), *SURGE)],
    "clean-disk": [],
    "drain-target": [targets()],
    "fail-over-cache": [cache(nodes=NODES)],
    "fail-over-database": [cluster(instances=instances(**{"orders-a": "storage-full"}))],
    "limit-function-concurrency": [shows(function(), *SURGE, lambda_function="f")],
    "pause-event-source": [mapping()],
    "raise-database-connections": [database(parameters(), *FULL, db_parameter_group="p")],
    "raise-table-capacity": [database(table(), *FULL, dynamodb_table="t")],
    "redrive-dead-letters": [letters()],
    "replace-instance": [group(), shows(group(), auto_scaling_group="g")],
    "restart-service": [service(stopped=[KILLED]), shows(service(), *MEMORY)],
    "restore-parameter": [changed(START - 5 * MINUTE), changed(START + MINUTE / 4)],
    "roll-back-alias": [alias()],
    "roll-back-configuration": [configuration()],
    "roll-back-service-deployment": [service()],
    "scale-out-group": [shows(GROWING, *FULL, auto_scaling_group="g")],
    "scale-out-service": [shows(tasks(3, 3), *FULL, ecs_service="e", auto_scaling_group="g")],
    "stop-query-source": [function()],
    "suspend-group-process": [loop(-14, -9, -2)],
    "switch-table-to-on-demand": [database(table(), *FULL, dynamodb_table="t")],
    "throttle-api-stage": [shows(stage(200.0, 100), *SURGE)],
    "tighten-rate-rule": [shows(web_acl(offenders=4), *SURGE)],
}
SILENT = {
    "block-address-range": [ip_set(*OFFENDERS), shows(ip_set(*OFFENDERS), *FULL)],
    "clean-disk": [instance(), shows(instance(), *FULL)],
    "drain-target": [],  # without an unhealthy one it is refused
    "fail-over-cache": [cache(), cache(nodes=[{**NODES[0], "status": "available"}]), cache(nodes=None)],
    "fail-over-database": [cluster()],
    "limit-function-concurrency": [
        function(),
        shows(function(), *FULL, lambda_function="f"),
        shows(function(), *SURGE, lambda_function="f", ecs_service="e"),
    ],
    "pause-event-source": [mapping(result=None), mapping(result="OK")],
    "raise-database-connections": [
        database(parameters(), Sign.SLOW, db_parameter_group="p"),
        database(parameters(), *FULL, db_parameter_group="p", dynamodb_table="t"),
        shows(parameters(), *FULL, db_parameter_group="p"),
    ],
    "raise-table-capacity": [
        database(table(), Sign.SLOW, dynamodb_table="t"),
        database(table(), *FULL, db_parameter_group="p", dynamodb_table="t"),
        shows(table(), *FULL, dynamodb_table="t"),
    ],
    "redrive-dead-letters": [letters(backlog=1)],
    "replace-instance": [shows(group(), auto_scaling_group="g", ecs_service="e")],
    "restart-service": [service(), shows(service(), Sign.MEMORY_FULL, Sign.SLOW), shows(service(), *FULL)],
    "restore-parameter": [
        changed(LATE),
        changed(START + MINUTE),
        shows(changed(START), touched=[START - MINUTE]),
        shows(changed(START), touched=[START - 3 * MINUTE, START - 60 * MINUTE]),
    ],
    "roll-back-alias": [replace(alias(), started_at=START + 6 * MINUTE), shows(alias(), touched=[START])],
    "roll-back-configuration": [
        replace(configuration(), started_at=START + 6 * MINUTE),
        shows(configuration(), touched=[START]),
    ],
    "roll-back-service-deployment": [
        service(deployed_at=LATE),
        shows(service(), touched=[START - 5 * MINUTE]),
    ],
    "scale-out-group": [
        GROWING,
        shows(GROWING, *MEMORY, auto_scaling_group="g"),
        shows(GROWING, *FULL, auto_scaling_group="g", ecs_service="e"),
    ],
    "scale-out-service": [tasks(3, 3), shows(tasks(3, 3), Sign.SLOW), shows(tasks(3, 3), *MEMORY)],
    "stop-query-source": [function(changed_at=LATE.isoformat()), shows(function(), touched=[START])],
    "suspend-group-process": [],  # without a loop it is refused
    "switch-table-to-on-demand": [
        database(table(), Sign.SLOW, dynamodb_table="t"),
        database(table(), *FULL, db_parameter_group="p", dynamodb_table="t"),
    ],
    "throttle-api-stage": [stage(200.0, 100), shows(stage(200.0, 100), *FULL)],
    "tighten-rate-rule": [web_acl(offenders=4), shows(web_acl(offenders=0), *SURGE)],
}


def of(table):
    return [pytest.param(id_, one, id=id_) for id_, subjects in table.items() for one in subjects]


def test_every_runbook_is_here():
    assert set(TELLING) == set(SILENT) == set(remedies())
    assert len(TELLING) == 23


@pytest.mark.parametrize(("id_", "subject"), of(TELLING))
def test_the_target_speaks_for_it(id_, subject):
    assert remedies()[id_].prepare(subject).telling


@pytest.mark.parametrize(("id_", "subject"), of(SILENT))
def test_it_could_be_done_and_that_is_no_yes(id_, subject):
    assert not remedies()[id_].prepare(subject).telling


def test_only_what_no_api_shows_is_chosen_without_a_word_of_its_target():
    assert [id_ for id_, one in remedies().items() if one.runbook.untold] == ["clean-disk"]
    assert [id_ for id_, subjects in TELLING.items() if not subjects] == ["clean-disk"]


def test_a_change_long_after_our_own_is_somebodys():
    three_minutes_after = shows(changed(START), touched=[START - 3 * MINUTE - timedelta(seconds=1)])
    assert remedies()["restore-parameter"].prepare(three_minutes_after).telling
