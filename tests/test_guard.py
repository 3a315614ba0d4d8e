"""What stands before every request: other machines, foreign hosts, closed doors, headers."""

from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from nocs.errors import SettingsError
from nocs.settings import load_settings
from nocs.settings.exposure import has_sign_in, require_safe_address
from nocs.web import sign_in
from nocs.web.guard import Guard, host_name, policy

OIDC = {
    "NOCS_OIDC_METADATA_URL": "https://login.example.com/.well-known/openid-configuration",
    "NOCS_OIDC_CLIENT_ID": "nocs",
    "NOCS_OIDC_CLIENT_SECRET": "hunter2-secret",
    "NOCS_PUBLIC_URL": "https://nocs.example.com",
    "NOCS_VIEWERS": "*",
}
OPEN = {"NOCS_ALLOW_ANONYMOUS": "true"}
HERE = "127.0.0.1"


async def _page(_request: Request) -> PlainTextResponse:
    answer = PlainTextResponse("the figures")
    answer.set_cookie("a", "b", httponly=True)
    answer.set_cookie("c", "d", secure=True)
    return answer


async def _socket(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("the figures")
    await websocket.close()


def client(
    environment: dict[str, str], host: str = HERE, sender: str = HERE, scheme: str = "http"
) -> TestClient:
    app = Starlette(
        routes=[Route("/{path:path}", _page), WebSocketRoute("/stream", _socket)],
        middleware=[Middleware(Guard, settings=load_settings(environment))],
    )
    return TestClient(app, base_url=f"{scheme}://{host}", client=(sender, 5000))


@pytest.fixture(autouse=True)
def _no_secrets_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("nocs.settings.exposure.ROOT", tmp_path)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)


@pytest.mark.parametrize(
    ("host", "sender", "status"),
    [
        (HERE, HERE, 200),
        ("localhost", "::1", 200),
        (HERE, "10.0.0.7", 403),  # forwarded by a proxy on this machine
        (HERE, "::ffff:10.0.0.7", 403),
        (HERE, "::ffff:127.0.0.1", 200),
        ("192.168.1.5", "192.168.1.9", 403),
        ("192.168.1.5", HERE, 403),
    ],
)
def test_without_sign_in_only_this_machine_is_answered(host: str, sender: str, status: int) -> None:
    assert client({}, host, sender).get("/").status_code == status


def test_a_refused_websocket_is_closed_before_it_opens() -> None:
    with (
        pytest.raises(WebSocketDisconnect),
        client({}, sender="10.0.0.7").websocket_connect("ws://127.0.0.1/stream"),
    ):
        pass
    with client({}).websocket_connect("ws://127.0.0.1/stream") as websocket:
        assert websocket.receive_text() == "the figures"


@pytest.mark.parametrize("environment", [OPEN, OIDC | {"NOCS_ALLOWED_HOSTS": "10.0.0.1"}])
def test_with_sign_in_or_leave_for_everybody_other_machines_are_answered(
    environment: dict[str, str],
) -> None:
    assert client(environment, "10.0.0.1", "10.0.0.7").get("/").status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("nocs.example.com", 200),
        ("NOCS.example.com.", 200),
        ("localhost", 200),
        ("a.dhaka.example.com", 200),
        ("dhaka.example.com", 421),
        ("evil-dhaka.example.com", 421),
        ("nocs.example.com.evil.com", 421),
        ("evil.com", 421),
    ],
)
def test_only_named_hosts_are_served(host: str, status: int) -> None:
    known = client(OIDC | {"NOCS_ALLOWED_HOSTS": "*.dhaka.example.com"})
    assert known.get("/", headers={"Host": host}).status_code == status


def test_without_sign_in_a_foreign_name_of_this_machine_is_refused() -> None:
    assert client({}).get("/", headers={"Host": "rebound.evil.com"}).status_code == 421


@pytest.mark.parametrize(
    ("header", "name"),
    [("[::1]:8501", "::1"), ("a.b:80", "a.b"), ("A.b.", "a.b"), ("", ""), ("[::1", "::1")],
)
def test_the_name_in_a_host_header(header: str, name: str) -> None:
    assert host_name(header) == name


@pytest.mark.parametrize(
    "path",
    ["/_stcore/metrics", "/_stcore/metrics/", "/nocs/_stcore/metrics",
     "/_stcore/agent/openapi.json", "/_stcore/upload_file/a/b"],
)  # fmt: skip
def test_doors_of_streamlit_that_nobody_needs_are_closed(path: str) -> None:
    assert client({}).get(path).status_code == 404


