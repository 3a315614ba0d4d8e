"""What `nocs source check` makes of an examined session: one finding a line, good or bad.

Needed is exactly what sql/source_grants.sql grants. Whatever lets the user change something is
told as well, although no refresh would fail of it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from nocs.model import AreaName
from nocs.source.job import Examined, Extract, Job
from nocs.source.sign import Verdict

SHOWN_PRIVILEGES = 6
READS = {"READ", "SELECT"}
FRAME = "*" * 78


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"
    PLAIN = "plain"  # no judgement


@dataclass(frozen=True, slots=True)
class Finding:
    level: Level
    text: str


def of_session(examined: Examined, job: Job) -> Iterator[Finding]:
    """Version, privileges that are missing, and privileges that should not be there."""
    yield Finding(Level.OK, f"Oracle {examined.version}, {examined.mode} mode, user {job.user}.")
    yield from _reading(examined, job)
    yield from _too_much(examined, job)
    for problem in examined.problems:
        yield Finding(Level.WARN, f"Could not look at the {problem}.")


def _reading(examined: Examined, job: Job) -> Iterator[Finding]:
    unreadable = dict(examined.unreadable)
    for table in job.tables:
        grant = f"GRANT READ ON {_full(table, job)} TO {job.user.upper()}"
        privileges = _on(examined, table)
        if table in unreadable:
            yield Finding(Level.FAIL, f"{table} cannot be read ({unreadable[table]}): {grant};")
        elif "SELECT" in privileges:
            yield Finding(
                Level.WARN,
                f"{table}: SELECT also permits row locks; READ is enough: {grant}; then REVOKE "
                f"SELECT ON {_full(table, job)} FROM {job.user.upper()};",
            )
        else:
            yield Finding(Level.OK, f"{table} can be read.")


def _too_much(examined: Examined, job: Job) -> Iterator[Finding]:
    more = [name for name in examined.system_privileges if name != "CREATE SESSION"]
    if more:
        shown = ", ".join(more[:SHOWN_PRIVILEGES])
        rest = f" and {len(more) - SHOWN_PRIVILEGES} more" if len(more) > SHOWN_PRIVILEGES else ""
        yield Finding(
            Level.WARN, f"The user has more system privileges than CREATE SESSION: {shown}{rest}."
        )
    writes: dict[str, list[str]] = {}
    for table, privilege in examined.table_privileges:
        if privilege not in READS:
            writes.setdefault(privilege, []).append(_full(table, job))
    for privilege, tables in writes.items():
        yield Finding(Level.WARN, f"The user should not have {privilege} on {', '.join(tables)}.")
    if not more and not writes and not examined.problems:
        yield Finding(Level.OK, "The user can change nothing.")


def of_names(names: Sequence[AreaName]) -> Finding:
    """In how many languages areas have names."""
    counts = Counter(name.language for name in names)
    told = ", ".join(f"{count} in {language}" for language, count in sorted(counts.items()))
    return Finding(Level.OK, f"Names of areas by language: {told or 'none'}.")


def of_sign(extract: Extract, credit_sign: int, *, confirmed: bool, grouping: str) -> Finding:
    """Whether payments and bills agree with NOCS_CREDIT_SIGN; a contradiction in large words."""
    if extract.sign is None or extract.sign.verdict(credit_sign) is Verdict.UNCLEAR:
        told = extract.sign.in_words(grouping) if extract.sign else "no evidence"
        return Finding(
            Level.WARN,
            f"SIGN: the evidence for NOCS_CREDIT_SIGN={credit_sign} is unclear: {told}. Ask "
            "someone who knows this CC&B whether a positive TOT_AMT is credit.",
        )
    told = extract.sign.in_words(grouping)
    if extract.sign.verdict(credit_sign) is Verdict.AGREES:
        return Finding(Level.OK, f"SIGN: NOCS_CREDIT_SIGN={credit_sign} agrees with CI_FT: {told}.")
    if confirmed:
        return Finding(
            Level.WARN,
            f"SIGN: CI_FT contradicts NOCS_CREDIT_SIGN={credit_sign}, which "
            f"NOCS_CREDIT_SIGN_CONFIRMED=true confirms: {told}.",
        )
    return Finding(
        Level.FAIL,
        f"SIGN\n{FRAME}\n"
        f"  CREDIT AND DUE ARE EXCHANGED: NOCS_CREDIT_SIGN={credit_sign} IS WRONG\n"
        f"  {told}.\n"
        f"  Set NOCS_CREDIT_SIGN={-credit_sign}. No refresh publishes until the two agree, or\n"
        f"  NOCS_CREDIT_SIGN_CONFIRMED=true says that the sign is right all the same.\n{FRAME}",
    )


def _on(examined: Examined, table: str) -> set[str]:
    bare = table.rpartition(".")[2]
    return {privilege for name, privilege in examined.table_privileges if name == bare}


def _full(table: str, job: Job) -> str:
    return table if "." in table else f"{job.schema.upper()}.{table}"
