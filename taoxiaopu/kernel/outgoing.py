"""The one way out to addresses that strangers name: resolve once, global addresses only, connect to that very address, no
redirects, five seconds in all, 64 KB of an answer (trust B26).
"""

import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.errors import DomainError

DEADLINE_S = 5.0
ANSWER_MAX = 64 * 1024
URL_MAX = 300
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})[ \r]")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
_PATH = re.compile(r"[!-~]*")


class BadAddress(DomainError):
    """An address to which the platform sends nothing."""

    code = "bad_url"
    message = _("请填写 https:// 开头的公网地址")
    status = 400
    field = "url"


class NoAnswer(Exception):
    """The other side could not be reached, or said nothing that is HTTP; the text says which, for a log."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said: the status, and the first 64 KB of what followed as text."""

    status: int
    body: str


def check_address(url: str) -> SplitResult:
    """The parts of an address that may be posted to, as far as that is told without asking for its host.

    Raises BadAddress for anything but https, for user names, fragments, blanks and addresses that are not global.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadAddress from None
    host = parts.hostname or ""
    schemes = {"https", "http"} if settings.WEBHOOKS_TO_LOOPBACK else {"https"}
    plain = _PATH.fullmatch(url) and len(url) <= URL_MAX and port != 0
    if parts.scheme not in schemes or not plain or "@" in parts.netloc or parts.fragment:
        raise BadAddress
    if not _HOST.fullmatch(parts.netloc.rsplit(":", 1)[0] if port else parts.netloc) or not host:
        raise BadAddress
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if host.replace(".", "").isdigit() or host.startswith("0x") or "." not in host.strip("."):
            raise BadAddress from None  # 2130706433, 0x7f000001, localhost
    else:
        if not _may_be_reached(address):
            raise BadAddress
    return parts


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send a POST. Raises NoAnswer, BadAddress."""
    parts = check_address(url)
    until = time.monotonic() + DEADLINE_S
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = parts.hostname or ""
    try:
        with socket.create_connection((_resolved(host, port), port), timeout=_left(until)) as raw:
            if parts.scheme == "https":
                raw.settimeout(_left(until))
                with ssl.create_default_context().wrap_socket(raw, server_hostname=host) as secure:
                    return _exchange(secure, parts, body, headers, until)
            return _exchange(raw, parts, body, headers, until)
    except TimeoutError:
        raise NoAnswer("timeout") from None
    except (OSError, UnicodeError) as error:
        raise NoAnswer(type(error).__name__) from None


def _resolved(host: str, port: int) -> str:
    """The address that is connected to: asked for once, and refused when any that the name has is not global."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(_may_be_reached(ipaddress.ip_address(one)) for one in addresses):
        raise NoAnswer("address")
    return addresses[0]


def _may_be_reached(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if settings.WEBHOOKS_TO_LOOPBACK and address.is_loopback:
        return True
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is not None and not _may_be_reached(inner):
            return False
        if address in ipaddress.ip_network("64:ff9b::/96"):  # an IPv4 address in other clothes
            return _may_be_reached(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and not address.is_multicast


def _exchange(
    way: socket.socket, parts: SplitResult, body: bytes, headers: Mapping[str, str], until: float
) -> Answer:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [
        f"POST {target} HTTP/1.1",
        f"Host: {parts.netloc}",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    way.settimeout(_left(until))
    way.sendall("\r\n".join([*lines, "", ""]).encode("ascii") + body)
    answer = b""
    while len(answer) < ANSWER_MAX:
        way.settimeout(_left(until))
        piece = way.recv(min(8192, ANSWER_MAX - len(answer)))
        if not piece:
            break
        answer += piece
    found = _STATUS.match(answer)
    if found is None:
        raise NoAnswer("not http")
    text = answer.partition(b"\r\n\r\n")[2].decode("utf-8", "replace").replace("\x00", "")
    return Answer(int(found[1]), text)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
