"""A small OpenID Connect provider on loopback: discovery, authorization by a click, RS256 tokens, sign-out.

It refuses what a provider must refuse (a wrong client, a code used twice, another redirect address), so that a
sign-in that succeeds here is one that was done by the rules.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "interlock-test", "the-clients-own-secret"


@dataclass
class Provider:
    """What a running provider knows.

    Attributes:
        people: name on the button to the claims in the token.
        issued_at: seconds to add to the time in a token; negative for one of long ago.
        left: ids of clients that signed somebody out here.
    """

    people: Mapping[str, Mapping[str, Any]]
    issuer: str = ""
    issued_at: float = 0.0
    left: list[str] = field(default_factory=list)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def secrets_toml(self) -> str:
        """The section of Streamlit's secrets for this provider."""
        return (
            '[auth]\nredirect_uri = "http://127.0.0.1:{port}/oauth2callback"\n'
            f'cookie_secret = "{secrets.token_hex(32)}"\nclient_id = "{CLIENT_ID}"\n'
            f'client_secret = "{CLIENT_SECRET}"\n'
            f'server_metadata_url = "{self.issuer}/.well-known/openid-configuration"\n'
        )

    def token(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """The answer of the token endpoint for a code that was asked for so."""
        now = int(time.time() + self.issued_at)
        claims: dict[str, Any] = {
            "iss": self.issuer, "aud": CLIENT_ID, "sub": asked["person"], "iat": now, "exp": int(time.time()) + 3600,
            **self.people[asked["person"]],
        }  # fmt: skip
        if asked.get("nonce"):
            claims["nonce"] = asked["nonce"]
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        return {
            "access_token": secrets.token_hex(8), "token_type": "Bearer", "expires_in": 3600, "id_token": signed,
        }  # fmt: skip


@contextmanager
def providing(people: Mapping[str, Mapping[str, Any]]) -> Generator[Provider]:
    """A provider of these people on a free port of 127.0.0.1."""
    provider = Provider(people)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(asked.query).items()}
            match asked.path:
                case "/.well-known/openid-configuration":
                    self._json(_discovery(provider.issuer))
                case "/jwks":
                    self._json({"keys": [provider.key.as_dict(private=False)]})
                case "/authorize":
                    self._choose(query)
                case "/chosen":
                    code = secrets.token_urlsafe(16)
                    provider.codes[code] = query
                    self._to(f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}")
                case "/leave":
                    provider.left.append(query.get("client_id", ""))
                    self._to(query["post_logout_redirect_uri"])
                case _:
                    self._json({}, 404)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            asked = provider.codes.pop(form.get("code", ""), None)
            if (
                self.path != "/token"
                or asked is None
                or not self._is_the_client(form)
                or form.get("redirect_uri") != asked["redirect_uri"]
                or not _proves(form, asked)
            ):
                self._json({"error": "invalid_grant"}, 400)
            else:
                self._json(provider.token(asked))

        def _is_the_client(self, form: Mapping[str, str]) -> bool:
            given = self.headers.get("Authorization", "")
            expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
            posted = (form.get("client_id"), form.get("client_secret"))
            return given == f"Basic {expected}" or posted == (CLIENT_ID, CLIENT_SECRET)

        def _choose(self, query: Mapping[str, str]) -> None:
            if query.get("client_id") != CLIENT_ID or query.get("response_type") != "code":
                self._json({"error": "invalid_request"}, 400)
                return
            links = "".join(
                f'<p><a href="/chosen?{html.escape(urlencode({**query, "person": name}))}">{html.escape(name)}</a></p>'
                for name in provider.people
            )
            self._send(f"<!doctype html><title>Who are you?</title>{links}".encode(), "text/html")

        def _json(self, value: Any, status: int = 200) -> None:
            self._send(json.dumps(value).encode(), "application/json", status)

        def _to(self, address: str) -> None:
            self.send_response(302)
            self.send_header("Location", address)
            self.end_headers()

        def _send(self, content: bytes, kind: str, status: int = 200) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


def _proves(form: Mapping[str, str], asked: Mapping[str, str]) -> bool:
    """PKCE: whoever brings the code is who asked for it."""
    if "code_challenge" not in asked:
        return True
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]


def _discovery(issuer: str) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/jwks",
        "end_session_endpoint": f"{issuer}/leave",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile"],
    }
