"""Where the page signs people in: the issuer and our name there. It is public, and holds no secret."""

from urllib.parse import urlsplit

from pydantic import Field

from shared.domain.model import Model

_AT = r"(https://[a-z0-9.-]{1,253}|http://127\.0\.0\.1)(:[0-9]{1,5})?"


class SignIn(Model):
    """A public client of an issuer (OpenID Connect). Plain HTTP is of this machine alone, where tests are."""

    issuer: str = Field(pattern=rf"^{_AT}(/[\w./~-]{{0,200}})?$")
    client_id: str = Field(pattern=r"^[\x21-\x7e]{1,255}$")
    scope: str = Field(pattern=r"^[\x21\x23-\x5b\x5d-\x7e ]{1,500}$")
    token_origin: str = Field(pattern=rf"^{_AT}$", description="of the token endpoint")

    @property
    def origins(self) -> tuple[str, ...]:
        """Whom the page asks beside its own server, each once: the issuer, and its token endpoint."""
        return tuple(dict.fromkeys((origin_of(self.issuer), self.token_origin)))


def origin_of(url: str) -> str:
    """`https://host` of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
