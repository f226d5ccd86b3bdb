"""What must not be kept of a log line: credentials and people's addresses, masked before it is read."""

import re

MASK = "[masked]"
_NAMES = r"pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|credential|session[_-]?id"
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
        (r"\beyJ[\w-]{8,2000}\.[\w.-]{0,4000}", MASK),
        (r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.{0,8000}", MASK),
        (r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,200}", MASK),
        (r"(?<![\w/+-])(?=[\w/+-]*[0-9])(?=[\w/+-]*[A-Z])(?=[\w/+-]*[a-z])[\w/+-]{40,}={0,2}", MASK),
    )
)
"""Credentials by their name, in a header, in an address; AWS keys, JSON web tokens, private keys; people's
addresses; long random text. Every repetition is bounded: a hostile line must not cost more than its length.
"""


def redacted(text: str) -> str:
    """The text with whatever looks like a secret or a person's address masked. It errs on masking."""
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text
