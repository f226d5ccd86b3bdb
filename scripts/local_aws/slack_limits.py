"""What Slack refuses of a message's content, by the limits that it documents.

https://docs.slack.dev/reference/block-kit/blocks and, of buttons and dialogs,
https://docs.slack.dev/reference/block-kit/block-elements/button-element and
https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object
"""

from __future__ import annotations

from typing import Any

TEXT_LIMIT = 40_000
BLOCK_LIMIT = 50
SECTION_LIMIT = 3_000
ELEMENT_LIMIT = 25
LABEL_LIMIT, ACTION_LIMIT, VALUE_LIMIT = 75, 255, 2_000
DIALOG_LIMITS = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
STYLES = (None, "primary", "danger")


def content_refusal(body: dict[str, Any]) -> str | None:
    """The error by which Slack refuses it, if it does."""
    text, blocks = str(body.get("text") or ""), body.get("blocks") or []
    if not text and not blocks and not body.get("attachments"):
        return "no_text"
    if len(text) > TEXT_LIMIT:
        return "msg_too_long"
    if not isinstance(blocks, list) or len(blocks) > BLOCK_LIMIT or any(map(_is_invalid_block, blocks)):
        return "invalid_blocks"
    return None


def _is_invalid_block(block: Any) -> bool:
    if not isinstance(block, dict) or "type" not in block:
        return True
    if block["type"] == "actions":
        elements = block.get("elements")
        return not isinstance(elements, list) or _are_invalid(elements)
    text = block.get("text")
    return block["type"] == "section" and isinstance(text, dict) and len(text.get("text", "")) > SECTION_LIMIT


def _are_invalid(elements: list[Any]) -> bool:
    ids = [one.get("action_id") for one in elements if isinstance(one, dict)]
    if not 0 < len(elements) <= ELEMENT_LIMIT or len(set(ids)) != len(elements):
        return True
    return any(one.get("type") != "button" or _is_invalid_button(one) for one in elements)


def _is_invalid_button(button: dict[str, Any]) -> bool:
    return not (
        _fits(button.get("text"), LABEL_LIMIT)
        and 0 < len(button["action_id"] or "") <= ACTION_LIMIT
        and len(button.get("value", "")) <= VALUE_LIMIT
        and button.get("style") in STYLES
        and ("confirm" not in button or _is_dialog(button["confirm"]))
    )


def _is_dialog(dialog: dict[str, Any]) -> bool:
    fitting = all(_fits(dialog.get(part), most) for part, most in DIALOG_LIMITS.items())
    return fitting and dialog.get("style") in STYLES


def _fits(text: Any, most: int) -> bool:
    plain = isinstance(text, dict) and text.get("type") == "plain_text"
    return plain and 0 < len(text.get("text", "")) <= most
