"""TLS, certificates, waits and bookmarks, with real servers."""

from __future__ import annotations

import ipaddress
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from graph.errors import SettingsError, StoreUnavailable
from graph.settings import Settings, load_settings
from graph.store import open_store
from graph.store.neo4j import Neo4jStore
from graph.store.neo4j_options import Neo4jOptions
from graph.store.py2neo import open_graph
from tests.conftest import lacking
from tests.contract.small import SMALL, everything
from tests.neo4j_server import Missing, Server, running


@dataclass
class Authority:
    """Signs certificates; ``file`` is its own."""

    file: Path
    key: ec.EllipticCurvePrivateKey
    name: x509.Name


def authority(folder: Path, name: str) -> Authority:
    key, subject = ec.generate_private_key(ec.SECP256R1()), _name(name)
    builder = _builder(subject, subject, key).add_extension(x509.BasicConstraints(True, None), critical=True)
    file = folder / f"{name}.pem"
    file.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return Authority(file, key, subject)


def signed(by: Authority) -> tuple[bytes, bytes]:
    """Key and certificate of a server at this machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = _builder(_name("server"), by.name, key).add_extension(names, critical=False)
    return (
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
        certificate.sign(by.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM),
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    )  # fmt: skip


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("ca"), "ours")


@pytest.fixture(scope="module")
def tls_server(ours: Authority) -> Generator[Server]:
    key, certificate = signed(ours)
    policy = (
        ("enabled", "true"), ("base_directory", "certificates/bolt"), ("private_key", "private.key"),
        ("public_certificate", "public.crt"),
    )  # fmt: skip
    settings = {f"dbms.ssl.policy.bolt.{name}": value for name, value in policy}
    settings["server.bolt.tls_level"] = "OPTIONAL"
    files = {"certificates/bolt/private.key": key, "certificates/bolt/public.crt": certificate}
    try:
        with running(heap="512m", settings=settings, files=files) as server:
            yield server
    except Missing as exc:
        lacking("Neo4j", str(exc))


def at(server: Server, scheme: str, options: Neo4jOptions | None = None) -> Neo4jStore:
    address = server.uri.replace("bolt://", f"{scheme}://")
    return Neo4jStore(address, user=server.user, password=server.password, options=options or Neo4jOptions())


@pytest.mark.neo4j
@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
def test_encrypted_with_certificates_of_ones_own(tls_server: Server, ours: Authority, scheme: str) -> None:
    with at(tls_server, f"{scheme}+s", Neo4jOptions(ca=ours.file)) as store:
        store.upsert(SMALL)
        assert len(everything(store)[0]) == 3
    with at(tls_server, f"{scheme}+ssc") as store:
        assert store.counts().entities == 3


@pytest.mark.neo4j
def test_a_certificate_of_somebody_else_is_not_trusted(tls_server: Server, tmp_path: Path) -> None:
    theirs = authority(tmp_path, "theirs")
    for options in (Neo4jOptions(), Neo4jOptions(ca=theirs.file)):
        with pytest.raises(StoreUnavailable) as caught:
            at(tls_server, "bolt+s", options)
        assert "certificate" in f"{caught.value} {caught.value.hint}"


@pytest.mark.neo4j
def test_certificates_by_the_settings(
    tls_server: Server, ours: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERLOCK_STORE", tls_server.uri.replace("bolt://", "bolt+s://"))
    monkeypatch.setenv("INTERLOCK_NEO4J_USER", tls_server.user or "")
    monkeypatch.setenv("INTERLOCK_NEO4J_PASSWORD", tls_server.password or "")
    monkeypatch.setenv("INTERLOCK_NEO4J_CA", str(ours.file))
    monkeypatch.setenv("INTERLOCK_NEO4J_POOL_SIZE", "3")
    with open_store() as store:
        assert store.query("RETURN 1 AS one").rows == ((1,),)


@pytest.mark.neo4j
@pytest.mark.filterwarnings("ignore:ssl.PROTOCOL_TLS is deprecated")  # py2neo's
def test_py2neo_needs_the_same_certificates_from_the_system(
    tls_server: Server, ours: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tls_server.uri.replace("bolt://", "bolt+s://")
    settings = Settings(
        store=place,
        neo4j_user=tls_server.user,
        neo4j_password=SecretStr(tls_server.password or ""),
        neo4j_ca=ours.file,
    )
    with pytest.raises(StoreUnavailable) as caught:
        open_graph(settings=settings)
    assert f"SSL_CERT_FILE={ours.file}" in caught.value.hint
    monkeypatch.setenv("SSL_CERT_FILE", str(ours.file))
    with open_graph(settings=settings) as graph:
        assert graph.evaluate("RETURN 1") == 1


def test_certificates_that_cannot_be_used(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing", encoding="utf-8")
    for file, scheme, told in (
        (empty, "bolt+s", "cannot be read"),
        (tmp_path / "gone.pem", "neo4j+s", "cannot be read"),
        (empty, "bolt", "asks for none"),
        (empty, "bolt+ssc", "asks for none"),
    ):
        with pytest.raises(SettingsError, match=told) as caught:
            Neo4jStore(f"{scheme}://127.0.0.1:1", options=Neo4jOptions(ca=file))
        assert caught.value.hint


@pytest.mark.parametrize(
    ("name", "value"), [("POOL_SIZE", "0"), ("CONNECT_S", "-1"), ("RETRY_S", "soon"), ("LIFETIME_S", "0")]
)
def test_settings_out_of_bounds_are_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"INTERLOCK_NEO4J_{name}", value)
    with pytest.raises(SettingsError, match=f"neo4j_{name.lower()}"):
        load_settings()


def test_the_defaults_of_the_settings_are_those_of_the_store() -> None:
    given, usual = Settings(), Neo4jOptions()
    assert (
        given.neo4j_ca, given.neo4j_pool_size, given.neo4j_connect_s, given.neo4j_acquire_s,
        given.neo4j_retry_s, given.neo4j_idle_check_s, given.neo4j_lifetime_s,
    ) == (
        usual.ca, usual.pool_size, usual.connect_s, usual.acquire_s,
        usual.retry_s, usual.idle_check_s, usual.lifetime_s,
    )  # fmt: skip


@pytest.mark.neo4j
def test_a_read_carries_the_mark_of_the_write_before_it(neo4j_store: Neo4jStore) -> None:
    neo4j_store.upsert(SMALL)
    with neo4j_store.session("WRITE") as session:
        session.run("MERGE (n:InterlockLog {id: 'mark'})").consume()
        written = session.last_bookmarks().raw_values
    with neo4j_store.session("READ") as session:
        session.run("RETURN 1").consume()
        # Of a session that had not been told, this would be of its own reading alone.
        assert session.last_bookmarks().raw_values == written
