"""All routes, one include per app."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from lianfang.web.health import healthz, metrics, readyz

APPS = (
    ("", "lianfang.web.urls"),
    ("", "lianfang.web.home_urls"),
    ("grids/", "lianfang.web.grids_urls"),
    ("", "lianfang.base.access.urls"),
    ("accounts/", "lianfang.web.accounts_urls"),
    ("accounts/", "lianfang.base.access.accounts_urls"),
    ("trust/", "lianfang.web.trust_urls"),
    ("looks/", "lianfang.base.access.looks_urls"),
    ("looks/", "lianfang.base.facts.log_urls"),
    ("api/", "lianfang.base.metrics.urls"),
    ("api/", "lianfang.base.worklist.urls"),
    ("api/", "lianfang.web.api.urls"),
    ("quarantine/", "lianfang.base.facts.urls"),
    ("incidents/", "lianfang.base.incidents.urls"),
    ("ended/", "lianfang.base.retirement.urls"),
    ("operations/", "lianfang.base.keeping.urls"),
    ("residents/", "lianfang.domain.residents.urls"),
    ("workforce/", "lianfang.domain.workforce.urls"),
    ("pairings/", "lianfang.domain.pairings.urls"),
    ("duty/", "lianfang.domain.duty.urls"),
    ("rounds/", "lianfang.domain.rounds.urls"),
    ("", "lianfang.domain.volunteers.urls"),
    ("", "lianfang.domain.selfview.urls"),
    ("", "lianfang.domain.service.urls"),
    ("missions/", "lianfang.domain.missions.urls"),
    ("plans/", "lianfang.domain.plans.urls"),
    ("reports/", "lianfang.domain.reports.urls"),
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("i18n/", include("django.conf.urls.i18n")),
]
urlpatterns += [path(prefix, include(module)) for prefix, module in APPS if find_spec(module) is not None]

handler400 = "lianfang.web.errors.bad_request"
handler403 = "lianfang.web.errors.forbidden"
handler404 = "lianfang.web.errors.not_found"
handler500 = "lianfang.web.errors.server_error"
