"""Stop a refresh exactly at one of its steps, without a hook in the program.

A trigger on the cache's own tables waits for an advisory lock that the test holds; PostgreSQL's
list of locks tells when the refresh has come there.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg

from tests.waiting import until

KEY = 4711
FUNCTION = f"""
CREATE OR REPLACE FUNCTION public.wait_for_test() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared({KEY});
    RETURN NEW;
END $$
"""
_RUN = "ON nocs_refresh_run FOR EACH ROW WHEN ({}) EXECUTE FUNCTION wait_for_test()"
TRIGGERS = {
    "claiming": "CREATE TRIGGER hold BEFORE UPDATE "
    + _RUN.format("OLD.status = 'queued' AND NEW.status = 'running'"),
    "claimed": "CREATE TRIGGER hold BEFORE UPDATE " + _RUN.format("NEW.phase = 'connecting'"),
    "fetched": "CREATE TRIGGER hold BEFORE UPDATE " + _RUN.format("NEW.phase = 'checking'"),
    "gated": "CREATE TRIGGER hold BEFORE UPDATE "
    + _RUN.format("NEW.phase = 'publishing' AND OLD.phase = 'checking'"),
    "in the transaction": "CREATE TRIGGER hold BEFORE UPDATE ON nocs_balance_summary FOR EACH ROW"
    " WHEN (NEW.nocs_code = '009') EXECUTE FUNCTION wait_for_test()",
    "before NOTIFY": "CREATE TRIGGER hold AFTER UPDATE " + _RUN.format("NEW.status = 'succeeded'"),
    "at COMMIT": "CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON nocs_balance_history"
    " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.nocs_code = '001')"
    " EXECUTE FUNCTION wait_for_test()",
}
QUERYING = "querying"
STEPS = ("claiming", "claimed", QUERYING, "fetched", "gated", "in the transaction",
         "before NOTIFY", "at COMMIT")  # fmt: skip


class Held:
    """The refresh stops at its step until `release`."""

    def __init__(self, connection: psycopg.Connection, step: str) -> None:
        self._connection = connection
        self._step = step

    def wait(self) -> None:
        """Return when the refresh has come to the step."""
        until(self._waits, f"the refresh to come to {self._step!r}", seconds=60)

    def release(self) -> None:
        self._connection.rollback()

    def _waits(self) -> bool:
        kind = "relation" if self._step == QUERYING else "advisory"
        found = self._connection.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = %s AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())",
            (kind,),
        ).fetchone()
        return bool(found and found[0])


@contextmanager
def held(url: str, step: str) -> Iterator[Held]:
    """Let every refresh on the cache at `url` stop at `step`; lets go at the end."""
    with psycopg.connect(url) as connection:
        if step == QUERYING:
            connection.execute("LOCK TABLE cisadm.ci_char_val_l IN ACCESS EXCLUSIVE MODE")
        else:
            connection.execute(FUNCTION)
            connection.execute(TRIGGERS[step])
            connection.commit()
            connection.execute(f"SELECT pg_advisory_xact_lock({KEY})")
        yield Held(connection, step)
        with suppress(psycopg.OperationalError):  # the server may have been restarted
            connection.rollback()
    if step != QUERYING:
        with suppress(psycopg.OperationalError), psycopg.connect(url) as connection:
            table = TRIGGERS[step].split(" ON ")[1].split()[0]
            connection.execute(f"DROP TRIGGER IF EXISTS hold ON {table}")
