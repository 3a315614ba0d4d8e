"""A line of the benchmark's table, and the table: what, this project, the comparison, the ratio."""

import json
import platform
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

RUNS = 7


@dataclass(frozen=True)
class Row:
    """One measured line. `ratio` is judged against `most` or `least`; without either it informs."""

    what: str
    ours: str
    compared: str
    ratio: float
    unit: str = "x"
    most: float | None = None
    least: float | None = None

    @property
    def is_met(self) -> bool:
        return (self.most is None or self.ratio <= self.most) and (
            self.least is None or self.ratio >= self.least
        )

    @property
    def target(self) -> str:
        if self.most is not None:
            return f"≤ {self.most:g} {self.unit}"
        return "" if self.least is None else f"≥ {self.least:g} {self.unit}"

    @property
    def verdict(self) -> str:
        if not self.target:
            return ""
        return "met" if self.is_met else "**missed**"


@dataclass(frozen=True)
class Skipped:
    """A line that could not be measured on this machine, and why."""

    what: str
    why: str


Line = Row | Skipped


def interleaved(*timers: Callable[[], float], runs: int = RUNS) -> list[float]:
    """The median of each timer over `runs` rounds in which each is called once, after a warm-up."""
    for timer in timers:
        timer()
    rounds = [[timer() for timer in timers] for _ in range(runs)]
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def table(lines: Sequence[Line]) -> str:
    """The lines as Markdown, as they stand in README.md."""
    text = [
        "| What | This project | Compared with | Ratio | Target | |",
        "|---|---|---|---|---|---|",
    ]
    for line in lines:
        if isinstance(line, Skipped):
            text.append(f"| {line.what} | not measured: {line.why} | | | | skipped |")
        else:
            text.append(
                f"| {line.what} | {line.ours} | {line.compared} |"
                f" {line.ratio:.2f} {line.unit} | {line.target} | {line.verdict} |"
            )
    return "\n".join(text)


def machine() -> str:
    """What the figures were measured on."""
    memory = round(psutil.virtual_memory().total / 2**30)
    return (
        f"{psutil.cpu_count()} cores, {memory} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}"
    )


def write_json(lines: Sequence[Line], file: Path) -> None:
    rows = [
        asdict(line) | ({"met": line.is_met} if isinstance(line, Row) else {}) for line in lines
    ]
    content = {"machine": machine(), "rows": rows}
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"
