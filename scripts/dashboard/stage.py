"""The dashboard of a deployed stage, made of the caller's own credentials."""

from pathlib import Path

from scripts.audit.auditor import Auditor
from scripts.commander.demo_control import control
from scripts.commander.reached import Reached
from scripts.operator_log import CLOCK, OperatorLog
from scripts.policy.stage import StagePolicy
from scripts.synth import REPOSITORY
from shared.adapters.local.memory_answering import MemoryAnswering
from shared.adapters.local.memory_controls import MemoryControls
from shared.adapters.local.memory_directory import MemoryDirectory
from shared.composition.dashboard import Tables, directory, reads
from shared.domain.autonomy import Autonomy
from shared.domain.errors import InvalidConfiguration
from shared.domain.plain_text import sanitised
from shared.domain.policy import PolicyRules
from shared.ports.auditing import Audited
from shared.runtime.web.app import App, Parts
from shared.runtime.web.files import Files
from shared.workflow.speaking import Speaking
from shared.workflow.writes import Writes

STATIC: Path = REPOSITORY / "lambdas" / "dashboard" / "static"


class WholeAudit:
    """As `commander audit verify`: with keys, copies and anchors."""

    def __init__(self, reached: Reached) -> None:
        self._auditor = Auditor(reached)

    def audit(self, incident_id: str) -> Audited:
        """What is wrong with the log.

        Raises:
            IncidentNotFound: nothing is kept of it.
            PortError: something cannot be read.
        """
        found = self._auditor.verify(incident_id)
        case = self._auditor.case(incident_id) if not found else None
        last = case.records.head.version if case and case.records.head else 0
        return Audited("everything", tuple(sanitised(one.sentence) for one in found), last)


def tables_of(reached: Reached) -> Tables:
    """The physical names.

    Raises:
        InvalidConfiguration: the stage was deployed before there was a read model.
    """
    outputs = reached.outputs
    if "ViewsTable" not in outputs:
        raise InvalidConfiguration("this stage has no read model yet: deploy the stacks again")
    return Tables(
        outputs["EventsTable"], outputs["StateTable"], outputs["ViewsTable"], outputs["ArchiveBucket"]
    )


def stage_app(reached: Reached, stage: str) -> App:
    """Everything in one app: who may do it is decided by the directory, and then by their own IAM rights.

    Raises:
        InvalidConfiguration: the stage was deployed by an older version.
    """
    tables, policy = tables_of(reached), StagePolicy(reached)
    found = reads(reached.client, tables, stage, policy.config, WholeAudit(reached), policy.permits)
    writes = Writes(Speaking(OperatorLog(reached).answers()), policy.controls, CLOCK, stage)
    people = directory(reached.client, tables.state)
    demo = control(reached, stage) if reached.outputs.get("Demo") == "on" else None
    return App(Parts(people, CLOCK, reads=found, writes=writes, files=Files(STATIC), demo=demo))


def openapi() -> str:
    """The API's document, without any stage."""
    rules = PolicyRules(autonomy=Autonomy.OBSERVE)
    found = reads(lambda _service: None, Tables("", "", "", ""), "none", rules)
    writes = Writes(MemoryAnswering(), MemoryControls(), CLOCK, "none")
    return App(Parts(MemoryDirectory(), CLOCK, reads=found, writes=writes)).openapi()
