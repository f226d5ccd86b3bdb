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


def view_refusal(view: Any) -> str | None:
    """The error by which Slack refuses a dialog, if it does.

    https://docs.slack.dev/reference/views/modal-views and
    https://docs.slack.dev/reference/block-kit/blocks/input-block
    """
    if (
        not isinstance(view, dict)
        or view.get("type") != "modal"
        or len(view.get("private_metadata", "")) > 3_000
    ):
        return "invalid_arguments"
    blocks = view.get("blocks")
    named = all(_fits(view.get(part), 24) for part in ("title", "submit", "close"))
    if not named or not isinstance(blocks, list) or not 0 < len(blocks) <= 100:
        return "invalid_arguments"
    return None if all(map(_is_input, blocks)) else "invalid_blocks"


def _is_input(block: Any) -> bool:
    if not isinstance(block, dict) or block.get("type") != "input" or not _fits(block.get("label"), 2_000):
        return False
    element = block.get("element")
    if not isinstance(element, dict) or not element.get("action_id"):
        return False
    if element.get("type") == "plain_text_input":
        return 0 < int(element.get("max_length", 3_000)) <= 3_000
    options = element.get("options")
    if not isinstance(options, list) or not 0 < len(options) <= 100:
        return False
    return all(_fits(one["text"], 75) and 0 < len(one["value"]) <= 150 for one in options)


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
