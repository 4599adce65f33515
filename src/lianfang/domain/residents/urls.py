"""Addresses of residents: the ledger, one person, the look-up by code, imports."""

from __future__ import annotations

from django.urls import path

from lianfang.domain.residents import (
    confirm_views,
    import_views,
    large_views,
    life_codes_views,
    life_views,
    transfers_views,
    views,
)

urlpatterns = [
    path("", views.index, name="residents"),
    path("code/", views.by_code, name="residents-code"),
    path("area/<str:code>/", views.area, name="residents-area"),
    path("area/<str:code>/find/", views.find, name="residents-find"),
    path("person/<str:code>/", views.person, name="residents-person"),
    path("person/<str:code>/open/", views.open_person, name="residents-open"),
    path("person/<str:code>/change/", life_views.change, name="residents-change"),
    path("person/<str:code>/doubt/", confirm_views.doubt, name="residents-doubt-person"),
    path("doubt/<int:number>/", life_views.doubt, name="residents-doubt"),
    path("returned/<int:number>/", life_views.returned, name="residents-returned"),
    path("new/<str:code>/", life_views.newcomer, name="residents-new"),
    path("changes/<str:code>/", life_views.history, name="residents-changes"),
    path("changes/<int:number>/undo/", life_views.undo, name="residents-change-undo"),
    path("confirm/<str:code>/", confirm_views.building, name="residents-confirm"),
    path("confirm/<str:path>/yes/", confirm_views.home, name="residents-confirm-home"),
    path("review/<str:code>/", confirm_views.review, name="residents-review"),
    path("codes/", life_codes_views.index, name="residents-codes"),
    path("codes/follow/", life_codes_views.follow, name="residents-codes-follow"),
    path("exports/", large_views.index, name="residents-exports"),
    path("exports/ask/", large_views.ask, name="residents-export-ask"),
    path("exports/<int:number>/decide/", large_views.decide, name="residents-export-decide"),
    path("exports/<int:number>/file/", large_views.take, name="residents-export-take"),
    path("transfers/", transfers_views.index, name="residents-transfers"),
    path("transfers/ask/<str:code>/", transfers_views.ask, name="residents-transfer-ask"),
    path("transfers/<int:number>/", transfers_views.one, name="residents-transfer"),
    path("transfers/<int:number>/accept/", transfers_views.accept, name="residents-transfer-accept"),
    path("transfers/<int:number>/refuse/", transfers_views.refuse, name="residents-transfer-refuse"),
    path("transfers/<int:number>/withdraw/", transfers_views.withdraw, name="residents-transfer-withdraw"),
    path("import/", import_views.index, name="import"),
    path("import/look/<str:token>/", import_views.look, name="import-look"),
    path("import/look/<str:token>/forget/", import_views.forget, name="import-forget"),
    path("import/wait/<str:token>/", import_views.wait, name="import-wait"),
    path("import/<int:number>/", import_views.verdicts, name="import-file"),
    path("import/<int:number>/take/", import_views.take, name="import-take"),
    path("import/<int:number>/undo/", import_views.undo, name="import-undo"),
    path("import/<int:number>/discard/", import_views.discard, name="import-discard"),
    path("import/<int:number>/not-taken.xlsx", import_views.refused_file, name="import-refused"),
]
