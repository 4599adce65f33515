"""`lianfang plan ENGINE FILE`: solve a planning problem from a file and write the plan, its proof and its picture."""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import json
import math
import sys
import types
import typing
from collections.abc import Callable, Mapping
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from lianfang.cli import replay, runtime
from lianfang.planning import ProblemError, Progress, Result, Status, Stop, instances

ENGINES = ("siting", "assignment", "rostering", "districting", "routing")
READERS = {"siting": "pmed", "assignment": "gap", "rostering": "nurse", "districting": "graph", "routing": "vrplib"}
"""The published format each engine reads when the file is not JSON."""
GRIDS = 16
"""Grids a graph file is cut into unless --count says otherwise (the county count of the documents' city)."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the `plan` sub-command."""
    parser = subparsers.add_parser("plan", help="compute a plan from a file")
    parser.add_argument("engine", choices=(*ENGINES, "replay"), help="an engine, or replay: solve a kept plan again")
    parser.add_argument("file", type=Path, help="a problem, or the number of a kept plan")
    runtime.add_data_option(parser)
    parser.add_argument("--format", choices=("pmed", "gap", "vrplib", "nurse", "graph", "json"))
    parser.add_argument("--seconds", type=_positive, default=60.0, help="stop after so many seconds (60)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=GRIDS, help="grids to draw from a graph file")
    parser.add_argument("--out", type=Path, help="write the whole result as JSON")
    parser.add_argument("--picture", type=Path, help="draw the result as SVG")
    parser.set_defaults(run=run)
    return parser


def run(args: argparse.Namespace) -> int:
    """Solve and report; 0 with a plan, 1 when there is none or the file makes no sense."""
    if args.engine == "replay":
        return replay.run(args)
    engine = import_module(f"lianfang.planning.{args.engine}")
    try:
        problem, kept = _read(engine, args)
        progress = _show if sys.stderr.isatty() else None
        result = engine.solve(problem, stop=Stop(seconds=args.seconds), seed=args.seed, on_progress=progress, **kept)
    except ProblemError as error:
        return _refuse(f"{error.code}: {error}")
    except (OSError, UnicodeDecodeError) as error:
        return _refuse(f"{args.file}: {error}")
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if result.status not in (Status.OPTIMAL, Status.FEASIBLE):
        return _refuse("\n".join([str(result.status), *(reason.text for reason in result.reasons)]))
    broken = engine.check(problem, result)
    if broken:
        return _refuse("\n".join(["the plan breaks rules:", *(violation.text for violation in broken)]))
    _write(args, engine, problem, result)
    print(_line(args.engine, result))
    return 0


def _positive(text: str) -> float:
    value = float(text)
    if not (math.isfinite(value) and value > 0):
        raise argparse.ArgumentTypeError("must be more than 0")
    return value


def _refuse(text: str) -> int:
    print(text, file=sys.stderr)
    return 1


def _show(progress: Progress) -> bool:
    parts = [f"{progress.seconds:6.1f} s  {progress.phase}"]
    if progress.objective is not None:
        parts.append(f"best {progress.objective:g}")
    if progress.bound is not None:
        parts.append(f"bound {progress.bound:g}")
    print("\r" + "  ".join(parts).ljust(78), end="", file=sys.stderr, flush=True)
    return True


def _line(engine: str, result: Result) -> str:
    bound = "no bound" if result.bound is None else f"bound {result.bound:g}, gap {100 * (result.gap or 0.0):.2f} %"
    return f"{engine}: {result.status}, objective {result.objective:g}, {bound}, {result.seconds:.1f} s"


def _write(args: argparse.Namespace, engine: types.ModuleType, problem: Any, result: Result) -> None:
    if args.out is not None:
        reasons = [to_json(reason) for reason in engine.explain(problem, result)]
        content = {"engine": args.engine, "seed": args.seed, **to_json(result), "explanation": reasons}
        args.out.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    if args.picture is not None:
        args.picture.write_text(engine.svg(problem, result), encoding="utf-8")


def _read(engine: types.ModuleType, args: argparse.Namespace) -> tuple[Any, dict[str, Any]]:
    name = args.format or ("json" if args.file.suffix == ".json" and args.engine != "districting" else None)
    name = name or READERS[args.engine]
    if name == "json":
        return _from_json_file(engine, args.file)
    if name != READERS[args.engine]:
        raise ProblemError("plan.format", f"{args.engine} reads {READERS[args.engine]} or json, not {name}.")
    reader: Callable[..., Any] = getattr(instances, name)
    return (reader(args.file, count=args.count) if name == "graph" else reader(args.file)), {}


def _from_json_file(engine: types.ModuleType, path: Path) -> tuple[Any, dict[str, Any]]:
    """The problem of a file, and what its `run` says beside it: pins that were set, for a plan saved from a page."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ProblemError("plan.json", f"{path}: not JSON: {error}") from error
    if not isinstance(data, dict):
        raise ProblemError("plan.json", f"{path}: a problem is an object with the fields of the engine's Problem.")
    kind, kept = data.pop("kind", "Problem"), data.pop("run", {})
    cls = getattr(engine, str(kind), None)
    if not (isinstance(cls, type) and dataclasses.is_dataclass(cls)) or issubclass(cls, Result):
        raise ProblemError("plan.json", f"{path}: no kind {kind!r} in this engine.")
    try:
        return from_json(cls, data), {"pins": kept["pins"]} if kept.get("pins") is not None else {}
    except ProblemError:
        raise
    except (TypeError, ValueError, KeyError) as error:
        raise ProblemError("plan.json", f"{path}: {error}") from error


def from_json(kind: Any, value: Any) -> Any:
    """Turn JSON values into the dataclass, tuple, set, mapping or array that a type asks for.

    Raises TypeError for a field that does not exist or is missing.
    """
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type) and isinstance(value, dict):
        hints = dict.fromkeys(inspect.signature(kind).parameters, Any) | typing.get_type_hints(kind)
        unknown = set(value) - set(hints)
        if unknown:
            raise TypeError(f"{kind.__name__} has no field {sorted(unknown)[0]!r}")
        return kind(**{name: from_json(hints[name], item) for name, item in value.items()})
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in inner:
            return None
        return from_json(next(t for t in inner if t is not type(None)), value)
    if origin is np.ndarray or kind is np.ndarray:
        return np.asarray(value)
    if origin is tuple and isinstance(value, list):
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(from_json(inner[0], item) for item in value)
        return tuple(from_json(t, item) for t, item in zip(inner, value, strict=True))
    if origin in (frozenset, set) and isinstance(value, list):
        return origin(from_json(inner[0], item) for item in value)
    if origin in (dict, Mapping) and isinstance(value, dict):
        return {key: from_json(inner[1], item) for key, item in value.items()}
    return value


def to_json(value: Any) -> Any:
    """Turn a result into what JSON can hold; numbers that are not finite become null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, np.ndarray | np.generic):
        return to_json(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [to_json(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool | None) else str(value)
