"""The door of the pages: who is not signed in, or has no role, sees this and nothing else."""

from html import escape
from typing import Any

import streamlit as st

from nocs.access import EVERYBODY, Action, Role, Viewer, viewer_of
from nocs.dashboard import dashboard
from nocs.language import later
from nocs.ui import cookie, reader, viewer
from nocs.ui.words import Words
from nocs.web.identity import SignIn, Standing

WAIT_SECONDS = 5.0
_HELD = "nocs_sign_in_held"
_TOLD = "nocs_cookie_told"
ROLES = {Role.OPERATOR: later("operator"), Role.VIEWER: later("viewer")}
AGAIN = later("Sign in again")


def enter() -> Viewer | None:
    """The person who may see pages; None when the door was drawn instead."""
    if not viewer.is_signed_in_here():
        return EVERYBODY
    sign_in = viewer.of_session()
    if sign_in is None:
        _ask_to_sign_in()
        return None
    standing = viewer.used(sign_in)
    if standing is not Standing.HOLDS:
        _stop(standing)
        return None
    st.session_state[_HELD] = True
    person = viewer_of(sign_in.claims, dashboard().settings)
    if person.role is None:
        _refuse(person)
        return None
    return person


def who_html(person: Viewer, words: Words) -> str:
    """Who is signed in, and as what."""
    assert person.role
    limits = "" if person.areas is None else f" · {words.areas(len(person.areas))}"
    return (
        f'<p class="nocs-who" data-testid="who">{escape(person.name)}'
        f" · {words.say(ROLES[person.role])}{limits}</p>"
    )


def sign_out() -> None:
    """End the sign-in here at once, in every tab, and at the provider."""
    sign_in = viewer.of_session()
    if sign_in is not None:
        _end(sign_in)
    st.logout()


def _end(sign_in: SignIn) -> None:
    settings = dashboard().settings
    viewer.sign_ins(settings).end(sign_in)
    viewer.note(Action.SIGN_OUT, viewer_of(sign_in.claims, settings).name)


def _ask_to_sign_in() -> None:
    if st.context.cookies.get(cookie.PERSON) and not st.session_state.get(_TOLD):
        st.session_state[_TOLD] = True
        viewer.note(Action.REFUSAL, "", "a cookie of sign-in that is not valid")
    _door(later("Sign in"), later("Balances of the areas are shown to people of the company only."))


def _stop(standing: Standing) -> None:
    if standing is Standing.RENEW:
        if st.session_state.pop(_HELD, False):
            # Who is still signed in at the provider comes back without a question.
            st.login()
        _door(AGAIN, later("The provider has to confirm your sign-in."))
    elif standing is Standing.IDLE:
        minutes = dashboard().settings.idle_minutes
        _door(AGAIN, later("You were signed out after {count} min without use."), f"{minutes:g}")
    elif standing is Standing.WAITS:
        words = reader.words()
        with _centred():
            _panel(
                words.say("Your sign-in cannot be confirmed"),
                words.say(
                    "The identity provider does not answer. The page opens by itself when it does."
                ),
            )
        _wait()
    else:
        _door(AGAIN, later("You have signed out."))


@st.fragment(run_every=WAIT_SECONDS)
def _wait() -> None:
    sign_in = viewer.of_session()
    if sign_in is None or viewer.standing(sign_in) is not Standing.WAITS:
        viewer.rerun()


def _refuse(person: Viewer) -> None:
    words = reader.words()
    name = escape(person.name) or words.say("You")
    with _centred():
        _panel(
            words.say("You have no access"),
            words.say(
                "{name}: signed in, but without a role here. Ask whoever runs this dashboard.",
                name=name,
            ),
        )
        st.button(words.say("Sign out"), on_click=sign_out)


def _door(action: str, why: str, count: str = "") -> None:
    words = reader.words()
    with _centred():
        said = words.say(why, count=words.digits(count))
        _panel(words.say("NOCS balance summary"), escape(said))
        st.button(words.say(action), type="primary", on_click=st.login)


def _centred() -> Any:
    return st.container(horizontal_alignment="center", key="door")


def _panel(title: str, text: str) -> None:
    """`text` is HTML."""
    st.html(
        f'<div class="nocs-door" data-testid="door"><h1 class="nocs-h1">{title}</h1>'
        f"<p>{text}</p></div>"
    )
