"""Settings: from the environment, else from ``interlock.toml``, else defaults."""

from __future__ import annotations

import os
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from graph.errors import SettingsError

PROJECT_FOLDER = Path(__file__).resolve().parent.parent
DEFAULT_STORE = PROJECT_FOLDER / ".interlock" / "store"
BUNDLED_DATA = PROJECT_FOLDER / "data"
SERVER_SCHEMES = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")


class Settings(BaseModel):
    """What can be set; each field is also the environment variable ``INTERLOCK_<FIELD>``.

    Attributes:
        store: folder of the embedded store, or the address of a Neo4j server (``neo4j://host:7687``).
        neo4j_database: name of the database; None is the server's default.
        neo4j_ca: file of certificates (PEM) to trust with a ``+s`` address; None is the system's.
        neo4j_pool_size: most connections to the server at once.
        neo4j_connect_s, neo4j_acquire_s: waits for a connection to be made, and for a free one.
        neo4j_retry_s: for how long a write that met a passing fault is tried again.
        neo4j_idle_check_s, neo4j_lifetime_s: a connection unused for longer is tried before it is used, an
            older one replaced.
        timeout_s: limit of one query in seconds.
        heap: maximum heap of the embedded engine, such as ``1g``.
        read_only: whether the app refuses every change, whoever asks.
        login: whether the app shows itself to nobody who is not signed in; see docs/login.md. Naming an
            editor asks for it as well.
        editors: verified e-mail addresses of those who may change something, in one text with commas or a
            list; everybody else who signs in may look.
        editor_claim: ``name=value`` of a claim that makes an editor, such as ``groups=interlock-editors``;
            a name with dots looks into claims of claims.
        login_hours: after so many hours a person signs in again.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    store: str = str(DEFAULT_STORE)
    neo4j_user: str | None = None
    neo4j_password: SecretStr | None = None
    neo4j_database: str | None = None
    neo4j_ca: Path | None = None
    neo4j_pool_size: int = Field(default=100, ge=1, le=10_000)
    neo4j_connect_s: float = Field(default=5.0, gt=0, le=600)
    neo4j_acquire_s: float = Field(default=10.0, gt=0, le=600)
    neo4j_retry_s: float = Field(default=15.0, ge=0, le=3600)
    neo4j_idle_check_s: float = Field(default=30.0, ge=0, le=86_400)
    neo4j_lifetime_s: float = Field(default=3_600.0, gt=0, le=86_400)
    timeout_s: float = Field(default=10.0, gt=0, le=3600)
    heap: str = Field(default="1g", pattern=r"^[1-9]\d*[mg]$")
    read_only: bool = False
    login: bool = False
    editors: tuple[str, ...] = ()
    editor_claim: str | None = Field(default=None, pattern=r"^[^=]+=.+$")
    login_hours: float = Field(default=12.0, gt=0, le=720)

    @property
    def asks_login(self) -> bool:
        """Whether these settings want people to sign in: said outright, or by naming who may edit."""
        return self.login or bool(self.editors or self.editor_claim)

    @field_validator("read_only", "login", mode="before")
    @classmethod
    def _word(cls, value: object) -> object:
        return (value.strip() or False) if isinstance(value, str) else value

    @field_validator("editors", mode="before")
    @classmethod
    def _addresses(cls, value: object) -> object:
        given: Any = value.split(",") if isinstance(value, str) else value
        if not isinstance(given, (list, tuple)):
            return given
        found = tuple(each.strip().casefold() if isinstance(each, str) else each for each in given)
        return tuple(each for each in found if each != "")


def load_settings(file: Path | None = None) -> Settings:
    """Settings of this process.

    Args:
        file: a TOML file; default ``interlock.toml`` in the working folder, if there is one.

    Raises:
        SettingsError: unreadable file, unknown name or unusable value. Never prints a password.
    """
    named = file is not None or "INTERLOCK_SETTINGS" in os.environ
    path = file or Path(os.environ.get("INTERLOCK_SETTINGS", "interlock.toml"))
    given = tuple(os.environ.get(f"INTERLOCK_{name.upper()}") or None for name in Settings.model_fields)
    text: bytes | None = None
    if named or path.is_file():
        try:
            text = path.read_bytes()
        except OSError as exc:
            raise _unreadable(path, exc) from exc
    return _settings(str(path), text, given)


# A page of the app asks dozens of times; making them was a fifth of its run.
@lru_cache(maxsize=8)
def _settings(path: str, text: bytes | None, given: tuple[str | None, ...]) -> Settings:
    try:
        values: dict[str, Any] = tomllib.loads(text.decode("utf-8")) if text is not None else {}
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise _unreadable(path, exc) from exc
    values |= {name: value for name, value in zip(Settings.model_fields, given, strict=True) if value}
    try:
        return Settings(**values)
    except ValidationError as exc:
        first = exc.errors(include_input=False, include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"The setting {name!r} cannot be used: {first['msg']}.",
            hint=f"Known settings: {', '.join(Settings.model_fields)}.",
        ) from None


def _unreadable(path: str | Path, error: Exception) -> SettingsError:
    return SettingsError(
        f"The settings file {path} cannot be read: {error}", hint='It is TOML: store = "folder"'
    )


def is_server(target: str) -> bool:
    """Whether a store target is the address of a server rather than a folder."""
    return target.partition("://")[0].lower() in SERVER_SCHEMES and "://" in target
