"""Which tests could notice a mutation: those that ran its lines, the quickest first."""

import ast
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.mutants.mutations import ROOMS, ROOT, Mutation

SUITES = ("unit", "property", "workflow", "contracts", "e2e", "audit", "views", "patient", "runtime")
"""What runs in this process in seconds; the local AWS, browsers and syntheses take too long to be asked."""
FOLDER = ROOT / ".mutants"
MOST_TESTS, MOST_SECONDS = 60, 8.0


@dataclass
class Covering:
    """(file, line) -> tests that ran it; test -> seconds."""

    ran: dict[tuple[str, int], set[str]]
    seconds: dict[str, float]

    def of(self, mutation: Mutation) -> list[str]:
        """The tests to ask, quickest first, as many as are worth their time."""
        lines, inside = _statement(mutation)
        found = self._ran(mutation.file, lines) if inside else self._used(mutation)
        chosen, spent = list[str](), 0.0
        for test in sorted(found, key=lambda one: self.seconds[one]):
            spent += self.seconds[test]
            if chosen and (spent > MOST_SECONDS or len(chosen) >= MOST_TESTS):
                break
            chosen.append(test)
        return chosen

    def _ran(self, file: str, lines: Iterable[int]) -> set[str]:
        return set().union(*(self.ran.get((file, line), set()) for line in lines))

    def _used(self, mutation: Mutation) -> set[str]:
        """What runs at import: the tests of whatever reads the name that it gives, or names its class."""
        names = _named(mutation.file, mutation.line)
        found = set[str]()
        for file, uses in _readers(names).items():
            found |= self._ran(file, uses)
        mentioned = {one for name in names for one in _mentioning(name)}
        return found | {test for test in self.seconds if test.split("::")[0] in mentioned}


def measure() -> Covering:
    """Run the suites once, two halves at a time, and keep who ran what."""
    FOLDER.mkdir(exist_ok=True)
    tests = sorted(one for suite in SUITES for one in (ROOT / "tests" / suite).glob("test_*.py"))
    halves = [[str(one) for one in tests[start::2]] for start in (0, 1)]
    outputs = [FOLDER / f"ran-{number}.json" for number in (0, 1)]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.mutants.recording", str(output), *half],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        for output, half in zip(outputs, halves, strict=True)
    ]
    for one in running:
        one.wait()
    return read(outputs)


def read(outputs: Iterable[Path]) -> Covering:
    """What was recorded."""
    ran, seconds = defaultdict[tuple[str, int], set[str]](set), dict[str, float]()
    for output in outputs:
        said = json.loads(output.read_text(encoding="utf-8"))
        sound = {test: spent for test, spent in said["seconds"].items() if test not in said["failed"]}
        seconds |= sound
        for test in said["failed"]:
            sys.stderr.write(f"fails without any mutation, and is not asked: {test}\n")
        for file, lines in said["lines"].items():
            for line, tests in lines.items():
                ran[file, int(line)] |= {test for test in tests if test in sound}
    return Covering(ran, seconds)


def _statement(mutation: Mutation) -> tuple[range, bool]:
    """The lines of the innermost statement around a mutation, and whether it is in a function's body."""
    tree, best, inside = _tree(mutation.file), None, False
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt) or not node.lineno <= mutation.line <= (node.end_lineno or 0):
            continue
        body = getattr(node, "body", None)
        if isinstance(node, ast.FunctionDef):
            inside = inside or mutation.line >= node.body[0].lineno
            continue
        end = body[0].lineno - 1 if isinstance(body, list) and body else node.end_lineno or node.lineno
        if mutation.line <= max(end, node.lineno) and (best is None or node.lineno >= best.start):
            best = range(node.lineno, max(end, node.lineno) + 1)
    return best or range(mutation.line, mutation.line + 1), inside


def _named(file: str, line: int) -> frozenset[str]:
    """The constant, function or class at the top of the module that the line belongs to."""
    for node in _tree(file).body:
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
        if not first <= line <= (node.end_lineno or 0):
            continue
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            return frozenset(
                one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)
            )
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            return frozenset({node.name})
    return frozenset()


def _readers(names: frozenset[str], deep: bool = True) -> dict[str, set[int]]:
    """file -> lines of the three rooms that read one of the names; constants made of it count as well."""
    found = defaultdict[str, set[int]](set)
    for file in _files():
        for node in ast.walk(_tree(file)):
            name = (
                node.id
                if isinstance(node, ast.Name)
                else node.attr
                if isinstance(node, ast.Attribute)
                else ""
            )
            if name in names:
                found[file].add(node.lineno)
                top = _named(file, node.lineno) - names
                constant = frozenset(one for one in top if one.isupper())
                if deep and constant:
                    for other, lines in _readers(constant, deep=False).items():
                        found[other] |= lines
    return found


@cache
def _files() -> tuple[str, ...]:
    return tuple(
        str(one.relative_to(ROOT)) for room in ROOMS for one in sorted((ROOT / "shared" / room).rglob("*.py"))
    )


@cache
def _tree(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


@cache
def _mentioning(name: str) -> frozenset[str]:
    """The test files that say a name."""
    files = (one for suite in SUITES for one in (ROOT / "tests" / suite).glob("test_*.py"))
    return frozenset(str(one.relative_to(ROOT)) for one in files if name in one.read_text(encoding="utf-8"))
