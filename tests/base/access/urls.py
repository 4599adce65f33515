"""The product's addresses, with the desks of administrators under the prefixes they are meant for."""

from __future__ import annotations

from django.urls import NoReverseMatch, include, path, reverse

from lianfang.config import urls as product

urlpatterns = list(product.urlpatterns)
for name, prefix, module in (
    ("looks", "looks/", "lianfang.base.access.looks_urls"),
    ("accounts", "accounts/", "lianfang.base.access.accounts_urls"),
):
    try:
        reverse(name, urlconf="lianfang.config.urls")
    except NoReverseMatch:
        urlpatterns.append(path(prefix, include(module)))
handler400, handler403, handler404, handler500 = (
    product.handler400, product.handler403, product.handler404, product.handler500,
)  # fmt: skip
