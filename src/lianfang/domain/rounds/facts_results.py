"""Results of tubes: counted; a positive pool isolates its members and asks for single re-tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lianfang.base.facts.api import Batch, Fact, Rows, Statement, literal
from lianfang.domain.rounds.facts_common import TUBES_NAMED, ask_rounds, code_number, settle_rounds
from lianfang.domain.rounds.facts_tubes import unpack
from lianfang.domain.rounds.rules import TubeResult
from lianfang.domain.rounds.sqlfiles import statement
from lianfang.kernel.errors import define

TUBES = f"select round_id, code, id, area, size, people, result from {TUBES_NAMED}"

define(
    "tube.unknown",
    status=422,
    zh="本轮没有采样管{tube}的采样记录。结果已暂存；请核对管号，或等采样记录上传后处理。",
    en="This round has no tube {tube}. The result is kept; check the number, or wait until the samples are uploaded.",
)
define(
    "tube.result_differs",
    status=409,
    zh="采样管{tube}已有结果“{known}”，与本次“{given}”不同。先到的保留，请实验室核实后更正。",
    en="Tube {tube} already has the result '{known}', this one says '{given}'. The first stands; the laboratory checks.",
)
define(
    "tube.result_known",
    status=200,
    zh="采样管{tube}的这个结果已经登记过，不重复计数。",
    en="This result of tube {tube} is on record already; it is counted once.",
)


@dataclass(frozen=True, slots=True)
class TubeRow:
    """A tube as the round knows it."""

    id: Any
    area: str
    size: int
    people: bytes
    result: str | None


class ResultReportedBatch(Batch):
    """Results of one merged transaction."""

    def __init__(self, facts: list[Fact]) -> None:
        super().__init__(facts)
        self._numbers = {fact.id: code_number(fact, fact.payload.tube) for fact in facts}

    def questions(self) -> list[Statement]:
        numbers = sorted({number for number in self._numbers.values() if number is not None})
        rounds = sorted({fact.payload.round for fact in self.facts})
        return [ask_rounds(self.facts), (TUBES, {"rounds": literal(rounds), "codes": literal(numbers)})]

    def decide(self, answers: list[Rows]) -> None:
        settle_rounds(self.facts, answers[0])
        tubes = {(row[0], row[1]): TubeRow(row[2], row[3], row[4], bytes(row[5]), row[6]) for row in answers[1]}
        said: dict[Any, str] = {}
        for fact in self.facts:
            tube = tubes.get((fact.payload.round, self._numbers[fact.id] or -1))
            if fact.refusal is not None:
                continue
            if tube is None:
                fact.refuse("tube.unknown", outcome="held", tube=fact.payload.tube)
                continue
            given = fact.payload.result.value
            if given == said.get(tube.id, tube.result):
                fact.note("tube.result_known", tube=fact.payload.tube)
            known = said.setdefault(tube.id, tube.result or given)
            if known not in (given, "invalid"):
                fact.refuse("tube.result_differs", outcome="conflict", tube=fact.payload.tube, known=known, given=given)
            else:
                said[tube.id] = given
                fact.state = tube

    def statements(self, facts: list[Fact]) -> list[Statement]:
        last = {fact.state.id: fact for fact in sorted(facts, key=lambda fact: fact.at)}
        rows = [last[number] for number in sorted(last)]
        positive = [fact for fact in rows if fact.payload.result is TubeResult.POSITIVE]
        members = [(person, fact) for fact in positive for person in unpack(fact.state.people)]
        single = [fact for fact in rows if fact.state.size == 1]
        return [
            (
                statement("results"),
                {
                    "incident": literal([fact.incident_id for fact in rows]),
                    "id": literal([fact.state.id for fact in rows]),
                    "round": literal([fact.payload.round for fact in rows]),
                    "area": literal([fact.state.area for fact in rows]),
                    "result": literal([fact.payload.result.value for fact in rows]),
                    "at": literal([fact.at.isoformat() for fact in rows]),
                    "day": literal([fact.day for fact in rows]),
                    "m_incident": literal([fact.incident_id for _, fact in members]),
                    "m_round": literal([fact.payload.round for _, fact in members]),
                    "m_person": literal([person for person, _ in members]),
                    "m_tube": literal([fact.state.id for _, fact in members]),
                    "m_size": literal([fact.state.size for _, fact in members]),
                    "m_at": literal([fact.at.isoformat() for _, fact in members]),
                    "m_day": literal([fact.day for _, fact in members]),
                    "r_incident": literal([fact.incident_id for fact in single]),
                    "r_round": literal([fact.payload.round for fact in single]),
                    "r_person": literal([unpack(fact.state.people)[0] for fact in single]),
                    "r_tube": literal([fact.state.id for fact in single]),
                    "r_result": literal([fact.payload.result.value for fact in single]),
                },
            )
        ]
