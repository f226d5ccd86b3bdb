"""What looks like a secret is masked, and what says what is wrong is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.analysis.redaction import MASK, redacted

SECRETS = {
    "password=hunter2 for user 7": "hunter2",
    'login {"password": "hunter two", "user": "a"}': "hunter two",
    "DB_PASSWORD: 'hunter2'": "hunter2",
    "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG": "wJalrXUtnFEMI",
    "refused for AKIAIOSFODNN7EXAMPLE": "AKIAIOSFODNN7EXAMPLE",
    "Authorization: Bearer abcdefgh.ijklmnop": "abcdefgh",
    "jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln rejected": "eyJzdWIiOiIxIn0",
    "connect postgres://app:s3cret@db:5432/shop": "s3cret",
    "mail to jane.doe+x@example.org bounced": "jane.doe",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc": "MIIEow",
    "value Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MEFCQ0RFRkdISUpLTE1O== seen": "Zm9vYmFy",
}


@pytest.mark.parametrize("line", SECRETS)
def test_a_secret_is_masked(line: str) -> None:
    assert SECRETS[line] not in redacted(line)
    assert MASK in redacted(line)


@pytest.mark.parametrize(
    "line",
    [
        "ERROR connection refused: pool exhausted, 20 of 20 connections in use",
        "timed out after 3000 ms calling http://database:5432/orders/17",
        "FATAL: remaining connection slots are reserved (SQLSTATE 53300)",
        "arn:aws:ssm:eu-central-1:111122223333:parameter/shop/database/max-connections changed",
    ],
)
def test_what_says_what_is_wrong_stays(line: str) -> None:
    assert redacted(line) == line


@given(st.text(max_size=300))
def test_any_text_can_be_masked(text: str) -> None:
    assert isinstance(redacted(text), str)


@pytest.mark.parametrize(
    "hostile", ["a" * 10_000, "a." * 5_000, "password" * 1_200, "://" * 3_000, '"' * 9_000]
)
def test_a_hostile_line_is_masked_in_no_time(hostile: str) -> None:
    for _ in range(3):
        redacted(hostile)
