"""The past as pages ask for it: read from PostgreSQL once a question and published run.

Pages of many people ask the same few questions; an answer is kept until the next run is
published, for the last few dozen questions.
"""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar

from nocs.cache import history
from nocs.cache.database import Database
from nocs.cache.history import Codes
from nocs.model import SourceKind
from nocs.past import Moment, Past, Span

KEPT_ANSWERS = 64
Answer = TypeVar("Answer")


class PastReader:
    """Reads the past of a cache. `run_id`, the published run, says how fresh an answer must be."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._answer = lru_cache(maxsize=KEPT_ANSWERS)(self._read)

    def trend(self, run_id: int, span: Span, codes: Codes) -> tuple[Moment, ...]:
        """The sums at each point of the span."""
        return self._ask(run_id, history.trend, span, codes)

    def trend_by_area(self, run_id: int, span: Span, codes: Codes) -> tuple[Past, ...]:
        """The areas at each point of the span."""
        return self._ask(run_id, history.trend_by_area, span, codes)

    def of_run(self, run_id: int, wanted: int, source: SourceKind, codes: Codes) -> Past | None:
        """What run `wanted` published."""
        return self._ask(run_id, history.of_run, wanted, source, codes)

    def near(
        self, run_id: int, source: SourceKind, moment: datetime, within: timedelta, codes: Codes
    ) -> Past | None:
        """What the run nearest to a moment published."""
        return self._ask(run_id, history.near, source, moment, within, codes)

    def at_or_before(
        self, run_id: int, source: SourceKind, moment: datetime, codes: Codes
    ) -> Past | None:
        """What was the newest at a moment."""
        return self._ask(run_id, history.at_or_before, source, moment, codes)

    def first_as_of(self, run_id: int, source: SourceKind) -> datetime | None:
        """When the past of this source begins."""
        return self._ask(run_id, history.first_as_of, source)

    def absences(
        self, run_id: int, source: SourceKind, code: str, since: datetime
    ) -> tuple[tuple[int, datetime], ...]:
        """The runs in which an area was missing."""
        return self._ask(run_id, history.absences, source, code, since)

    def _ask(self, run_id: int, question: Callable[..., Answer], *arguments: Hashable) -> Answer:
        answer: Answer = self._answer(run_id, question, *arguments)
        return answer

    def _read(self, _run_id: int, question: Callable[..., Any], *arguments: Hashable) -> Any:
        with self._database.reading() as connection:
            return question(connection, *arguments)
