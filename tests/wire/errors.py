"""Oracle errors, and what PostgreSQL's errors become.

What would surprise: a refused SELECT is ORA-00942, as on Oracle, where a table that you may not
see does not exist; a refused write is ORA-01031. What has no counterpart becomes ORA-00600,
which the driver takes for the end of the connection and reports as DPY-4011.
"""


class OraError(Exception):
    """An error for the client, raised inside the server or scripted by a test.

    With `after_rows`, a scripted error comes only after so many rows of the result.
    """

    def __init__(
        self, code: int, text: str, *, after_rows: int | None = None, sqlstate: str = ""
    ) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text
        self.after_rows = after_rows
        self.sqlstate = sqlstate  # PostgreSQL's code, if it came from there

    def __str__(self) -> str:
        return f"ORA-{self.code:05}: {self.text}"


_BY_SQLSTATE = {
    "3F000": (942, "table or view does not exist"),
    "42P01": (942, "table or view does not exist"),
    "42601": (900, "invalid SQL statement"),
    "42703": (904, "invalid identifier"),
    "42883": (904, "invalid identifier"),
    "42702": (918, "column ambiguously defined"),
    "22012": (1476, "divisor is equal to zero"),
    "22003": (1426, "numeric overflow"),
    "22007": (1861, "literal does not match format string"),
    "22008": (1861, "literal does not match format string"),
    "22P02": (1722, "invalid number"),
    "23502": (1400, "cannot insert NULL"),
    "23505": (1, "unique constraint violated"),
    "25006": (
        1456,
        "may not perform insert, delete, update operation inside a READ ONLY transaction",
    ),
    "40001": (8177, "can't serialize access for this transaction"),
    "40P01": (60, "deadlock detected while waiting for resource"),
    "42803": (979, "not a GROUP BY expression"),
    "42804": (932, "inconsistent datatypes"),
    "57P01": (3113, "end-of-file on communication channel"),
    "57014": (1013, "user requested cancel of current operation"),
}
INSUFFICIENT_PRIVILEGE = "42501"


def from_postgres(sqlstate: str, message: str, *, is_query: bool) -> OraError:
    """The Oracle error nearest to a PostgreSQL one; its own text is kept behind ours."""
    if sqlstate == INSUFFICIENT_PRIVILEGE and is_query:
        code, text = 942, "table or view does not exist"
    elif sqlstate == INSUFFICIENT_PRIVILEGE:
        code, text = 1031, "insufficient privileges"
    elif sqlstate in _BY_SQLSTATE:
        code, text = _BY_SQLSTATE[sqlstate]
    else:
        code, text = 600, f"internal error code, arguments: [{sqlstate}]"
    return OraError(code, f"{text} (PostgreSQL: {message})", sqlstate=sqlstate)
