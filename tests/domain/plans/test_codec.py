"""What is kept of a problem is the problem: arrays, data classes and texts come back as they were."""

from __future__ import annotations

import numpy as np
import pytest

from lianfang.domain.plans import codec
from lianfang.planning import Status, assignment


def test_a_problem_and_its_result_come_back_as_they_were() -> None:
    problem = assignment.Deployment(
        [[0, 0], [1000, 0], [0, 900]], [[1, 1], [0, 1], [0, 1]], [[0, 10], [900, 0]], [[1, 1], [0, 1]], gates=[3, 1]
    )
    again = codec.unpack(codec.pack(problem))
    result, second = assignment.solve(problem), assignment.solve(again)
    assert isinstance(again, assignment.Deployment)
    assert again.weight.tolist() == [2.0, 1.0]
    assert result.place_of_person.tolist() == second.place_of_person.tolist()
    kept = codec.unpack(codec.pack(result))
    assert kept.status is Status.OPTIMAL
    assert assignment.check(again, kept) == []


def test_plain_values_keep_their_kind() -> None:
    value = {"a": (1, "二", None), 3: [True, 0.5], "set": {2, 1}, "array": np.arange(6).reshape(2, 3)}
    again = codec.unpack(codec.pack(value))
    assert again["array"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert {key: again[key] for key in ("a", 3, "set")} == {"a": (1, "二", None), 3: [True, 0.5], "set": {1, 2}}
    assert codec.digest(value) == codec.digest(again)


def test_only_classes_of_planning_are_kept() -> None:
    with pytest.raises(TypeError, match="cannot be kept"):
        codec.pack(object())
    with pytest.raises(TypeError, match="no class of planning"):
        codec._real({"~": "class", "c": "subprocess:Popen", "f": {}})
