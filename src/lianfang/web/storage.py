"""Static files with hashed names: imports between our own ES modules are rewritten, other people's are left alone."""

from __future__ import annotations

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

OUR_MODULES = "js/*.js"


class StaticStorage(CompressedManifestStaticFilesStorage):
    """The production storage of static files; unhashed copies stay, because MapLibre looks for its worker by name."""

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = (OUR_MODULES, HashedFilesMixin._js_module_import_aggregation_patterns[1])
