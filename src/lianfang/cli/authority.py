"""The installation's own certificate authority: one root for its phones and desks, one server certificate, renewed in time.

The root may only speak for the names it was made for and for private addresses (RFC 5280, 4.2.1.10), so that a stolen
key cannot pretend to be anybody else on the devices that trust it. Keys are files of mode 0600, outside the database.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lianfang.kernel.errors import LianfangError, define

ROOT_YEARS: Final = 10
"""An assumption: longer than a playbook's life, so that devices are visited once."""
SERVER_DAYS: Final = 397
"""Clients refuse server certificates of more than 825 days (Apple, 2019) and public ones of more than 398."""
RENEW_DAYS: Final = 30
PRIVATE: Final = (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128",
)  # fmt: skip
"""RFC 1918, RFC 6598, RFC 4193, link-local and loopback."""
PRIVATE_NAMES: Final = ("localhost", "local", "lan", "internal", "home.arpa")
"""Names that no public registry gives away (RFC 6761, RFC 6762, RFC 8375; .internal reserved by ICANN in 2024)."""
ALWAYS: Final = ("localhost", "127.0.0.1")
_SKEW: Final = timedelta(hours=1)

define(
    "tls.name_outside",
    status=409,
    zh="本地证书机构不能为“{name}”签发证书：它建立时没有这个名称。"
    "加上 --new-authority 可重建，但所有设备都要重新安装证书。",
    en="The local authority can't certify '{name}': it was not made for that name. --new-authority makes a new one, "
    "but every device has to trust it anew.",
)
define(
    "tls.name_wrong",
    status=422,
    zh="“{name}”不是主机名，也不是IP地址。请只写名称或地址，不带 https:// 和端口。",
    en="'{name}' is neither a host name nor an address. Give the name alone, without https:// and port.",
)
define(
    "tls.key_unreadable",
    status=503,
    zh="证书文件{path}无法读取或已损坏。请从备份恢复，或用 --new-authority 重建。",
    en="The certificate file {path} can't be read. Restore it from the backup, or make a new one with --new-authority.",
)

Name = x509.GeneralName


@dataclass(frozen=True)
class Files:
    """Where the certificates and keys stand. renewed: the server's certificate was made just now."""

    root: Path
    root_key: Path
    server: Path
    server_key: Path
    renewed: bool = False


def ensure(
    folder: Path, names: Sequence[str], *, title: str = "", anew: bool = False, now: datetime | None = None
) -> Files:
    """The certificates for some names and addresses, made or renewed if needed.

    names: host names and addresses, loopback always added. title: told on the root's label. anew: throw an earlier root
    away. Raises tls.name_wrong, tls.name_outside, tls.key_unreadable.
    """
    now = now or datetime.now(UTC)
    wanted = [general_name(name) for name in dict.fromkeys([*names, *ALWAYS])]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = Files(folder / "ca.crt", folder / "ca.key", folder / "server.crt", folder / "server.key")
    if anew or not files.root.exists():
        _make_root(files, wanted, title, now)
    root, root_key = _read_certificate(files.root), _read_key(files.root_key)
    for name in wanted:
        if not _permits(root, name):
            raise LianfangError("tls.name_outside", name=str(name.value))
    if anew or _needs_renewal(files, root, wanted, now):
        _make_server(files, root, root_key, wanted, now)
        return Files(files.root, files.root_key, files.server, files.server_key, renewed=True)
    return files


def general_name(text: str) -> Name:
    """A host name or address as certificates write it; raises tls.name_wrong."""
    plain = text.strip().strip("[]").lower()
    try:
        return x509.IPAddress(ipaddress.ip_address(plain))
    except ValueError:
        pass
    labels = plain.split(".")
    good = all(label and len(label) < 64 and label.replace("-", "").isalnum() and label.isascii() for label in labels)
    if not good or len(plain) > 253 or labels[-1].isdigit():
        raise LianfangError("tls.name_wrong", name=text)
    return x509.DNSName(plain)


def fingerprint(path: Path) -> str:
    """The SHA-256 fingerprint of a certificate in groups of four, for comparing by eye."""
    digits = _read_certificate(path).fingerprint(hashes.SHA256()).hex().upper()
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def _make_root(files: Files, wanted: Sequence[Name], title: str, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    label = f"Lianfang {title or now.strftime('%Y-%m-%d')}"
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Lianfang 联防"),
            x509.NameAttribute(NameOID.COMMON_NAME, label[:64]),
        ]
    )
    permitted: list[Name] = [x509.IPAddress(ipaddress.ip_network(one)) for one in PRIVATE]
    permitted += [x509.DNSName(one) for one in PRIVATE_NAMES]
    permitted += [_own_range(one) for one in wanted]
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - _SKEW)
        .not_valid_after(now + timedelta(days=365 * ROOT_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    _write_key(files.root_key, key)
    files.root.write_bytes(made.public_bytes(serialization.Encoding.PEM))


def _make_server(
    files: Files, root: x509.Certificate, root_key: ec.EllipticCurvePrivateKey, wanted: Sequence[Name], now: datetime
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    first = str(wanted[0].value)
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder().subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, first[:64])]))
        .issuer_name(root.subject).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW).not_valid_after(min(now + timedelta(days=SERVER_DAYS), root.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(wanted), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )  # fmt: skip
    _write_key(files.server_key, key)
    files.server.write_bytes(made.public_bytes(serialization.Encoding.PEM))


def _needs_renewal(files: Files, root: x509.Certificate, wanted: Sequence[Name], now: datetime) -> bool:
    if not files.server.exists() or not files.server_key.exists():
        return True
    held = _read_certificate(files.server)
    names = set(held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    ending = (
        held.not_valid_after_utc - now < timedelta(days=RENEW_DAYS)
        and held.not_valid_after_utc < root.not_valid_after_utc
    )
    return (
        ending or names != set(wanted) or held.issuer != root.subject or _key_of(held) != _key_of_file(files.server_key)
    )


def _key_of(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _key_of_file(path: Path) -> bytes:
    return (
        _read_key(path)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def _own_range(name: Name) -> Name:
    if isinstance(name, x509.IPAddress):
        return x509.IPAddress(ipaddress.ip_network(str(name.value)))
    return x509.DNSName(str(name.value))


def _permits(root: x509.Certificate, name: Name) -> bool:
    permitted = root.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    for one in permitted:
        if isinstance(name, x509.IPAddress) and isinstance(one, x509.IPAddress):
            address, network = name.value, one.value
            if isinstance(network, ipaddress.IPv4Network | ipaddress.IPv6Network) and address in network:
                return True
        elif (
            isinstance(name, x509.DNSName)
            and isinstance(one, x509.DNSName)
            and f".{name.value}".endswith(f".{one.value}")
        ):
            return True
    return False


def _read_certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError):
        raise LianfangError("tls.key_unreadable", path=str(path)) from None


def _read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError):
        raise LianfangError("tls.key_unreadable", path=str(path)) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise LianfangError("tls.key_unreadable", path=str(path))
    return key


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    body = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(body)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(path)
