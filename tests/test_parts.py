"""The parts of `make test` find every test, and start with files that are there."""

import subprocess

from tests.conftest import HERE, LONGEST

MARK = "mark." + "local_aws"


def test_tests_of_the_local_aws_are_where_make_test_looks_for_them():
    marked = {file.relative_to(HERE).parts[0] for file in HERE.rglob("*.py") if MARK in file.read_text()}
    assert marked == {"local_aws", "faults"}


def test_what_starts_first_is_there():
    assert [name for name in LONGEST if not (HERE / name).is_file()] == []


def test_a_part_that_fails_hides_none_after_it():
    asked = ["make", "test", "PARTS=no-such-part lock-nothing model-nothing"]
    done = subprocess.run(asked, cwd=HERE.parent, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "FAILED in: no-such-part lock-nothing model-nothing" in done.stderr
