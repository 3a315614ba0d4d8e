"""Who may do what: claims to a role and areas, and a snapshot as a person may see it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from nocs.access import Role, viewer_of
from nocs.cache import balances
from nocs.cache.database import Database
from nocs.errors import SettingsError
from nocs.live import LiveState, without_figures
from nocs.model import RunStatus
from nocs.settings import load_settings
from tests.records import AS_OF, area, fail, publish

KNOWN = {
    "NOCS_OPERATORS": "boss@example.com, role:operators",
    "NOCS_VIEWERS": "asha@example.com, role:viewers",
    "NOCS_OIDC_ROLES_CLAIM": "roles",
}


def role(claims: dict[str, Any], **settings: str) -> Role | None:
    return viewer_of(claims, load_settings(KNOWN | settings)).role


def areas(claims: dict[str, Any], **settings: str) -> frozenset[str] | None:
    return viewer_of(claims, load_settings(KNOWN | settings)).areas


def test_a_person_has_the_role_of_the_list_that_names_him() -> None:
    assert role({"email": "boss@example.com"}) is Role.OPERATOR
    assert role({"email": "ASHA@example.com "}) is Role.VIEWER
    assert role({"email": "other@example.com"}) is None
    assert role({}) is None
    assert role({"email": ""}) is None
    assert role({"email": None}) is None


def test_a_role_of_the_claim_counts_whatever_its_form() -> None:
    assert role({"roles": ["x", "Operators"]}) is Role.OPERATOR
    assert role({"roles": "viewers"}) is Role.VIEWER
    assert role({"roles": "x viewers"}) is Role.VIEWER
    assert role({"roles": {"operators": True}}) is None
    assert role({"roles": 7}) is None
    assert role({"roles": ["viewers", "operators"]}) is Role.OPERATOR


def test_a_claim_may_lie_within_another() -> None:
    nested = {"realm_access": {"roles": ["operators"]}}
    assert role(nested, NOCS_OIDC_ROLES_CLAIM="realm_access.roles") is Role.OPERATOR
    assert role(nested, NOCS_OIDC_ROLES_CLAIM="realm_access.other") is None
    dotted = {"https://x.example/roles": ["operators"]}
    assert role(dotted, NOCS_OIDC_ROLES_CLAIM="https://x.example/roles") is Role.OPERATOR


def test_nobody_becomes_a_role_by_taking_its_name() -> None:
    own = {"preferred_username": "role:operators"}
    assert role(own, NOCS_OIDC_NAME_CLAIM="preferred_username") is None
    assert role({"email": "operators"}) is None
    assert role({"roles": ["boss@example.com"]}) is None


def test_an_address_that_the_provider_did_not_verify_is_nobodys() -> None:
    assert role({"email": "boss@example.com", "email_verified": False}) is None
    assert role({"email": "boss@example.com", "email_verified": True}) is Role.OPERATOR


def test_a_star_lets_in_everybody_who_can_sign_in_as_viewer() -> None:
    assert role({"sub": "x"}, NOCS_VIEWERS="*") is Role.VIEWER
    assert role({"sub": "x"}, NOCS_OPERATORS="*") is None


LIMITS = {"NOCS_AREA_LIMITS": "asha@example.com=001 002, role:office=003"}


def test_areas_are_limited_by_person_and_by_role_together() -> None:
    assert areas({"email": "boss@example.com"}, **LIMITS) is None
    assert areas({"email": "asha@example.com"}, **LIMITS) == {"001", "002"}
    both = {"email": "Asha@example.com", "roles": ["office"]}
    assert areas(both, **LIMITS) == {"001", "002", "003"}


def test_a_claim_of_areas_limits_further_and_its_absence_hides_all() -> None:
    claimed = LIMITS | {"NOCS_OIDC_AREAS_CLAIM": "areas"}
    assert areas({"email": "boss@example.com", "areas": ["001"]}, **claimed) == {"001"}
    assert areas({"email": "boss@example.com", "areas": "*"}, **claimed) is None
    assert areas({"email": "boss@example.com"}, **claimed) == frozenset()
    assert areas({"email": "asha@example.com", "areas": ["002", "009"]}, **claimed) == {"002"}
    assert areas({"email": "asha@example.com", "areas": ["*"]}, **claimed) == {"001", "002"}


@pytest.mark.parametrize("text", ["asha@example.com", "=001", "asha@example.com=", "a=1, b"])
def test_a_wrong_limit_of_areas_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="NOCS_AREA_LIMITS: must be like"):
        load_settings({"NOCS_AREA_LIMITS": text})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NOCS_PUBLIC_URL", "nocs.example.com"),
        ("NOCS_PUBLIC_URL", "https://nocs.example.com/path"),
        ("NOCS_OIDC_METADATA_URL", "login.example.com"),
        ("NOCS_COOKIE_SECRET", "k" * 31),
        ("NOCS_AUDIT_DAYS", "29"),
        ("NOCS_RECHECK_MINUTES", "0"),
        ("NOCS_RECHECK_MINUTES", "5.1"),
        ("NOCS_IDLE_MINUTES", "-1"),
    ],
)
def test_a_wrong_setting_of_access_is_refused_with_its_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name}: "):
        load_settings({name: value})


def test_a_restricted_snapshot_holds_its_areas_and_totals_of_them_alone(database: Database) -> None:
    publish(
        database,
        area("001", "10.00", "-1.00"),
        area("002", "20.00", "-2.00"),
        as_of=AS_OF - timedelta(hours=1),
    )
    publish(
        database,
        area("001", "100.00", "-7.00"),
        area("002", "200.00", "-0.01"),
        warnings=("Area 001 moved by much.",),
    )
    with database.reading() as connection:
        whole = balances.read_snapshot(connection)
    assert whole is not None
    assert whole.restricted_to(None) is whole
    one = whole.restricted_to(frozenset({"002", "999"}))
    assert [a.nocs_code for a in one.areas] == ["002"]
    assert one.totals.net_balance == Decimal("199.99") and one.totals.areas == 1
    assert one.previous and one.previous.net_balance == Decimal("18.00")
    assert (one.run.totals, one.run.warnings, one.run.row_count) == (one.totals, (), 1)
    assert (one.as_of, one.run.id) == (whole.as_of, whole.run.id)
    none = whole.restricted_to(frozenset())
    assert none.areas == () and none.totals.net_balance == Decimal("0.00")


def test_without_earlier_areas_a_restricted_snapshot_has_no_change(database: Database) -> None:
    publish(database, area("001"), as_of=AS_OF - timedelta(hours=1))
    publish(database, area("001"))
    with database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM nocs_balance_history")
    with database.reading() as connection:
        whole = balances.read_snapshot(connection)
    assert whole and whole.previous
    assert whole.restricted_to(frozenset({"001"})).previous is None


def test_what_a_rejected_run_says_of_areas_is_hidden_from_who_sees_only_some(
    database: Database,
) -> None:
    run = replace(
        fail(database, "x"), status=RunStatus.REJECTED, error="Area 001 has a due of 5.00."
    )
    state = LiveState(last_run=run)
    assert state.restricted_to(None) is state
    hidden = state.restricted_to(frozenset({"002"})).last_run
    assert hidden and "001" not in hidden.error and "rule" in hidden.error
    failed = replace(run, status=RunStatus.FAILED, error="Oracle: ORA-01555.")
    assert without_figures(failed).error == "Oracle: ORA-01555."
