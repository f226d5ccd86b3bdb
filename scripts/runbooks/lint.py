"""`commander runbook lint`: whether a runbook's file says one thing everywhere, a line a problem."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

from scripts.runbooks import lint_calls
from scripts.runbooks.example import PLACE, proposal
from scripts.runbooks.samples import samples
from scripts.synth import REPOSITORY
from shared.adapters.aws.session_policy import session_policy
from shared.domain.errors import CommanderError, PortError
from shared.domain.naming import automation_role, role_name
from shared.domain.runbook import Adopted, Form, Remedy, Reversibility, Runbook
from shared.runbooks.catalogue import remedies

ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
ENDS = "2026-01-01T00:02:00Z"
LONG = 128
"""As often as a name's characters are repeated, to see whether its session's policy still fits."""
GIVEN = {"AutomationAssumeRole", "CommandDocument"}
"""Parameters that the executor gives."""


def places(id_: str, root: Path = REPOSITORY) -> tuple[Path, Path, Path]:
    """Where a runbook of this id has its declaration, its sample, and its own test when `new` made it."""
    module = id_.replace("-", "_")
    return (
        root / "shared" / "runbooks" / f"{module}.py",
        root / "scripts" / "runbooks" / "samples" / f"{module}.py",
        root / "tests" / "unit" / f"test_runbook_{module}.py",
    )


def problems(remedy: Remedy) -> list[str]:
    """What is wrong with a runbook, each as a sentence that says what to do; nothing when it is fit."""
    book = remedy.runbook
    found = [*_named(remedy), *_unfinished(remedy), *_undone(remedy), *_seen(remedy)]
    try:
        found += [*_target(book), *_parameters(book), *lint_calls.observations(book), *_shell(book)]
    except (CommanderError, re.error) as error:
        found.append(f"target_pattern and parameters: {error}")
    if not isinstance(book.document, Adopted):
        found += lint_calls.documents(book)
    return found


def unchecked(remedy: Remedy) -> list[str]:
    """What nobody can tell without an account."""
    book, found = remedy.runbook, []
    if isinstance(book.document, Adopted):
        found.append(
            f"what {book.document.name} does is not known here: that `actions` are all that it calls, and "
            "that no parameter reaches a shell, is for you to read"
        )
    if lint_calls.unchecked_scripts(book):
        found.append("a script runs as the automation's role: what it calls is for you to read")
    return found


def _source(remedy: Remedy) -> Path:
    """The runbook's file."""
    return Path(str(inspect.getsourcefile(remedy.prepare)))


def _named(remedy: Remedy) -> Iterator[str]:
    book, name = remedy.runbook, places(remedy.runbook.id)[0].name
    if ID.fullmatch(book.id) is None:
        yield f"id: {book.id!r} is not lower case words with hyphens"
    elif _source(remedy).name != name:
        yield f"id: its file must be {name}, not {_source(remedy).name}"
    try:
        role_name(PLACE.stage, automation_role(book))
    except CommanderError as error:
        yield f"id: choose a shorter one: {error}"
    if book.id not in samples():
        yield f"add scripts/runbooks/samples/{name}, which makes a target for it"


def _unfinished(remedy: Remedy) -> Iterator[str]:
    source = _source(remedy)
    for place in places(remedy.runbook.id, source.parents[2]):
        lines = place.read_text(encoding="utf-8").splitlines() if place.is_file() else []
        for number, line in enumerate(lines, 1):
            if "TODO" in line:
                yield f"{place.relative_to(source.parents[2])}:{number}: fill in {line.strip()[:80]}"


