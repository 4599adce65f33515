"""How an installation is reached: its names and addresses, TLS of its own, a proxy in front, a plain port that leads on."""

from __future__ import annotations

import argparse
import contextlib
import ipaddress
import os
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lianfang.cli import authority
from lianfang.kernel.errors import LianfangError, define

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
EVERYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104
WIDEST: Final = {4: 8, 6: 16}
"""Shortest prefix of a network that may be trusted as a proxy: an assumption; a wider one is a slip of the pen."""

define(
    "serve.plain_refused",
    status=409,
    zh="在{host}上不加密会泄露口令，手机也不能离线使用。"
    "请加 --tls，或在代理后面用 --behind-proxy 地址；只在封闭网络里试用可加 --plain。",
    en="Without encryption on {host} passwords travel in the open, and phones can't work offline. Add --tls, or "
    "--behind-proxy ADDRESS behind a proxy; --plain allows it on a closed network for a trial.",
)
define(
    "serve.proxy_wrong",
    status=422,
    zh="“{given}”不是代理的地址。请写代理的IP地址或网段，例如 127.0.0.1 或 10.0.3.0/24。",
    en="'{given}' is no address of a proxy. Give its address or network, for example 127.0.0.1 or 10.0.3.0/24.",
)
define(
    "serve.proxy_everybody",
    status=422,
    zh="“{given}”范围太大：其中任何机器都能冒充别人的地址。请只写代理自己的地址。",
    en="'{given}' is too wide: any machine in it could claim to be another. Give the proxy's own address.",
)
define(
    "serve.both_ways",
    status=422,
    zh="--tls 和 --behind-proxy 只能选一个：在代理后面，由代理负责加密。",
    en="Choose --tls or --behind-proxy, not both: behind a proxy, the proxy encrypts.",
)
define(
    "serve.name_needed",
    status=422,
    zh="在代理后面须用 --name 写明人们访问的主机名，例如 --name lianfang.county.gov.cn。",
    en="Behind a proxy, say with --name under which host name people come, for example --name lianfang.county.gov.cn.",
)


@dataclass(frozen=True)
class Reach:
    """What serving needs to know. names: hosts that requests may ask for; plain_port: 0 for none."""

    host: str
    port: int
    names: tuple[str, ...]
    tls: authority.Files | None = None
    proxies: tuple[str, ...] = ()
    plain_port: int = 0
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where people open it, without a slash at the end."""
        named = next((name for name in self.names if name not in LOOPBACK), self.names[0])
        shown = f"[{named}]" if ":" in named else named
        if self.proxies:
            return f"https://{shown}"
        scheme, usual = ("https", 443) if self.tls else ("http", 80)
        return f"{scheme}://{shown}" + ("" if self.port == usual else f":{self.port}")

    @property
    def local(self) -> str:
        """Where this machine itself opens it."""
        own = self.host if self.host not in EVERYWHERE else "127.0.0.1"
        return f"{'https' if self.tls else 'http'}://{f'[{own}]' if ':' in own else own}:{self.port}"


def add_options(parser: argparse.ArgumentParser) -> None:
    """TLS, names, proxy, plain port."""
    parser.add_argument("--tls", action="store_true", help="encrypt with this installation's own authority")
    parser.add_argument(
        "--name", action="append", default=[], metavar="NAME", help="host name or address people use (repeat)"
    )
    parser.add_argument(
        "--new-authority", action="store_true", help="make a new authority; every device must trust it anew"
    )
    parser.add_argument(
        "--http-port", type=int, default=0, metavar="P", help="with --tls: a plain port that leads to https"
    )
    parser.add_argument(
        "--behind-proxy", action="append", default=[], metavar="ADDRESS", help="trust this proxy's headers (repeat)"
    )
    parser.add_argument("--plain", action="store_true", help="serve other machines without encryption (a trial only)")


def reach_of(args: argparse.Namespace, data: Path, *, title: str = "") -> Reach:
    """Decide how to serve from the options; makes or renews certificates.

    Raises serve.plain_refused, serve.both_ways, serve.proxy_wrong, serve.proxy_everybody, serve.name_needed, tls.….
    """
    proxies = tuple(proxy_network(text) for text in args.behind_proxy)
    if args.tls and proxies:
        raise LianfangError("serve.both_ways")
    if proxies and not args.name:
        raise LianfangError("serve.name_needed")
    outside = args.host not in LOOPBACK
    if outside and not (args.tls or proxies or args.plain):
        raise LianfangError("serve.plain_refused", host=args.host)
    names = tuple(str(authority.general_name(name).value) for name in args.name) or _own_names(args.host)
    files = authority.ensure(data / "tls", names, title=title, anew=args.new_authority) if args.tls else None
    hosts = dict.fromkeys([*names, *LOOPBACK])
    environment = {
        "LIANFANG_HOSTS": ",".join(f"[{name}]" if ":" in name else name for name in hosts),
        "LIANFANG_TLS": "1" if args.tls or proxies else "",
        "LIANFANG_PROXIES": ",".join(proxies),
        "LIANFANG_TLS_FOLDER": str(data / "tls") if args.tls else "",
        "LIANFANG_PORT": str(args.port),
        "LIANFANG_PLAIN_PORT": str(args.http_port) if args.tls and args.http_port else "",
    }
    return Reach(args.host, args.port, names, files, proxies, args.http_port if args.tls else 0, environment)


def proxy_network(text: str) -> str:
    """A proxy's address or network as it is kept; raises serve.proxy_wrong, serve.proxy_everybody."""
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise LianfangError("serve.proxy_wrong", given=text) from None
    if network.prefixlen < WIDEST[network.version]:
        raise LianfangError("serve.proxy_everybody", given=text)
    return str(network)


def export(reach: Reach) -> None:
    """Put what workers need to know into the environment."""
    os.environ.update(reach.environment)


def _own_names(host: str) -> tuple[str, ...]:
    """The names of this machine when nobody said any: its host name and the address it reaches others from."""
    if host not in EVERYWHERE:
        return (host,)
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(("192.0.2.1", 9))  # no packet is sent; the system only chooses its own address
        found.append(str(probe.getsockname()[0]))
    name = socket.gethostname().lower()
    with contextlib.suppress(LianfangError):
        found.append(str(authority.general_name(name).value))
    return tuple(dict.fromkeys(found)) or ("127.0.0.1",)
