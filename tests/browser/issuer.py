"""A small issuer of this machine: as strict about PKCE, client and redirect as a real one; and it can lie."""

import hashlib
import json
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from shared.domain.sign_in import SignIn

CLIENT = "the-page"


class Issuer:
    """`lie` is what it does wrong next; what it gave out is in `given`, what it refused in `refused`."""

    def __init__(self) -> None:
        self.lie, self.redirect_uri = "", ""
        self.codes: dict[str, dict[str, str]] = {}
        self.given: list[str] = []
        self.refused: list[str] = []
        self.asked: list[str] = []
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.issuer = self
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def sign_in(self) -> SignIn:
        return SignIn(issuer=self.url, client_id=CLIENT, scope="openid email", token_origin=self.url)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def discovery(self) -> dict[str, Any]:
        found = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
        }
        lies = {
            "issuer": {"issuer": "https://evil.example"},
            "token endpoint": {"token_endpoint": "https://evil.example/token"},
            "authorization endpoint": {"authorization_endpoint": "javascript:alert(1)"},
        }
        return found | lies.get(self.lie, {})

    def authorized(self, asked: dict[str, str]) -> str:
        """Where the browser goes on; empty: such a request is refused to its face."""
        expected = {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": self.redirect_uri,
            "scope": "openid email",
            "code_challenge_method": "S256",
        }
        wrong = [name for name, value in expected.items() if asked.get(name) != value]
        wrong += [name for name in ("state", "nonce", "code_challenge") if len(asked.get(name, "")) < 43]
        if wrong:
            self.refused.append(", ".join(wrong))
            return ""
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.url}
        if self.lie == "error":
            answer = {
                "error": "access_denied",
                "error_description": "<img src=x onerror=window.broken=1>",
                "state": asked["state"],
            }
        lies = {"state": {"state": "another"}, "iss": {"iss": "https://evil.example"}}
        return f"{self.redirect_uri}?{urlencode(answer | lies.get(self.lie, {}))}"

    def exchanged(self, asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """A code is good once, for whoever can show what its challenge was made of."""
        begun = self.codes.pop(asked.get("code", ""), None)
        made = _base64url(hashlib.sha256(asked.get("code_verifier", "").encode()).digest())
        if (
            begun is None
            or self.lie == "refusal"
            or made != begun["code_challenge"]
            or asked.get("grant_type") != "authorization_code"
            or (asked.get("client_id"), asked.get("redirect_uri")) != (CLIENT, self.redirect_uri)
        ):
            self.refused.append("the code")
            return 400, {"error": "invalid_grant", "error_description": "the code is not good"}
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "eve",
            "nonce": begun["nonce"],
            "exp": int(time.time()) + 600,
        }
        lies: dict[str, dict[str, Any]] = {
            "nonce": {"nonce": "another"},
            "expired": {"exp": int(time.time()) - 5},
            "audience": {"aud": "another"},
        }
        parts = ({"alg": "RS256"}, claims | lies.get(self.lie, {}))
        token = ".".join([*(_base64url(json.dumps(one).encode()) for one in parts), "signature"])
        self.given.append(token)
        return 200, {"id_token": token, "access_token": "opaque", "token_type": "Bearer"}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    issuer: Issuer


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        url, issuer = urlsplit(self.path), self.server.issuer
        issuer.asked.append(url.path)
        if url.path == "/.well-known/openid-configuration":
            self._json(200, issuer.discovery())
            return
        place = issuer.authorized(dict(parse_qsl(url.query))) if url.path == "/authorize" else ""
        self.send_response(302 if place else 400)
        self.send_header("Location", place)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        self.server.issuer.asked.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._json(*self.server.issuer.exchanged(dict(parse_qsl(body))))

    def _json(self, status: int, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(body)


def _base64url(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