def _undone(remedy: Remedy) -> Iterator[str]:
    """Reversibility, inverse and the undo function say the same."""
    book, undo = remedy.runbook, get_type_hints(remedy.undo).get("return", object)
    reversible = book.reversibility is Reversibility.REVERSIBLE
    if reversible != (book.inverse is not None):
        yield f"reversibility: {book.reversibility} has {'an' if reversible else 'no'} inverse"
    if book.inverse is not None and book.inverse not in remedies():
        yield f"inverse: there is no runbook {book.inverse}"
    if (undo is type(None)) != (book.inverse is None):
        yield "undo: it returns None (and says so in its annotation) if there is no inverse, and only then"
    if book.expires_seconds and book.inverse is None:
        yield "expires_seconds: what has no inverse cannot be undone after a time"


def _seen(remedy: Remedy) -> Iterator[str]:
    """`compare` and `effect` speak of observations."""
    names = {one.name for one in remedy.runbook.observe}
    if remedy.runbook.reversibility is Reversibility.REVERSIBLE and not remedy.compare:
        yield "compare: name the observations that an undo must put back"
    for name in remedy.compare:
        if name not in names:
            yield f"compare: {name} is no observation"
    for name in _effects(remedy):
        if name not in names:
            yield f"effect: {name} is no observation, so nobody could see it"


def _effects(remedy: Remedy) -> list[str]:
    """The names in the dictionaries that the effect function returns."""
    try:
        tree = ast.parse(inspect.getsource(remedy.effect))
    except (OSError, SyntaxError):  # no function in a file
        return []
    returned = [each.value for each in ast.walk(tree) if isinstance(each, ast.Return)]
    keys = [key for each in returned if isinstance(each, ast.Dict) for key in each.keys]
    return [key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]


def _target(book: Runbook) -> Iterator[str]:
    """IAM's pattern covers what the regular expression takes, and a session for it fits."""
    wild = book.target_arn.format(region=PLACE.region, account=PLACE.account)
    covered = re.escape(wild).replace(r"\*", ".*").replace(r"\?", ".")
    for repeat in (1, LONG):
        sample = proposal(book, repeat)
        if re.fullmatch(covered, sample.target) is None:
            yield f"target_arn: {wild} does not cover {sample.target}"
            return
    try:
        session_policy(book, proposal(book, LONG), PLACE, ENDS)
    except PortError as error:
        yield f"actions: declare less: {error}"


def _parameters(book: Runbook) -> Iterator[str]:
    """The document takes what is declared, by the same patterns; nothing that Automation would expand."""
    if isinstance(book.document, Adopted):
        return
    content: Any = book.document
    taken = content.get("parameters", {})
    given = {name for name in GIVEN if name in taken}
    wanted = ({"AutomationAssumeRole"} if book.form is Form.ROLE else set()) | (
        {"CommandDocument"} if book.command else set()
    )
    if given != wanted:
        yield f"document: of {sorted(GIVEN)} it takes {sorted(given) or 'none'}, but must {sorted(wanted)}"
    if ("assumeRole" in content) != (book.form is Form.ROLE):
        yield "document: it has an assumeRole in the role form, and only then"
    if set(taken) - given != set(book.parameters):
        yield f"document: it takes {sorted(set(taken) - given)}, declared are {sorted(book.parameters)}"
        return
    for name, parameter in book.parameters.items():
        if "{{" in parameter.pattern or re.fullmatch(parameter.pattern, "{{x}}"):
            yield f"parameter {name}: its pattern takes {{{{x}}}}, which Automation would expand"
        if taken[name]["type"] != "Integer" and parameter.pattern not in taken[name].get(
            "allowedPattern", ""
        ):
            yield f"parameter {name}: the document's allowedPattern is not that of the declaration"


def _shell(book: Runbook) -> Iterator[str]:
    """No value ever becomes a part of a command."""
    content: Any = book.command or {}
    if content.get("parameters"):
        yield "command: it takes parameters, and a shell would read them; a command is fixed"
    for step in content.get("mainSteps", ()):
        if any("{{" in line for line in step.get("inputs", {}).get("runCommand", ())):
            yield f"command: step {step.get('name')} writes a value into its shell script"
