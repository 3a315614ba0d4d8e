"""Measure and print the table: `make bench`, or `python -m tests.benchmarks pages api`."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks import api, figures, pages, processes, source_scale, start, trend
from tests.benchmarks.rows import Line, machine, table, write_json
from tests.benchmarks.servers import Cache, cache

RESULTS = Path("benchmarks.json")
PARTS: dict[str, Callable[[Cache], Iterator[Line]]] = {
    "pages": pages.measure,
    "api": api.measure,
    "figures": figures.measure,
    "processes": processes.measure,
    "source": source_scale.measure,
    "trend": trend.measure,
    "start": start.measure,
}


def main(names: list[str]) -> None:
    lines: list[Line] = []
    with cache() as measured:
        for name in names or PARTS:
            print(f"measuring {name} …", file=sys.stderr)
            for line in PARTS[name](measured):
                print(table([line]).splitlines()[-1], file=sys.stderr, flush=True)
                lines.append(line)
    print(table(lines))
    print(f"\nMedians on {machine()}; also in {RESULTS}.")
    write_json(lines, RESULTS)


if __name__ == "__main__":
    main(sys.argv[1:])
