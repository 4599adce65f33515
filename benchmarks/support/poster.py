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
from collections.abc import Callable, Sequence
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
PEOPLE = (
    "select code, path from residents_person tablesample system (0.5) where path like '1309%' order by path limit 40000"
)
GIVE_UP_SECONDS = 30
"""After so long without a change of the total the tubes that are left count as never shown."""
MOST_PROBLEMS = 1000
"""From so many failed calls on nothing is sent again: the server is gone."""


class Round:
    """What is posted, what was accepted when, and when the city's total showed it.

    people: printed code number and path of whom tubes hold, by path; total: how many tubes of the round the city shows now.
    """

    def __init__(
        self, port: int, token: str, number: int, people: Sequence[tuple[int, str]], total: Callable[[], int]
    ) -> None:
        self.port, self.token, self.number, self.people, self.total = port, token, number, people, total
        self.lock, self.stop, self.posted = threading.Lock(), threading.Event(), threading.Event()
        self.accepted: list[float] = []
        self.waits: list[float] = []
        self.laps: list[float] = []
        self.problems: list[str] = []
        self.at = 0

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
        """Post one tube every so many seconds, whatever the answers do; a call without an answer is made again."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        due, unanswered = time.monotonic(), ""
        while not self.stop.is_set() or unanswered:
            due += every
            if (left := due - time.monotonic()) > 0:
                self.stop.wait(left)
            body = unanswered or self._body()
            started, unanswered = time.monotonic(), ""
            try:
                connection.request("POST", "/api/facts", body, {"Authorization": f"Bearer {self.token}"})
                answer = connection.getresponse().read()
            except OSError as error:
                self.problems.append(type(error).__name__)
                connection.close()
                unanswered = body if len(self.problems) < MOST_PROBLEMS else ""  # it may have been taken all the same
                continue
            ended = time.monotonic()
            with self.lock:
                if b'"accepted"' in answer or b'"duplicate"' in answer:
                    self.accepted.append(ended)
                    self.waits.append(ended - started)
                else:
                    self.problems.append(answer[:300].decode(errors="replace"))
        connection.close()

    def watch(self, before: int) -> None:
        """Note when the total of the city has taken in each accepted tube, in their order.

        before: the total when nothing had been posted yet. Ends only after the last sender has heard its last answer.
        """
        while not (self.posted.is_set() and len(self.laps) >= len(self.accepted)):
            with self.lock:
                known = len(self.accepted)
            if known == len(self.laps):
                time.sleep(0.005)
                continue
            shown, now = self.total() - before, time.monotonic()
            for number in range(len(self.laps), min(known, shown)):
                self.laps.append(max(0.0, now - self.accepted[number]))
            if self.posted.is_set() and now - self.accepted[-1] > GIVE_UP_SECONDS:
                break
            time.sleep(0.005)

    def run(self, until: Callable[[], object]) -> dict[str, Any]:
        """Post and watch until a call returns; the total is read before the first tube and after the last."""
        every = SENDERS * TUBE / PEOPLE_A_SECOND
        before = self.total()
        senders = [threading.Thread(target=self.send, args=[every]) for _ in range(SENDERS)]
        watcher = threading.Thread(target=self.watch, args=[before])
        for thread in [watcher, *senders]:
            thread.start()
        until()
        self.stop.set()
        for thread in senders:
            thread.join()
        self.posted.set()
        watcher.join()
        return {
            "accepted": len(self.accepted),
            "shown": self.total() - before,
            "waits": self.waits,
            "laps": self.laps,
            "problems": len(self.problems),
            "problem": self.problems[:1],
        }


def main(conninfo: str, port: int, token: str, number: int) -> None:
    """Post until standard input closes, and print what was seen."""
    watcher = psycopg.connect(conninfo, autocommit=True)
    people = watcher.execute(PEOPLE).fetchall()

    def total() -> int:
        """Tubes of the round in the whole city, as the pages show them."""
        found = watcher.execute(TOTAL, [str(number)]).fetchone()
        return int(found[0]) if found else 0

    print(json.dumps(Round(port, token, number, people, total).run(sys.stdin.read)))


if __name__ == "__main__":
    main(**json.loads(os.environ["LIANFANG_POSTER"]))