def test_every_answer_has_the_headers_even_a_refusal() -> None:
    for answer in (client({}).get("/"), client({}, sender="10.0.0.7").get("/")):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        scripts = policy.split("script-src ")[1].split(";")[0]
        assert "'unsafe-inline'" not in scripts and "'unsafe-eval'" not in scripts
        assert "'sha256-" in scripts
        assert "Strict-Transport-Security" not in answer.headers


def test_the_policy_names_the_pages_own_websocket_and_nothing_that_is_no_host() -> None:
    assert "connect-src 'self' ws://a.b:8501;" in policy("a.b:8501", is_https=False)
    assert "connect-src 'self' wss://[::1]:80;" in policy("[::1]:80", is_https=True)
    for host in ("", "a.b; script-src *", "a b", "https://a.b", "*", "'none'"):
        assert "connect-src 'self';" in policy(host, is_https=True)


def cookies(environment: dict[str, str], scheme: str = "http") -> list[bool]:
    answer = client(environment, scheme=scheme).get("/")
    return ["; secure" in value.lower() for value in answer.headers.get_list("set-cookie")]


def test_behind_tls_every_cookie_is_secure_and_tls_is_kept() -> None:
    assert cookies({}) == [False, True]
    assert cookies({}, scheme="https") == [True, True]
    assert cookies(OIDC) == [True, True]
    assert "max-age=" in client(OIDC).get("/").headers["Strict-Transport-Security"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.5.5.5"])
def test_a_loopback_address_is_served_without_sign_in(host: str) -> None:
    require_safe_address(load_settings({"NOCS_HOST": host}))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "nocs.example.com", ""])
def test_any_other_address_needs_sign_in_or_leave(host: str) -> None:
    with pytest.raises(SettingsError, match="loopback address only"):
        require_safe_address(load_settings({}, host=host))
    require_safe_address(load_settings(OPEN, host=host))
    require_safe_address(load_settings(OIDC, host=host))


@pytest.mark.parametrize("missing", [name for name in OIDC if name != "NOCS_VIEWERS"])
def test_a_half_set_sign_in_is_an_error_that_names_what_is_missing(missing: str) -> None:
    environment = {name: value for name, value in OIDC.items() if name != missing}
    with pytest.raises(SettingsError, match=f"{missing} is missing"):
        has_sign_in(load_settings(environment))


def test_a_sign_in_that_lets_nobody_in_is_an_error() -> None:
    environment = {name: value for name, value in OIDC.items() if name != "NOCS_VIEWERS"}
    with pytest.raises(SettingsError, match="NOCS_VIEWERS"):
        has_sign_in(load_settings(environment))


@pytest.fixture
def secrets_file(tmp_path: Path) -> Callable[[str], None]:
    def write(content: str) -> None:
        (tmp_path / ".streamlit").mkdir(exist_ok=True)
        (tmp_path / ".streamlit" / "secrets.toml").write_text(content, encoding="utf-8")

    return write


def test_a_secrets_file_of_streamlit_is_a_sign_in_too(secrets_file: Callable[[str], None]) -> None:
    settings = load_settings({"NOCS_VIEWERS": "*"})
    assert not has_sign_in(settings)
    secrets_file("[other]\nx = 1\n")
    assert not has_sign_in(settings)
    secrets_file('[auth]\nserver_metadata_url = "https://x/y"\n')
    assert has_sign_in(settings)
    assert sign_in.streamlit_secrets(settings) is None
    assert sign_in.provider_section(settings)["server_metadata_url"] == "https://x/y"
    secrets_file("[auth\n")
    with pytest.raises(SettingsError, match="cannot be read as TOML"):
        has_sign_in(settings)


def test_the_example_of_a_secrets_file_has_what_the_settings_would_say(tmp_path: Path) -> None:
    import tomllib

    from nocs.settings import ROOT

    example = tomllib.loads(
        (ROOT / ".streamlit" / "secrets.toml.example").read_text(encoding="utf-8")
    )
    made = sign_in.streamlit_secrets(load_settings(OIDC | {"NOCS_DATA_DIR": str(tmp_path)}))
    assert made and set(example["auth"]) == set(made["auth"])
    for name in ("redirect_uri", "server_metadata_url", "expose_tokens", "client_kwargs"):
        assert example["auth"][name] == made["auth"][name]


def test_the_key_of_the_cookies_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    settings = load_settings({"NOCS_DATA_DIR": str(tmp_path)})
    first = sign_in.cookie_secret(settings)
    assert len(first) >= 32 and sign_in.cookie_secret(settings) == first
    assert (tmp_path / "cookie_secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["cookie_secret"]
    given = load_settings({"NOCS_DATA_DIR": str(tmp_path), "NOCS_COOKIE_SECRET": "k" * 32})
    assert sign_in.cookie_secret(given) == "k" * 32
