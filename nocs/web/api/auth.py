"""Who calls: the token of a request, what it may do, and the refusal of all others."""

import time
from typing import Annotated

from fastapi import BackgroundTasks, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from nocs.access import Action
from nocs.cache.tokens import USE_NOTED_EVERY, ApiToken, digest, find
from nocs.dashboard import dashboard
from nocs.live import LiveState
from nocs.model import Snapshot
from nocs.web.api.errors import empty_cache
from nocs.web.api.limits import failures

bearer = HTTPBearer(auto_error=False, description="A token made with `nocs token create`.")
_noted: dict[bytes, float] = {}


class Caller:
    """The program that asks: its token, where it is, and the figures as it may see them."""

    def __init__(self, token: ApiToken, address: str) -> None:
        self.token = token
        self.address = address

    @property
    def name(self) -> str:
        return self.token.name

    def state(self) -> LiveState:
        return dashboard().state().restricted_to(self.token.areas)

    def snapshot(self) -> Snapshot:
        """The figures that this token may see; 503 while there are none."""
        snapshot = self.state().snapshot
        if snapshot is None:
            raise empty_cache()
        return snapshot

    async def require_refresh(self) -> None:
        """403 unless the token may ask for a refresh."""
        if self.token.may_refresh:
            return
        await _note_refusal(self.name, self.address, "the token may not refresh")
        raise HTTPException(
            403,
            "This token may only read; one of scope refresh is needed.",
            {"WWW-Authenticate": 'Bearer error="insufficient_scope", scope="refresh"'},
        )


async def caller(
    request: Request,
    background: BackgroundTasks,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Caller:
    """The caller; 401 without a valid token, 429 after too many tries of one."""
    board = dashboard()
    address = request.client.host if request.client else ""
    token = find(board.state().tokens, credentials.credentials) if credentials else None
    if token is None or not token.is_valid(board.now()):
        raise await _refused(credentials, address, token)
    _note_use(token, background)
    _require_known_parameters(request)
    return Caller(token, address)


Authorized = Annotated[Caller, Depends(caller)]


async def _refused(
    credentials: HTTPAuthorizationCredentials | None, address: str, known: ApiToken | None
) -> HTTPException:
    keys = [f"address {address}"]
    if credentials:
        keys.append(f"token {digest(credentials.credentials).hex()}")
    is_first, wait = failures.count(*keys)
    if wait:
        rest = str(int(wait) + 1)
        return HTTPException(
            429, f"Too many failed tries. The next is heard in {rest} s.", {"Retry-After": rest}
        )
    why = "the token has expired" if known else "unknown token" if credentials else "no token"
    if is_first:
        await _note_refusal(known.name if known else "", address, why)
    challenge = 'Bearer error="invalid_token"' if credentials else "Bearer"
    return HTTPException(
        401,
        "Send a valid token as 'Authorization: Bearer TOKEN'.",
        {"WWW-Authenticate": challenge},
    )


def _require_known_parameters(request: Request) -> None:
    """422 for a parameter that this address does not have: a misspelt filter filters nothing."""
    known = {field.alias for field in request.scope["route"].dependant.query_params}
    if unknown := sorted(set(request.query_params) - known):
        listed = ", ".join(sorted(known)) or "none"
        raise HTTPException(422, f"{unknown[0]}: no such parameter; there are: {listed}.")


async def _note_refusal(who: str, address: str, why: str) -> None:
    note = dashboard().note
    await run_in_threadpool(
        lambda: note(Action.REFUSAL, who=who, address=address, detail=f"API: {why}")
    )


def use_is_noted(token: ApiToken) -> bool:
    """Whether the use of a token was noted within the last minute."""
    last = _noted.get(token.hash)
    return last is not None and time.monotonic() - last < USE_NOTED_EVERY.total_seconds()


def _note_use(token: ApiToken, background: BackgroundTasks) -> None:
    """After the answer, and once a minute: no caller waits for it."""
    if not use_is_noted(token):
        _noted[token.hash] = time.monotonic()
        background.add_task(dashboard().note_token_use, token.id)
