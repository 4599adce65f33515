"""How to trust this installation's own certificate: a page with a QR and steps for each system, and the certificate itself."""

from __future__ import annotations

import base64
import plistlib
import uuid
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from lianfang.base.access.api import public
from lianfang.base.access.slips import qr
from lianfang.kernel.errors import LianfangError

PROFILE_SPACE = uuid.UUID("5d1f5a52-2f0c-4d0e-9c7e-0d5b8a3c6e11")
"""A constant of ours: the profile of one certificate always carries the same identifier, so that it replaces itself."""


@public
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """What to do on each system, with the fingerprint to compare; printable."""
    root = _root()
    address = _address(request)
    context = {"root": root is not None, "address": address, "qr": qr(address, scale=5)}
    if root is not None:
        digits = root.fingerprint(hashes.SHA256()).hex().upper()
        context |= {
            "fingerprint": " ".join(digits[at : at + 4] for at in range(0, len(digits), 4)),
            "until": root.not_valid_after_utc, "host": _host(request), "title": _title(root),
        }  # fmt: skip
    return render(request, "lianfang/trust.html", context)


@public
@require_GET
def certificate(request: HttpRequest) -> HttpResponse:
    """The root certificate, as Android, Windows and Linux take it."""
    root = _root()
    if root is None:
        raise LianfangError("access.not_found")
    answer = HttpResponse(root.public_bytes(serialization.Encoding.PEM), content_type="application/x-x509-ca-cert")
    answer["Content-Disposition"] = 'attachment; filename="lianfang-ca.crt"'
    return answer


@public
@require_GET
def profile(request: HttpRequest) -> HttpResponse:
    """The root certificate as a configuration profile, as iPhones and iPads take it."""
    root = _root()
    if root is None:
        raise LianfangError("access.not_found")
    raw, digest = root.public_bytes(serialization.Encoding.DER), root.fingerprint(hashes.SHA256()).hex()
    inner = {
        "PayloadType": "com.apple.security.root", "PayloadVersion": 1, "PayloadIdentifier": f"lianfang.root.{digest[:16]}",
        "PayloadUUID": str(uuid.uuid5(PROFILE_SPACE, digest)).upper(), "PayloadDisplayName": _title(root), "PayloadContent": raw,
    }  # fmt: skip
    body = plistlib.dumps({
        "PayloadType": "Configuration", "PayloadVersion": 1, "PayloadIdentifier": f"lianfang.trust.{digest[:16]}",
        "PayloadUUID": str(uuid.uuid5(PROFILE_SPACE, digest + "profile")).upper(), "PayloadDisplayName": _title(root),
        "PayloadDescription": base64.b16encode(bytes.fromhex(digest)).decode(), "PayloadContent": [inner],
    })  # fmt: skip
    answer = HttpResponse(body, content_type="application/x-apple-aspen-config")
    answer["Content-Disposition"] = 'attachment; filename="lianfang.mobileconfig"'
    return answer


def _root() -> x509.Certificate | None:
    path = Path(settings.TLS_FOLDER or "/nonexistent") / "ca.crt"
    return x509.load_pem_x509_certificate(path.read_bytes()) if path.exists() else None


def _title(root: x509.Certificate) -> str:
    [name] = root.subject.get_attributes_for_oid(x509.oid.NameOID.COMMON_NAME)
    return str(name.value)


def _address(request: HttpRequest) -> str:
    """Where a device opens this page before it trusts anything: the plain port, when there is one."""
    if not settings.PLAIN_PORT:
        return request.build_absolute_uri(reverse("trust"))
    return f"http://{_host(request)}:{settings.PLAIN_PORT}{reverse('trust')}"


def _host(request: HttpRequest) -> str:
    """The host name or address that was asked for, without its port."""
    asked = request.get_host()
    return asked if asked.endswith("]") else asked.rsplit(":", 1)[0]
