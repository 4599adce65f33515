"""A round going on: tubes posted over HTTP at a steady rate, and how long each took to reach the total of the city.

Run as a program (`python -m benchmarks.support.poster`) until its standard input closes; prints what it saw as JSON.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import threading
import time
from datetime import UTC, datetime
from typing import Any

import psycopg

from lianfang.kernel.ids import format_code, new_code, uuid7

PEOPLE_A_SECOND = 370
"""The busiest hour of a city of 7.3 million: 18 % of a day in it (PERFORMANCE, the table of flows)."""
TUBE = 10
SENDERS = 4
TOTAL = """select value from metrics_value
where name = 'rounds.tubes' and dim = %s and day = 'infinity' and level = 4 and path = '1309'"""


class Round:
    """What is posted, what was accepted when, and when the city's total showed it."""

    def __init__(self, conninfo: str, port: int, token: str, number: int) -> None:
        self.port, self.token, self.number = port, token, number
        self.watcher = psycopg.connect(conninfo, autocommit=True)
        self.people = self.watcher.execute(
            "select code, path from residents_person tablesample system (0.5) where path like '1309%' order by path limit 40000"
        ).fetchall()
        self.lock, self.stop = threading.Lock(), threading.Event()
        self.accepted: list[float] = []
        self.waits: list[float] = []
        self.laps: list[float] = []
        self.problems: list[str] = []
        self.at = 0

    def total(self) -> int:
        """Tubes of the round in the whole city, as the pages show them."""
        found = self.watcher.execute(TOTAL, [str(self.number)]).fetchone()
        return int(found[0]) if found else 0

    def _body(self) -> str:
        with self.lock:
            while True:  # a tube holds people of one county
                start = self.at = (self.at + TUBE) % (len(self.people) - TUBE)
                members = self.people[start : start + TUBE]
                if members[0][1][:6] == members[-1][1][:6]:
                    break
        number = new_code()
        fact: dict[str, Any] = {
            "id": str(uuid7()), "kind": "rounds.tube_filled/1", "area": members[0][1][:12],
            "recorded_at": datetime.now(UTC).isoformat(),
            "payload": {"round": self.number, "tube": number, "people": [format_code(code) for code, _ in members]},
        }  # fmt: skip
        return json.dumps([fact])

    def send(self, every: float) -> None:
        """Post one tube every so many seconds, whatever the answers do."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        due = time.monotonic()
        while not self.stop.is_set():
            due += every
            if (left := due - time.monotonic()) > 0:
                self.stop.wait(left)
            body = self._body()
            started = time.monotonic()
            try:
                connection.request("POST", "/api/facts", body, {"Authorization": f"Bearer {self.token}"})
                answer = connection.getresponse().read()
            except OSError as error:
                self.problems.append(type(error).__name__)
                connection.close()
                continue
            ended = time.monotonic()
            with self.lock:
                if b'"accepted"' in answer:
                    self.accepted.append(ended)
                    self.waits.append(ended - started)
                else:
                    self.problems.append(answer[:300].decode(errors="replace"))

    def watch(self) -> None:
        """Note when the total of the city has taken in each accepted tube, in their order."""
        before = self.total()
        while not (self.stop.is_set() and len(self.laps) >= len(self.accepted)):
            with self.lock:
                known = len(self.accepted)
            if known == len(self.laps):
                time.sleep(0.005)
                continue
            shown, now = self.total() - before, time.monotonic()
            for number in range(len(self.laps), min(known, shown)):
                self.laps.append(max(0.0, now - self.accepted[number]))
            if self.stop.is_set() and now - self.accepted[-1] > 30:
                break
            time.sleep(0.005)

    def run(self) -> dict[str, Any]:
        """Until standard input closes."""
        every = SENDERS * TUBE / PEOPLE_A_SECOND
        threads = [threading.Thread(target=self.send, args=[every]) for _ in range(SENDERS)]
        watcher = threading.Thread(target=self.watch)
        for thread in [watcher, *threads]:
            thread.start()
        sys.stdin.read()
        self.stop.set()
        for thread in [*threads, watcher]:
            thread.join()
        return {
            "accepted": len(self.accepted),
            "waits": self.waits,
            "laps": self.laps,
            "problems": len(self.problems),
            "problem": self.problems[:1],
        }


if __name__ == "__main__":
    given = json.loads(os.environ["LIANFANG_POSTER"])
    print(json.dumps(Round(**given).run()))
