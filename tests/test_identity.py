"""Whether a sign-in still holds, asked of a provider over real HTTP, at the edges of its times."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from nocs.settings import load_settings
from nocs.web import identity
from nocs.web.identity import SignIn, SignIns, Standing
from tests.waiting import until

RECHECK, IDLE = 300.0, 3600.0
CLAIMS: dict[str, Any] = {"sub": "asha", "email": "asha@example.com", "roles": ["viewer"]}


class Provider(ThreadingHTTPServer):
    """A provider whose next answers a test decides."""

    status = 200
    said: dict[str, Any] = CLAIMS
    asked = 0
    endpoint = True


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        if self.path == "/metadata":
            url = f"http://127.0.0.1:{self.server.server_port}/userinfo"
            self._send(200, {"userinfo_endpoint": url} if self.server.endpoint else {})
        else:
            assert self.headers["Authorization"] == "Bearer token"
            self.server.asked += 1
            self._send(self.server.status, self.server.said)

    def _send(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def provider() -> Iterator[Provider]:
    server = Provider(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


class Clock:
    now = 1_000_000.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(identity, "time", clock)
    return clock


@pytest.fixture
def sign_ins(provider: Provider) -> SignIns:
    settings = load_settings(
        {
            "NOCS_RECHECK_MINUTES": str(RECHECK / 60),
            "NOCS_IDLE_MINUTES": str(IDLE / 60),
            "NOCS_OIDC_ROLES_CLAIM": "roles",
        }
    )
    return SignIns(settings, f"http://127.0.0.1:{provider.server_port}/metadata")


def signed_in(sign_ins: SignIns, clock: Clock, token: str = "token") -> SignIn:
    sign_in, is_new = sign_ins.find(CLAIMS | {"iat": clock.now}, token)
    assert is_new
    return sign_in


def test_a_sign_in_is_known_again_by_its_claims_and_token(sign_ins: SignIns, clock: Clock) -> None:
    first = signed_in(sign_ins, clock)
    assert sign_ins.find(dict(first.claims), "token") == (first, False)
    assert sign_ins.find(dict(first.claims), "other")[1] is True


def test_a_document_is_for_a_sign_in_that_was_met_and_has_not_ended(
    sign_ins: SignIns, clock: Clock, provider: Provider
) -> None:
    claims = CLAIMS | {"iat": clock.now}
    assert sign_ins.known(claims, "token") is None
    sign_in = signed_in(sign_ins, clock)
    assert sign_ins.known(claims, "token") is sign_in
    assert sign_ins.known(claims, "other") is None
    assert sign_ins.known(claims | {"roles": ["operator"]}, "token") is None
    sign_ins.end(sign_in)
    assert sign_ins.known(claims, "token") is None
    assert provider.asked == 0


@pytest.mark.parametrize(("seconds", "is_known"), [(RECHECK - 1, True), (RECHECK, False)])
def test_a_document_waits_for_no_answer_of_the_provider(
    sign_ins: SignIns, clock: Clock, provider: Provider, seconds: float, is_known: bool
) -> None:
    sign_in = signed_in(sign_ins, clock)
    clock.now += seconds
    assert (sign_ins.known(sign_in.claims, "token") is sign_in) is is_known
    assert provider.asked == 0


@pytest.mark.parametrize(("seconds", "is_known"), [(IDLE - 1, True), (IDLE, False)])
def test_a_document_is_for_nobody_who_was_idle_too_long(
    sign_ins: SignIns, clock: Clock, seconds: float, is_known: bool
) -> None:
    sign_in = signed_in(sign_ins, clock)
    clock.now += seconds
    sign_in.confirmed_at = clock.now
    assert (sign_ins.known(sign_in.claims, "token") is sign_in) is is_known


def test_the_provider_is_asked_before_the_time_is_over_and_nobody_waits(
    sign_ins: SignIns, clock: Clock, provider: Provider
) -> None:
    sign_in = signed_in(sign_ins, clock)
    clock.now += RECHECK / 2 - 1
    assert sign_ins.standing(sign_in, used=False) is Standing.HOLDS
    assert provider.asked == 0
    clock.now += 1
    assert sign_ins.standing(sign_in, used=False) is Standing.HOLDS
    until(lambda: sign_in.confirmed_at == clock.now, "the answer of the provider")
    assert provider.asked == 1


def test_new_roles_replace_the_old(sign_ins: SignIns, clock: Clock, provider: Provider) -> None:
    sign_in = signed_in(sign_ins, clock)
    provider.said = CLAIMS | {"roles": []}
    clock.now += RECHECK
    assert sign_ins.standing(sign_in, used=False) is Standing.HOLDS
    assert sign_in.claims["roles"] == []


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, {}),
        (400, {}),
        (403, {}),
        (200, {"sub": "somebody else", "roles": ["viewer"]}),
        (200, {"sub": "asha"}),  # silent about what decides
    ],
)
def test_what_the_provider_does_not_confirm_goes_through_it_again_after_the_time(
    sign_ins: SignIns, clock: Clock, provider: Provider, status: int, said: dict[str, Any]
) -> None:
    sign_in = signed_in(sign_ins, clock)
    provider.status, provider.said = status, said
    clock.now += RECHECK - 1
    assert sign_ins.standing(sign_in, used=False) is Standing.HOLDS
    until(lambda: sign_in.answer is Standing.RENEW, "the answer of the provider")
    clock.now += 1
    assert sign_ins.standing(sign_in, used=True) is Standing.RENEW


def test_without_a_token_or_an_address_to_ask_the_sign_in_is_renewed(
    sign_ins: SignIns, clock: Clock, provider: Provider
) -> None:
    provider.endpoint = False
    without_token = signed_in(sign_ins, clock, token="")
    with_token = signed_in(sign_ins, clock)
    clock.now += RECHECK
    assert sign_ins.standing(without_token, used=True) is Standing.RENEW
    assert sign_ins.standing(with_token, used=True) is Standing.RENEW


def test_a_role_never_holds_longer_than_the_time_however_short(
    clock: Clock, provider: Provider
) -> None:
    settings = load_settings({"NOCS_RECHECK_MINUTES": "0.05", "NOCS_IDLE_MINUTES": "0"})
    sign_ins = SignIns(settings, f"http://127.0.0.1:{provider.server_port}/metadata")
    sign_in = signed_in(sign_ins, clock)
    for _ in range(3):
        clock.now += 3
        assert sign_ins.standing(sign_in, used=False) is Standing.HOLDS
        assert sign_in.confirmed_at == clock.now
    provider.status = 401
    clock.now += 3
    assert sign_ins.standing(sign_in, used=False) is Standing.RENEW


def test_while_the_provider_is_away_the_page_waits_and_opens_again(
    sign_ins: SignIns, clock: Clock, provider: Provider
) -> None:
    sign_in = signed_in(sign_ins, clock)
    provider.status = 503
    clock.now += RECHECK
    assert sign_ins.standing(sign_in, used=False) is Standing.WAITS
    provider.status = 200
    clock.now += identity.RETRY_SECONDS - 1
    assert sign_ins.standing(sign_in, used=False) is Standing.WAITS
    assert provider.asked == 1
    clock.now += 1
    assert sign_ins.standing(sign_in, used=False) is Standing.HOLDS


def test_a_sign_in_that_is_not_used_ends_for_good(
    sign_ins: SignIns, clock: Clock, provider: Provider
) -> None:
    sign_in = signed_in(sign_ins, clock)
    clock.now += IDLE - 1
    assert sign_ins.standing(sign_in, used=True) is Standing.HOLDS
    clock.now += IDLE - 1
    assert sign_ins.standing(sign_in, used=False) is Standing.HOLDS
    clock.now += 1
    assert sign_ins.standing(sign_in, used=True) is Standing.IDLE
    assert sign_ins.standing(sign_in, used=True) is Standing.IDLE


def test_an_old_cookie_of_a_forgotten_sign_in_is_idle(sign_ins: SignIns, clock: Clock) -> None:
    sign_in, _ = sign_ins.find(CLAIMS | {"iat": clock.now - IDLE}, "token")
    assert sign_ins.standing(sign_in, used=True) is Standing.IDLE


def test_a_sign_in_from_the_future_is_one_of_now(sign_ins: SignIns, clock: Clock) -> None:
    sign_in, _ = sign_ins.find(CLAIMS | {"iat": clock.now + 9_000_000}, "token")
    assert sign_in.confirmed_at == clock.now


def test_who_signed_out_is_out(sign_ins: SignIns, clock: Clock) -> None:
    sign_in = signed_in(sign_ins, clock)
    sign_ins.end(sign_in)
    assert sign_ins.standing(sign_in, used=True) is Standing.ENDED
