"""Print every row of the mission with the tests that carry its id, and whether they pass.

`python tools/rows.py` runs those tests; `--list` only lists them.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GROUPS = {"A": 7, "B": 12, "C": 4, "D": 6, "E": 6, "F": 3, "G": 6, "H": 6, "I": 5, "J": 3, "K": 4, "L": 2, "M": 2}
ROWS = [f"{letter}{number}" for letter, count in GROUPS.items() for number in range(1, count + 1)]


class Collector:
    """Remembers which test carries which row, and how it ended."""

    def __init__(self) -> None:
        self.tests: dict[str, list[str]] = defaultdict(list)
        self.failed: set[str] = set()
        self.seen: set[str] = set()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep only tests with a row."""
        kept = []
        for item in items:
            rows = [mark.args[0] for mark in item.iter_markers("row")]
            for row in rows:
                self.tests[row].append(item.nodeid)
            if rows:
                kept.append(item)
        items[:] = kept

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note failures of any phase."""
        self.seen.add(report.nodeid)
        if report.failed:
            self.failed.add(report.nodeid)


def main() -> int:
    """Collect or run, then print the table; 1 if a test with a row fails."""
    only_list = "--list" in sys.argv
    collector = Collector()
    arguments = ["-q", "--no-header", "-p", "no:terminal", str(ROOT / "tests")] + (
        ["--collect-only"] if only_list else []
    )
    pytest.main(arguments, plugins=[collector])
    green = 0
    for row in ROWS:
        tests = sorted(set(collector.tests.get(row, [])))
        bad = [test for test in tests if test in collector.failed or (not only_list and test not in collector.seen)]
        state = "–" if not tests else ("listed" if only_list else ("FAILS" if bad else "passes"))
        green += bool(tests) and not bad
        print(f"{row:4} {state:7} {len(tests):3} tests")
        for test in tests:
            print(f"       {'✗' if test in bad else '·'} {test}")
    print(f"{green} of {len(ROWS)} rows have tests{'' if only_list else ' that pass'}")
    return int(bool(collector.failed))


if __name__ == "__main__":
    sys.exit(main())
