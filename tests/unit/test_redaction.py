"""What looks like a secret is masked, and what says what is wrong is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.analysis.redaction import MASK, addresses, redacted, shown

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


LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def drawn(least: int, most: int, alphabet: str = LETTERS) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=least, max_size=most)


def luhn(body: str) -> str:
    """A card's number: these digits and the one that checks them."""
    digits = [int(one) for one in body]
    total = sum(digits[-2::-2]) + sum(2 * one - 9 * (one > 4) for one in digits[-1::-2])
    return f"{body}{-total % 10}"


CARDS = st.builds(
    lambda first, rest, gap: gap.join(part for part in _fours(luhn(first + rest))),
    st.sampled_from(["4", "51", "55", "34", "37", "6011", "2221"]),
    drawn(11, 11, "0123456789"),
    st.sampled_from(["", " ", "-"]),
)
GENERATED = {
    "github": st.builds("ghp_{}".format, drawn(36, 36)),
    "gitlab": st.builds("glpat-{}".format, drawn(20, 20)),
    "slack": st.builds("xoxb-{}-{}".format, drawn(10, 12, "0123456789"), drawn(24, 24)),
    "stripe": st.builds("sk_live_{}".format, drawn(24, 30)),
    "openai": st.builds("sk-{}".format, drawn(40, 48)),
    "google": st.builds("AIza{}".format, drawn(35, 35)),
    "vault": st.builds("hvs.{}".format, drawn(24, 90)),
    "aws key": st.builds("AKIA{}".format, drawn(16, 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")),
    "jwt": st.builds("eyJ{}.eyJ{}.{}".format, drawn(12, 40), drawn(12, 90), drawn(30, 43)),
    "card": CARDS,
    "mail": st.builds("{}@{}.example".format, drawn(1, 20), drawn(1, 20)),
}
LINES = ("{}", "request failed for {}: 401", '{{"user": "7", "value": "{}"}}', "pay({})", "seen ({}), twice")


def _fours(number: str) -> list[str]:
    return [number[place : place + 4] for place in range(0, len(number), 4)]


@pytest.mark.parametrize("kind", GENERATED)
@given(data=st.data(), line=st.sampled_from(LINES))
def test_a_generated_secret_is_masked_wherever_it_stands(kind: str, line: str, data: st.DataObject) -> None:
    secret = data.draw(GENERATED[kind])
    assert secret not in redacted(line.format(secret))
    assert secret not in shown(line.format(secret))


@given(
    name=st.sampled_from(
        ["password", "DB_PASSWORD", "api-key", "client_secret", "access_token", "passphrase"]
    ),
    value=drawn(6, 40, LETTERS + "!$%*+/?^_~-."),
    line=st.sampled_from(["{}={}", "{}: {}", '"{}": "{}"', "{} = '{}'"]),
)
def test_whatever_is_named_like_a_secret_is_masked(name: str, value: str, line: str) -> None:
    said = redacted(f"login {line.format(name, value)} failed")
    around = said.removeprefix("login ").removesuffix(" failed").replace(name, "").replace(MASK, "")
    assert value not in around  # the rest of the sentence may say the same word


@pytest.mark.parametrize(
    "line",
    [
        "at 1767225600000 and 1767225600000000000 ns",
        "order 4111111111111112 is no card: its check digit is wrong",
        "trace 4bf92f3577b34da6a3ce929d0e0e4736 of 550e8400-e29b-41d4-a716-446655440000",
        "version 2.14.0, 12:30:45, 0b:ad:c0:ff:ee:00",
    ],
)
def test_numbers_that_are_no_cards_and_times_that_are_no_addresses_stay(line: str) -> None:
    assert shown(line) == line


IPV4 = st.ip_addresses(v=4).map(str)
IPV6 = st.ip_addresses(v=6).filter(lambda one: not one.is_unspecified).map(str)


@given(address=IPV4 | IPV6, line=st.sampled_from((*LINES, "client={}", "from {}.", "[{}]", "{}, then")))
def test_an_address_of_a_machine_is_masked_where_it_is_no_evidence(address: str, line: str) -> None:
    assert address not in shown(line.format(address))
    assert line.format(address) == redacted(line.format(address))


def test_an_address_with_a_port_is_masked_too() -> None:
    assert shown("refused by 203.0.113.7:443") == f"refused by {MASK}:443"


@given(st.ip_addresses(v=4).map("{}/24".format) | st.ip_addresses(v=6).map("{}/64".format))
def test_an_address_that_a_remedy_is_for_stays(range_: str) -> None:
    kept = addresses(f"block Range={range_} for an hour")
    assert kept == {range_}
    said = shown(f"{range_} sends most, 198.51.100.9 does not", kept)
    assert said == f"{range_} sends most, {MASK} does not"


@pytest.mark.parametrize("hostile", ["4" * 20_000, "1." * 9_000, "a:" * 9_000, ":" * 20_000, "4 " * 9_000])
def test_hostile_numbers_are_masked_in_no_time(hostile: str) -> None:
    for _ in range(3):
        shown(hostile)
