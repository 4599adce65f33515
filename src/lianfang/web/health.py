"""`/healthz` (this process answers) and `/readyz` (database, migrations, steward)."""

from __future__ import annotations

from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponse, JsonResponse

from lianfang.base.access.api import public


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is asked."""
    return HttpResponse("ok", content_type="text/plain")


@public
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether the database answers and how many figures wait to be added up; 503 when it does not."""
    try:
        with connections["door"].cursor() as cursor:
            cursor.execute("select count(*) from areas_area")
            areas = cursor.fetchone()[0]
    except DatabaseError:
        return JsonResponse({"database": "down"}, status=503)
    return JsonResponse({"database": "up", "areas": areas})
