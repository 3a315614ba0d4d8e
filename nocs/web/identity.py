"""Sign-ins under way: whether each still holds, as the provider itself says.

The cookie of a sign-in lasts for weeks and keeps the roles of its first day. So the provider is
asked again, in the person's name, before NOCS_RECHECK_MINUTES are over; what it no longer says of
a person no longer counts. Where it cannot tell so, the person goes through its sign-in again.
"""

import hashlib
import json
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from nocs.access import claim
from nocs.settings import Settings

log = logging.getLogger("nocs.sign_in")

RETRY_SECONDS = 10.0
OLD_SECONDS = 60.0
MOST_KEPT = 10_000


class ProviderSilentError(Exception):
    """The provider cannot be reached, or its answer is none."""


class Standing(StrEnum):
    HOLDS = "holds"
    RENEW = "renew"  # the provider must be gone through again
    WAITS = "waits"  # the provider cannot be reached
    IDLE = "idle"
    ENDED = "ended"


@dataclass
class SignIn:
    """One sign-in of one person. Times are seconds since 1970."""

    claims: Mapping[str, Any]
    access_token: str
    confirmed_at: float
    used_at: float
    end: Standing | None = None
    answer: Standing = Standing.HOLDS
    asked_at: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def is_old(self) -> bool:
        """Whether it was made a while before it was first met."""
        return time.time() - self.confirmed_at > OLD_SECONDS


class SignIns:
    """All sign-ins that this process has seen. Thread-safe."""

    def __init__(self, settings: Settings, metadata_url: str) -> None:
        # Imported where there is a sign-in, not into the memory of every dashboard.
        from nocs.web.provider import Provider

        self._settings = settings
        self._provider = Provider(metadata_url)
        self._known: dict[str, SignIn] = {}
        self._lock = threading.Lock()

    def find(self, claims: Mapping[str, Any], access_token: str) -> tuple[SignIn, bool]:
        """The sign-in of these claims, and whether this process sees it for the first time."""
        key = _key(claims, access_token)
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                return known, False
            # What is not remembered, after a restart, counts from the sign-in itself.
            issued_at = min(float(claims.get("iat") or 0), time.time())
            while len(self._known) >= MOST_KEPT:
                self._known.pop(next(iter(self._known)))
            self._known[key] = SignIn(claims, access_token, issued_at, issued_at)
            return self._known[key], True

    def known(self, claims: Mapping[str, Any], access_token: str) -> SignIn | None:
        """The sign-in of these claims, if it was met here before and holds without a question.

        Whatever is in doubt is left to `standing`.
        """
        with self._lock:
            sign_in = self._known.get(_key(claims, access_token))
        if sign_in is None or sign_in.end or self._is_idle(sign_in):
            return None
        age = time.time() - sign_in.confirmed_at
        return sign_in if age < self._settings.recheck_minutes * 60 else None

    def standing(self, sign_in: SignIn, *, used: bool) -> Standing:
        """Whether it holds now. `used`: a person has just done something.

        Asks the provider in the background while the last answer is young enough.
        """
        if sign_in.end:
            return sign_in.end
        now = time.time()
        if self._is_idle(sign_in):
            sign_in.end = Standing.IDLE
            return Standing.IDLE
        if used:
            sign_in.used_at = now
        longest = self._settings.recheck_minutes * 60
        if now - sign_in.confirmed_at >= longest:
            self._ask(sign_in, longest)
            if time.time() - sign_in.confirmed_at >= longest:
                return sign_in.answer
        elif now - sign_in.confirmed_at >= longest / 2 and self._may_ask(sign_in):
            threading.Thread(
                target=self._ask, args=[sign_in, longest / 2], name="nocs-recheck", daemon=True
            ).start()
        return Standing.HOLDS

    def end(self, sign_in: SignIn) -> None:
        """Nobody gets in with this sign-in again."""
        sign_in.end = Standing.ENDED

    def _is_idle(self, sign_in: SignIn) -> bool:
        longest = self._settings.idle_minutes * 60
        return bool(longest) and time.time() - sign_in.used_at >= longest

    def _may_ask(self, sign_in: SignIn) -> bool:
        pause = min(RETRY_SECONDS, self._settings.recheck_minutes * 60 / 2)
        return time.time() - sign_in.asked_at >= pause

    def _ask(self, sign_in: SignIn, older_than: float) -> None:
        """Ask the provider once, unless another thread has just done so."""
        with sign_in.lock:
            if time.time() - sign_in.confirmed_at < older_than or not self._may_ask(sign_in):
                return
            sign_in.asked_at = time.time()
            try:
                answer = self._provider.userinfo(sign_in.access_token)
            except ProviderSilentError as error:
                log.warning("The provider cannot be asked about a sign-in. %s", error)
                sign_in.answer = Standing.WAITS
                return
            confirmed = answer and self._confirmed(sign_in.claims, answer)
            if not confirmed:
                sign_in.answer = Standing.RENEW
                return
            sign_in.claims = confirmed
            sign_in.confirmed_at = sign_in.asked_at
            sign_in.answer = Standing.HOLDS

    def _confirmed(
        self, before: Mapping[str, Any], said: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        """The claims as they are now; None when the answer does not speak of what decides."""
        if said.get("sub") != before.get("sub"):
            return None
        for name in (self._settings.oidc_roles_claim, self._settings.oidc_areas_claim):
            if claim(before, name) is not None and claim(said, name) is None:
                return None
        return {**before, **said}


def _key(claims: Mapping[str, Any], access_token: str) -> str:
    text = json.dumps([claims, access_token], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
