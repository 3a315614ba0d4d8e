"""What one check found: one line for a person, one object for a program."""

from dataclasses import dataclass
from enum import StrEnum

from nocs.errors import NocsError


class Grade(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of the check `name`; `remedy` says what to do unless all is well."""

    name: str
    grade: Grade
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (f"{self.grade:<8}{self.name:<11}", self.what, self.remedy)
                        if part)  # fmt: skip


def ok(name: str, what: str) -> Finding:
    return Finding(name, Grade.OK, what)


def warning(name: str, what: str, remedy: str) -> Finding:
    return Finding(name, Grade.WARNING, what, remedy)


def failed(name: str, what: str, remedy: str) -> Finding:
    return Finding(name, Grade.FAILED, what, remedy)


def failure(name: str, error: NocsError) -> Finding:
    return failed(name, error.what, error.remedy)
