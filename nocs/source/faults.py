"""Oracle's error codes: what each means for a person, and whether asking again may help.

No driver is imported here, so the scheduler knows these codes without loading one.
"""

import re

from nocs.errors import SourceError

KEPT = "The figures of the last success are kept."
_PAUSED = (
    "The scheduler does not try again by itself, because repeated tries lock the account: restart "
    "it with the corrected setting, or press Refresh."
)
# After one of these the account itself is refused, and the scheduler rests (see `pause`).
REFUSED_LOGINS = {"ORA-01005", "ORA-01017", "ORA-28000", "ORA-28001"}
# A query that outlived the undo once may pass at a quieter moment; a third try only costs.
RETRIED_ONCE = {"ORA-01555"}
LASTING = REFUSED_LOGINS | {
    "ORA-00904", "ORA-00942", "ORA-01031", "ORA-01045", "ORA-01456", "ORA-12154",
    "DPY-3010", "DPY-3015", "DPY-4000", "DPY-4017", "DPY-4018", "DPY-4024",
    "DPY-4026", "DPY-4027", "DPY-6001", "DPY-6002", "DPY-6003", "DPY-6006",
}  # fmt: skip
# The driver itself refuses what it was given.
LASTING_KINDS = ("DPI-", "DPY-2")
REMEDIES = {
    "ORA-00904": "A column is missing: compare the report with the tables of this CC&B.",
    "ORA-00942": "A table is missing or not readable: check NOCS_ORACLE_SCHEMA and the grants "
    "(sql/source_grants.sql).",
    "ORA-01005": f"The password is empty: set NOCS_ORACLE_PASSWORD. {_PAUSED}",
    "ORA-01017": "User name or password is wrong: correct NOCS_ORACLE_USER and _PASSWORD. "
    + _PAUSED,
    "ORA-01031": "A privilege is missing: ask the DBA for READ on the report's tables "
    "(sql/source_grants.sql).",
    "ORA-01034": "The database is down: it is asked again.",
    "ORA-01045": "Ask the DBA to grant CREATE SESSION to the user (sql/source_grants.sql).",
    "ORA-01456": "The report tries to write: it must be a single SELECT.",
    "ORA-01555": "The query outlived the database's undo: ask the DBA for a longer "
    "undo_retention if it happens again.",
    "ORA-01652": "The database ran out of temporary space: ask the DBA for more, or run at a "
    "quieter hour.",
    "ORA-02391": "The user has too many sessions: see whether another program uses it.",
    "ORA-03172": "The standby lags too far behind: it is asked again.",
    "ORA-12154": "NOCS_ORACLE_DSN is an alias that tnsnames.ora does not hold: check "
    "NOCS_ORACLE_CONFIG_DIR.",
    "ORA-28000": f"The account is locked: ask the DBA to unlock it. {_PAUSED}",
    "ORA-28001": f"The password has expired: have it changed and set NOCS_ORACLE_PASSWORD. "
    f"{_PAUSED}",
    "DPI-1047": "NOCS_ORACLE_CLIENT_DIR must be the folder of Oracle Instant Client, the one that "
    "holds libclntsh; unset it for thin mode.",
    "DPY-3010": "Thin mode needs Oracle 12.1 or newer: set NOCS_ORACLE_CLIENT_DIR for thick mode.",
    "DPY-3015": "The user's password is stored in an old form: have it set anew, or set "
    "NOCS_ORACLE_CLIENT_DIR for thick mode.",
    "DPY-4000": "NOCS_ORACLE_DSN is an alias that tnsnames.ora does not hold.",
    "DPY-4011": "The connection was cut: check the network, the database, and over TLS the wallet "
    "and its password. A server that demands native network encryption also cuts it: set "
    "NOCS_ORACLE_CLIENT_DIR for thick mode.",
    "DPY-2018": "NOCS_ORACLE_WALLET_DIR must be the folder of ewallet.pem.",
    "DPY-2049": "Correct the descriptor in NOCS_ORACLE_DSN.",
    "DPY-4017": "Correct the descriptor in NOCS_ORACLE_DSN.",
    "DPY-4018": "Correct NOCS_ORACLE_DSN: host:1521/SERVICE, or a full descriptor.",
    "DPY-4024": "No answer within NOCS_ORACLE_CALL_TIMEOUT_SECONDS: raise it, or have the "
    "query's plan looked at.",
    "DPY-4026": "NOCS_ORACLE_DSN is an alias: NOCS_ORACLE_CONFIG_DIR must hold tnsnames.ora.",
    "DPY-4027": "NOCS_ORACLE_DSN is an alias: set NOCS_ORACLE_CONFIG_DIR to the folder of "
    "tnsnames.ora.",
    "DPY-6001": "The listener knows no such service: check the service in NOCS_ORACLE_DSN.",
    "DPY-6003": "The listener knows no such SID: check NOCS_ORACLE_DSN.",
    "DPY-6005": "Check host, port and protocol in NOCS_ORACLE_DSN, the firewall, and for TLS the "
    "wallet and its password.",
    "DPY-6006": "The server's certificate is of another name: use that host name in "
    "NOCS_ORACLE_DSN.",
}  # fmt: skip

_INNER = re.compile(r"\n(?P<message>(?P<code>(?:ORA|DPY)-\d{4,5}): .*)")


def fault(code: str, message: str) -> SourceError:
    """The error a person reads, from the driver's code and message."""
    # The driver wraps what stopped it from connecting, a wrong service for one, in DPY-6005.
    if code == "DPY-6005" and (inner := _INNER.search(message)):
        code, message = inner["code"], inner["message"]
    remedy = REMEDIES.get(code, "See the Oracle message; ask the DBA if it stays.")
    lasts = code in LASTING or code.startswith(LASTING_KINDS)
    return SourceError(f"Oracle: {told(message)}. {KEPT}", remedy, code=code, transient=not lasts)


def told(message: str) -> str:
    """The first line of a driver's message; where that only says that it failed, also the why."""
    lines = [line.strip().rstrip(".") for line in message.splitlines()]
    lines = [line for line in lines if line and not line.startswith("Help:")]
    if not lines:
        return "no message"
    shown = lines[0].partition(" (CONNECTION_ID=")[0].partition(". See http")[0]
    is_vague = "cannot connect to database" in shown or shown.startswith(("DPY-4011", "DPY-6000"))
    return f"{shown}: {lines[1]}" if is_vague and len(lines) > 1 else shown
