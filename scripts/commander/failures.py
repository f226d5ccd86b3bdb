"""What goes wrong outside of the program, as one line that says what to do."""

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError
from pydantic import ValidationError

from shared.domain.errors import CommanderError
from shared.domain.plain_text import sanitised

OUTSIDE = (CommanderError, OSError, UnicodeError, ValidationError, BotoCoreError, ClientError)
"""Whatever else is raised is a fault of the program, and shows where."""
LONGEST = 4_000
REGION = "no AWS Region is set: set AWS_REGION, or `region` in the profile; `--stage local` needs none"
CREDENTIALS = "AWS does not know you: sign in (`aws sso login`), or set AWS_PROFILE"


def line(error: Exception) -> str:
    """One line, without a control character."""
    return sanitised(_said(error), LONGEST)


def wrong(error: ValidationError) -> str:
    """Everything that is wrong with what was read, each with its path."""
    found = error.errors(include_url=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, one['loc'])) or 'the file'}: {one['msg']}" for one in found)


def _said(error: Exception) -> str:
    match error:
        case NoRegionError():
            return REGION
        case NoCredentialsError():
            return CREDENTIALS
        case BotoCoreError() | ClientError():
            return f"AWS: {error}"
        case ValidationError():
            return wrong(error)
        case UnicodeError():
            return f"what was read is not UTF-8 text: {error}"
        case OSError(filename=name, strerror=why) if name:
            return f"{name}: {why}"
    return str(error)
