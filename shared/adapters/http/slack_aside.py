"""What only one person sees in a Slack channel: the answer to what they clicked.

https://docs.slack.dev/reference/methods/chat.postEphemeral
"""

from collections.abc import Mapping, Sequence

from shared.adapters.http.slack_channel import asked, slack
from shared.adapters.http.slack_text import TEXT, fitted, markdown, packed
from shared.domain.errors import PortError
from shared.ports.secrets import KeptSecret

BLOCKS = 50


class SlackAside:
    """Posts as the bot; the secret gives token, and perhaps api_url."""

    def __init__(self, secret: KeptSecret) -> None:
        self._secret = secret

    def __call__(self, channel: str, person: str, lines: Sequence[str]) -> None:
        """Tell them.

        Raises:
            AccessDenied: Slack refused the token.
            PortError: they do not see it; Slack keeps no promise that they do anyway.
        """
        shown = [{"type": "section", "text": markdown(text)} for text in packed(lines)][:BLOCKS]

        def post(secret: Mapping[str, str]) -> None:
            if not secret.get("token"):
                raise PortError("the Slack secret has no token: put yours there", retryable=False)
            client, text = slack(secret), fitted(lines[0], TEXT)
            asked(lambda: client.chat_postEphemeral(channel=channel, user=person, text=text, blocks=shown))

        self._secret.used(post)
