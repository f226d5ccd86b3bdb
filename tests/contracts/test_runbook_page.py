"""The page of runbooks says what is proven; and policy treats each of them as its declaration calls for."""

import pytest

from scripts.runbooks.page import ENGINE, asked, mechanisms, table, untold
from scripts.synth import REPOSITORY
from shared.domain.autonomy import Autonomy
from shared.domain.policy import Outcome
from shared.domain.runbook import Remedy, Reversibility
from shared.runbooks.catalogue import remedies
from tests.stacks import test_proofs

BY_ITSELF = {Reversibility.REVERSIBLE, Reversibility.TRANSIENT}


def test_the_table_is_current() -> None:
    assert table() in (REPOSITORY / "docs" / "runbooks.md").read_text(encoding="utf-8")


def test_the_mechanism_table_is_current_and_so_is_the_list_of_those_that_no_target_speaks_for() -> None:
    page = (REPOSITORY / "docs" / "runbooks.md").read_text(encoding="utf-8")
    assert mechanisms() in page
    assert untold() == "`clean-disk`"
    assert f"Needs detection, diagnosis and prediction: {untold()}." in page


def test_every_runbook_has_its_iam_proof() -> None:
    assert list(remedies()) == test_proofs.RUNBOOKS


@pytest.mark.parametrize("remedy", remedies().values(), ids=lambda one: one.runbook.id)
def test_policy_lets_it_run_by_itself_only_at_l3_and_only_what_can_be_taken_back(remedy: Remedy) -> None:
    book = remedy.runbook
    said = {level: ENGINE.decide(asked(book, level)) for level in Autonomy}
    assert {said[level].outcome for level in (Autonomy.OBSERVE, Autonomy.ADVISE)} == {Outcome.DENY}
    assert said[Autonomy.APPROVE].outcome is Outcome.NEEDS_APPROVAL
    mild = book.reversibility in BY_ITSELF and not book.touches_data and book.risk in ("low", "medium")
    wanted = Outcome.PERMIT if mild else Outcome.NEEDS_APPROVAL
    assert said[Autonomy.AUTONOMOUS].outcome is wanted
    two = book.touches_data or book.reversibility is Reversibility.IRREVERSIBLE
    assert said[Autonomy.APPROVE].approvals == (2 if two else 1)
