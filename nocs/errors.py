"""The errors a person may meet, each one line: what happened, what was kept, what to do.

Anything that is not a NocsError is a bug and keeps its traceback.
"""


class NocsError(Exception):
    """An expected failure; `code` is stable and short, `exit_status` is the command's."""

    exit_status = 1

    def __init__(self, what: str, remedy: str = "", *, code: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.code = code

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.remedy) if part)


class SettingsError(NocsError):
    """A setting is missing, half-set or not of the accepted form."""

    exit_status = 2


class CacheError(NocsError):
    """PostgreSQL cannot be reached, is too old or is not migrated."""


class SourceError(NocsError):
    """The source could not answer; `transient` says whether asking again may help."""

    def __init__(
        self, what: str, remedy: str = "", *, code: str = "", transient: bool = False
    ) -> None:
        super().__init__(what, remedy, code=code)
        self.transient = transient


class RejectedError(NocsError):
    """The source answered, but the figures broke a rule of the publishing gate."""


class TakenOverError(NocsError):
    """The run was marked abandoned while it worked; its result must not be published."""
