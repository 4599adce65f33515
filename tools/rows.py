"""Print every row of the mission with the tests that carry its id, and whether they pass.

`python tools/rows.py` runs those tests on two processes; `--list` only lists them; paths (`tests/journeys`) narrow both.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GROUPS = {"A": 7, "B": 12, "C": 4, "D": 6, "E": 6, "F": 3, "G": 6, "H": 6, "I": 5, "J": 3, "K": 4, "L": 2, "M": 2}
ROWS = [f"{letter}{number}" for letter, count in GROUPS.items() for number in range(1, count + 1)]
# Without the reporter its options (-q, and -r of the project's own settings) are unknown to pytest.
QUIET = ["-p", "no:terminal", "-p", "no:cacheprovider", "-o", "addopts=--strict-markers --import-mode=importlib"]


class Collector:
    """Which test carries which row."""

    def __init__(self) -> None:
        self.tests: dict[str, list[str]] = defaultdict(list)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Note the rows of each test."""
        for item in items:
            for mark in item.iter_markers("row"):
                self.tests[mark.args[0]].append(item.nodeid)


class Outcomes:
    """How each test ended."""

    def __init__(self) -> None:
        self.failed: set[str] = set()
        self.seen: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note failures of any phase."""
        self.seen.add(report.nodeid)
        if report.failed:
            self.failed.add(report.nodeid)


def main() -> int:
    """Collect, run unless only a list is wanted, print the table; 1 if a test with a row fails, 2 if they could not be run."""
    only_list = "--list" in sys.argv
    paths = [word for word in sys.argv[1:] if not word.startswith("-")] or [str(ROOT / "tests")]
    collector, outcomes = Collector(), Outcomes()
    ended = pytest.main([*QUIET, "-m", "row", "--collect-only", *paths], plugins=[collector])
    if ended == pytest.ExitCode.OK and not only_list:
        ended = pytest.main([*QUIET, "-m", "row", "-n", "2", "--dist", "loadfile", *paths], plugins=[outcomes])
    if ended not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        print(f"The tests could not be run: pytest ended with {ended!r}.", file=sys.stderr)
        return 2
    green = 0
    for row in ROWS:
        tests = sorted(set(collector.tests.get(row, [])))
        bad = [] if only_list else [test for test in tests if test in outcomes.failed or test not in outcomes.seen]
        state = "–" if not tests else ("listed" if only_list else ("FAILS" if bad else "passes"))
        green += bool(tests) and not bad
        print(f"{row:4} {state:7} {len(tests):3} tests")
        for test in tests:
            print(f"       {'✗' if test in bad else '·'} {test}")
    print(f"{green} of {len(ROWS)} rows have tests{'' if only_list else ' that pass'}")
    return int(bool(outcomes.failed))


if __name__ == "__main__":
    sys.exit(main())
