"""Somebody lowers the database's connection limit, and the storefront falls like dominoes."""

from scripts.patient.faults import FAULTS
from scripts.patient.scenario import Scenario, Truth
from scripts.patient.topology import MAX_CONNECTIONS

SCENARIO = Scenario(
    name="database_cascade",
    title="A cascade from the database",
    story=(
        f"Somebody tidies up and sets {MAX_CONNECTIONS} from 200 to 20. The database turns connections away,"
        " checkout waits for its pool and fails orders, and web, which calls checkout, slows down. The first"
        " to complain are the users of web; the cause is two calls below."
    ),
    break_it=FAULTS["few_connections"].inject,
    truth=Truth(
        classification="database_failure",
        root_cause="database",
        status="resolved",
        cure="restore-parameter",
        acceptable=frozenset({("restore-parameter", "database")}),
        restored=(MAX_CONNECTIONS,),
    ),
)
