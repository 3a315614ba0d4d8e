"""A test server that the real python-oracledb thin driver takes for an Oracle database.

It speaks just enough TNS/TTC for the unpatched driver to log in, run a SELECT, fetch, fail and
time out; the SQL itself is run by PostgreSQL. So it proves what the driver accepts and how our
code behaves. It does NOT prove what a real Oracle server does: its optimizer, its SQL dialect,
its locking and its error texts are not here. What would surprise: PostgreSQL judges the SQL,
so Oracle-only syntax (SYSDATE, (+), CONNECT BY) fails and PostgreSQL-only syntax passes.

    with OracleWire(conninfo=postgres_url, users={"reader": "secret"}, service="CCB") as wire:
        connection = oracledb.connect(user="reader", password="secret", dsn=wire.dsn)
        wire.fail_with(OraError(1555, "snapshot too old"), sql="CI_FT", on=1)
"""

from .errors import OraError
from .faults import Answer, Cut, Silent, Slow
from .record import ClientSession
from .server import OracleWire

__all__ = ["Answer", "ClientSession", "Cut", "OraError", "OracleWire", "Silent", "Slow"]
