"""Who is looking at a page: asked by every page, and again each second by the part that ticks."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import streamlit as st

from nocs.access import EVERYBODY, Action, Viewer, viewer_of
from nocs.area_names import in_language, names_in
from nocs.dashboard import dashboard
from nocs.live import LiveState
from nocs.model import Snapshot
from nocs.past import Recent
from nocs.settings import Settings
from nocs.settings.exposure import has_sign_in
from nocs.ui import reader
from nocs.web.identity import SignIn, SignIns, Standing
from nocs.web.sign_in import provider_section

NOBODY = Viewer("", None, frozenset())
_TICKED = "nocs_ticked"


def current() -> Viewer:
    """The person who is looking; without sign-in, everybody may do everything."""
    if not is_signed_in_here():
        return EVERYBODY
    sign_in = of_session()
    if sign_in is None or standing(sign_in) is not Standing.HOLDS:
        return NOBODY
    return viewer_of(sign_in.claims, dashboard().settings)


def state() -> LiveState:
    """The newest state as the person may see it."""
    return seen_by(current(), dashboard().state(), reader.code())


def seen_by(person: Viewer, whole: LiveState, language: str) -> LiveState:
    """The state with the areas that the person may see, named in this language."""
    areas = person.areas
    return named(whole if areas is None else restricted(whole, areas), language)


def require_operator() -> Viewer:
    """The operator who is looking; nothing is drawn for anybody else."""
    person = current()
    if not person.is_operator:
        st.stop()
    return person


@lru_cache(maxsize=64)
def restricted(whole: LiveState, areas: frozenset[str]) -> LiveState:
    """Made once a version for each set of areas, not once for each page."""
    return whole.restricted_to(areas)


def named(seen: LiveState, language: str) -> LiveState:
    """The state with its areas named in this language, where the source has a name."""
    if seen.snapshot is None or not seen.snapshot.names:
        return seen
    figures = _named(_Same(seen.snapshot, seen.recent), language)
    return replace(seen, snapshot=figures.snapshot, recent=figures.recent)


class _Same:
    """Figures that equal themselves alone: each heartbeat makes a state, only a refresh these."""

    def __init__(self, snapshot: Snapshot, recent: Recent | None) -> None:
        self.snapshot, self.recent = snapshot, recent

    def __hash__(self) -> int:
        return hash((id(self.snapshot), id(self.recent)))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Same)
            and other.snapshot is self.snapshot
            and other.recent is self.recent
        )


@lru_cache(maxsize=64)
def _named(figures: _Same, language: str) -> _Same:
    """Made once a refresh for each language: what is drawn is kept by the very days it shows."""
    if not (names := names_in(figures.snapshot, language)):
        return figures
    recent = figures.recent.named(names) if figures.recent else None
    return _Same(in_language(figures.snapshot, language), recent)


def is_signed_in_here() -> bool:
    """Whether this installation has a sign-in."""
    return _has_sign_in(dashboard().settings)


def of_session() -> SignIn | None:
    """The sign-in of this browser; None without a valid cookie of one."""
    if not st.user.is_logged_in:
        return None
    claims: dict[str, Any] = st.user.to_dict()
    tokens = claims.pop("tokens", None) or {}
    sign_in, is_new = sign_ins(dashboard().settings).find(claims, tokens.get("access", ""))
    if is_new:
        viewer = viewer_of(claims, dashboard().settings)
        if viewer.role is None:
            note(Action.REFUSAL, viewer.name, "no role")
        else:
            # After a restart of the dashboard, older sign-ins are met again.
            earlier = ", by an earlier sign-in" if sign_in.is_old() else ""
            note(Action.SIGN_IN, viewer.name, viewer.role.value + earlier)
    return sign_in


def standing(sign_in: SignIn) -> Standing:
    """Whether the sign-in holds; a run that no person caused is not a use of it."""
    return sign_ins(dashboard().settings).standing(sign_in, used=False)


def used(sign_in: SignIn) -> Standing:
    """The same, when a whole page is drawn: a use of it, unless the page itself asked for it."""
    by_person = not st.session_state.pop(_TICKED, False)
    return sign_ins(dashboard().settings).standing(sign_in, used=by_person)


def rerun() -> None:
    """Draw the whole page again although nobody did anything."""
    st.session_state[_TICKED] = True
    st.rerun()


def note(action: Action, who: str, detail: str = "") -> None:
    """Add what this person did to the audit."""
    dashboard().note(action, who=who, address=address(), detail=f"page: {detail}")


def address() -> str:
    """Where the browser is; Streamlit gives none for this machine itself."""
    found = st.context.ip_address
    return found if isinstance(found, str) else "127.0.0.1"


@lru_cache(maxsize=1)
def sign_ins(settings: Settings) -> SignIns:
    """All sign-ins of this process."""
    return SignIns(settings, provider_section(settings).get("server_metadata_url", ""))


@lru_cache(maxsize=1)
def _has_sign_in(settings: Settings) -> bool:
    return has_sign_in(settings)
