"""One small change to a module's source: a number a step further, or a comparison turned at its edge."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOMS = ("domain", "analysis", "agents")
ROOT = Path(__file__).parents[2]
TURNED = {
    ast.Lt: ("<", "<="), ast.LtE: ("<=", "<"), ast.Gt: (">", ">="), ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="), ast.NotEq: ("!=", "=="), ast.In: ("in", "not in"), ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"), ast.IsNot: ("is not", "is"),
}  # fmt: skip


@dataclass(frozen=True)
class Mutation:
    """A change at one place of a file."""

    file: str  # from the project's root
    line: int
    text: str  # the line as it stands, stripped
    was: str
    becomes: str
    start: int  # character offsets of what is replaced
    end: int

    @property
    def change(self) -> str:
        return f"{self.was} -> {self.becomes}"

    def source(self) -> str:
        """The whole module with the change in it."""
        whole = (ROOT / self.file).read_text(encoding="utf-8")
        return whole[: self.start] + self.becomes + whole[self.end :]


def files() -> list[str]:
    """The modules whose numbers and comparisons decide something."""
    found = (one for room in ROOMS for one in (ROOT / "shared" / room).rglob("*.py"))
    return sorted(str(one.relative_to(ROOT)) for one in found)


def mutations(file: str) -> Iterator[Mutation]:
    """Every mutation of a module, in the order of its lines."""
    source = (ROOT / file).read_text(encoding="utf-8")
    offsets = _offsets(source)
    lines = source.splitlines()
    found = []
    for node in ast.walk(ast.parse(source)):
        for start, end, becomes in _places(node, source, offsets):
            line = source.count("\n", 0, start) + 1
            found.append(
                Mutation(file, line, lines[line - 1].strip(), source[start:end], becomes, start, end)
            )
    return iter(sorted(found, key=lambda one: one.start))


def _places(node: ast.AST, source: str, offsets: list[int]) -> Iterator[tuple[int, int, str]]:
    if isinstance(node, ast.Constant) and type(node.value) in {int, float}:
        start, end = _span(node, source, offsets)
        further = node.value + 1 if isinstance(node.value, int) else round(node.value * 1.1, 12)
        yield start, end, repr(further)
    if isinstance(node, ast.Compare):
        left = node.left
        for op, right in zip(node.ops, node.comparators, strict=True):
            was, becomes = TURNED[type(op)]
            after = _span(left, source, offsets)[1]
            at = source.index(was, after)  # brackets and spaces may stand between
            yield at, at + len(was), becomes
            left = right


def _span(node: ast.expr, source: str, offsets: list[int]) -> tuple[int, int]:
    """Offsets in characters; ast counts bytes of a line."""
    assert node.end_lineno is not None
    assert node.end_col_offset is not None

    def offset(line: int, column: int) -> int:
        text = source[offsets[line - 1] :].split("\n", 1)[0]
        return offsets[line - 1] + len(text.encode()[:column].decode())

    return offset(node.lineno, node.col_offset), offset(node.end_lineno, node.end_col_offset)


def _offsets(source: str) -> list[int]:
    at, found = 0, []
    for line in source.split("\n"):
        found.append(at)
        at += len(line) + 1
    return found
