"""What must not be kept of a text: credentials, people's addresses, cards; masked before it is read."""

import re
from collections.abc import Container
from ipaddress import ip_network

MASK = "[masked]"
_NAMES = r"pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|credential|session[_-]?id"
_PREFIXED = (
    r"gh[pousr]_\w{20,255}|github_pat_\w{20,255}|glpat-[\w-]{16,64}|xox[a-z]-[\w-]{8,255}|xapp-[\w-]{8,255}"
    r"|[srp]k_(?:live|test)_\w{10,255}|sk-[\w-]{20,255}|AIza[\w-]{30,64}|npm_\w{30,64}|pypi-[\w-]{20,255}"
    r"|hv[sbr]\.[\w-]{20,255}|SG\.[\w-]{16,64}\.[\w-]{16,64}|dop_v1_[0-9a-f]{40,80}|ya29\.[\w-]{20,255}"
)
"""Tokens that say by their beginning whose they are: of GitHub, GitLab, Slack, Stripe, OpenAI and its kin,
Google, npm, PyPI, Vault, SendGrid, DigitalOcean.
"""
_RULES = tuple(
    (re.compile(pattern, re.DOTALL), instead)
    for pattern, instead in (
        (
            rf"""(?i)((?:{_NAMES})[\w-]{{0,30}}["']?\s{{0,3}}[=:]\s{{0,3}})("[^"]{{0,500}}"|'[^']{{0,500}}'|[^\s,;&"']+)""",
            rf"\1{MASK}",
        ),
        (r"(?i)\b(bearer |basic |authorization[=:]\s{0,3})[\w.~+/=-]{8,}", rf"\1{MASK}"),
        (r"(://)[^\s/@:]{1,200}:[^\s/@]{1,200}(@)", rf"\1{MASK}\2"),
        (r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b", MASK),
        (rf"(?<![\w-])(?:{_PREFIXED})", MASK),
        (r"\beyJ[\w-]{8,2000}\.[\w.-]{0,4000}", MASK),
        (r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.{0,8000}", MASK),
        (r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,200}", MASK),
        (r"(?<![\w/+-])(?=[\w/+-]*[0-9])(?=[\w/+-]*[A-Z])(?=[\w/+-]*[a-z])[\w/+-]{40,}={0,2}", MASK),
    )
)
"""Credentials by their name, in a header, in an address; AWS keys, tokens, JSON web tokens, private keys;
people's addresses; long random text. Every repetition is bounded: a hostile line must not cost more than its
length.
"""
_CARD = re.compile(r"(?<![\w.])(?<!\d[:-])[2-6](?:[ -]?\d){12,18}(?!\w|[.:-]\d)")
"""What could be a card's number: 13 to 19 digits. Milliseconds and nanoseconds since 1970 begin with 1."""
_MACHINE = re.compile(
    r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?(?!\w|\.\w)"
    r"|(?<![\w.:])(?=[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:)"
    r"[0-9A-Fa-f:]{0,38}(?:[0-9A-Fa-f]|::(?!:\w))(?<!:::)(?:/\d{1,3})?(?!\w|:\w)"
)
"""What could be an IPv4 or IPv6 address, or a range of them."""


def redacted(text: str) -> str:
    """The text without whatever looks like a secret, a person's address or a card's number.

    It errs on masking. Addresses of machines stay: an agent reads in them who sends the requests.
    """
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return _CARD.sub(_masked_card, text)


def shown(text: str, kept: Container[str] = frozenset()) -> str:
    """As `redacted`, and without the addresses of machines, which may be people's own.

    Args:
        kept: those that stay, written as they are in the text: what is evidence, and what a remedy is for.
    """

    def masked(found: re.Match[str]) -> str:
        address = found.group()
        return address if address in kept or not _is_address(address) else MASK

    return _MACHINE.sub(masked, redacted(text))


def addresses(text: str) -> frozenset[str]:
    """The addresses and ranges of machines that a text names, as it writes them."""
    return frozenset(one for one in _MACHINE.findall(text) if _is_address(one))


def _is_address(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _masked_card(found: re.Match[str]) -> str:
    """Masked when its check digit is right (Luhn, ISO/IEC 7812)."""
    digits = [int(one) for one in found.group() if one.isdigit()]
    doubled = [2 * one - 9 * (one > 4) for one in digits[-2::-2]]
    return MASK if (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0 else found.group()
