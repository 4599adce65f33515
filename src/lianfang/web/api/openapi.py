"""`GET /api/openapi.json`: what machines may call, made from the registered kinds of fact and their typed payloads."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Any

import msgspec
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from lianfang.base.access.api import public
from lianfang.base.facts.api import Kind, kinds
from lianfang.base.facts.envelope import MAX_FACT_BYTES, MAX_FACTS

REF = "#/components/schemas/{name}"
PROBLEM = {"description": "Nothing was taken; `code` is stable, `detail` says what to do", "content": {
    "application/problem+json": {"schema": {"$ref": REF.format(name="Problem")}}}}  # fmt: skip


@public
@require_GET
def document(request: HttpRequest) -> JsonResponse:
    """The description; it holds no data of anybody."""
    return JsonResponse(build())


@cache
def build() -> dict[str, Any]:
    """OpenAPI 3.1 of every machine route."""
    payloads, schemas = msgspec.json.schema_components([kind.payload for kind in kinds()], ref_template=REF)
    schemas = {**schemas, "Problem": _PROBLEM, "Answer": _ANSWER}
    for kind, payload in zip(kinds(), payloads, strict=True):
        schemas[_name(kind)] = _fact(kind, payload)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Lianfang 联防", "version": version("lianfang"), "license": {"name": "Apache-2.0"}},
        "security": [{"bearer": []}],
        "paths": {
            "/api/facts": {"post": _post_facts()},
            "/api/metrics": {"get": _get("Figures of an area", ["area", "from", "to", "names", "below"])},
            "/api/worklist": {"get": _get("What is due for this person and office", ["page"])},
            "/api/areas/{code}": {"get": _get("An area, its children, its denominators", [], in_path=["code"])},
            "/healthz": {"get": {**_get("This process answers", []), "security": []}},
            "/readyz": {"get": {**_get("The database answers", []), "security": []}},
        },
        "components": {"schemas": schemas, "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    }


def _name(kind: Kind) -> str:
    return "Fact_" + kind.name.replace(".", "_").replace("/", "_v")


def _fact(kind: Kind, payload: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["id", "kind", "area", "recorded_at", "payload"],
        "properties": {
            "id": {"type": "string", "format": "uuid", "description": "UUID version 7, made by the device"},
            "kind": {"const": kind.name},
            "area": {"type": "string", "pattern": "^[0-9]{12}$", "description": "where it happened"},
            "recorded_at": {"type": "string", "format": "date-time"},
            "payload": payload,
        },
    }


def _post_facts() -> dict[str, Any]:
    one = {"oneOf": [{"$ref": REF.format(name=_name(kind))} for kind in kinds()]}
    body = {
        "type": "array",
        "maxItems": MAX_FACTS,
        "items": one,
        "description": f"each fact at most {MAX_FACT_BYTES} bytes",
    }
    answers = {"type": "array", "items": {"$ref": REF.format(name="Answer")}}
    return {
        "summary": "Record facts; the status speaks of the envelope, each fact has its own answer",
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            "200": {
                "description": "An answer per fact, in order",
                "content": {"application/json": {"schema": answers}},
            },
            **dict.fromkeys(("400", "401", "413", "503"), PROBLEM),
        },
    }


def _get(summary: str, query: list[str], in_path: list[str] | None = None) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in query]
    parameters += [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in in_path or []
    ]
    answers = {"200": {"description": "As asked"}, "401": PROBLEM, "404": PROBLEM, "422": PROBLEM}
    return {"summary": summary, "parameters": parameters, "responses": answers}


_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
        "detail": {"type": "string"}, "code": {"type": "string"}, "values": {"type": "object"},
    },
}  # fmt: skip
_ANSWER = {
    "type": "object",
    "required": ["id", "status"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "status": {"enum": ["accepted", "duplicate", "held", "conflict", "refused"]},
        "code": {"type": "string"}, "detail": {"type": "string"}, "values": {"type": "object"},
        "notes": {"type": "array", "items": {"type": "object"}},
    },
}  # fmt: skip
