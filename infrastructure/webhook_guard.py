"""Where webhooks may go: public addresses over TLS, and what the operator allows besides.

An agency gives the address, so the house could be made to call its own neighbours (server-side
request forgery, CWE-918). A name is resolved at every attempt, all that it leads to must be public,
and the connection goes to the very address that was looked at: a name that leads elsewhere a moment
later (DNS rebinding) gains nothing. Spellings of numbers are left to the resolver, which reads them
as a connection would. By the registries of RFC 6890 rather than by `ipaddress.is_global` alone,
which takes groups (multicast) for public and knows newer blocks only in newer versions.
"""

import asyncio
import socket
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from threading import Thread
from typing import Final

from httpx2 import URL, InvalidURL

from application.webhooks import AddressRefused

LONGEST: Final = 2_000
PORTS: Final = {"https": 443, "http": 80}
NOT_PUBLIC: Final = "not_public"
"""A name that leads nowhere, and one that leads inside: which of the two is told to nobody."""

NOT_PUBLIC_4: Final = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
PUBLIC_6: Final = IPv6Network("2000::/3")
"""All that IANA has given out; the rest of the space is nobody's, or somebody's own."""
NOT_PUBLIC_6: Final = tuple(
    map(IPv6Network, ("2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20"))
)
"""Protocols (Teredo, ORCHID), documentation, and AS112, within what was given out."""
NAT64: Final = IPv6Network("64:ff9b::/96")
SIX_TO_FOUR: Final = IPv6Network("2002::/16")
ISATAP: Final = frozenset({0x00005EFE, 0x02005EFE})


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be called as it is written. ``trusted``: the operator allowed it."""

    url: URL
    host: str
    port: int
    trusted: bool


class Guard:
    """Says where webhooks may go. ``allowed`` holds ``host``, ``host:port`` or ``host:*``.

    Without a port, it is the usual one. An allowed host may be inside, and be called without TLS.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = frozenset(one.strip().lower() for one in allowed) - {""}

    def target(self, address: str) -> Target:
        """Return what an address means; raise `AddressRefused` for one that is never called."""
        try:
            url = URL(address)
            host = url.raw_host.decode("ascii").rstrip(".")
        except (InvalidURL, UnicodeError, ValueError, TypeError) as error:
            raise AddressRefused("malformed") from error
        if not host or len(address) > LONGEST or not address.isprintable() or " " in address:
            raise AddressRefused("malformed")
        if url.userinfo:
            raise AddressRefused("userinfo")
        if url.scheme not in PORTS:
            raise AddressRefused("scheme")
        port = PORTS[url.scheme] if url.port is None else url.port
        trusted = self._trusts(host, port)
        if url.scheme != "https" and not trusted:
            raise AddressRefused("scheme")
        if port != PORTS["https"] and not trusted:
            raise AddressRefused("port")
        return Target(url=url.copy_with(fragment=None), host=host, port=port, trusted=trusted)

    def _trusts(self, host: str, port: int) -> bool:
        named = f"[{host}]" if ":" in host else host
        usual = port in PORTS.values() and named in self._allowed
        return usual or not self._allowed.isdisjoint({f"{named}:{port}", f"{named}:*"})

    async def addresses(self, target: Target) -> Sequence[str]:
        """Return to what a name leads now; raise `AddressRefused` unless all of it may be called.

        One address inside is enough to refuse: whoever gave several chose by chance.
        """
        try:
            found = await looked_up(target.host, target.port)
        except (OSError, UnicodeError) as error:
            raise AddressRefused(NOT_PUBLIC) from error
        if not found or not (target.trusted or all(map(is_public, found))):
            raise AddressRefused(NOT_PUBLIC)
        return list(found)


async def looked_up(host: str, port: int) -> Collection[str]:
    """Return the addresses of a host, in the resolver's order.

    In a thread of its own: a name server that does not answer holds up nobody else's name, nor the
    end of the service.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[Collection[str]] = loop.create_future()

    def tell(answer: Collection[str] | OSError | UnicodeError) -> None:
        if found.done():
            return
        if isinstance(answer, Exception):
            found.set_exception(answer)
        else:
            found.set_result(answer)

    def look() -> None:
        answer: Collection[str] | OSError | UnicodeError
        try:
            known = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer = dict.fromkeys(str(address[0]) for *_, address in known)
        except (OSError, UnicodeError) as error:
            answer = error
        with suppress(RuntimeError):  # nobody waits any more
            loop.call_soon_threadsafe(tell, answer)

    Thread(target=look, name="webhook-name", daemon=True).start()
    return await found


def is_public(address: str) -> bool:
    """Say whether an address is somebody's on the internet; one within another is looked at too."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return _is_public_4(parsed) if isinstance(parsed, IPv4Address) else _is_public_6(parsed)


def _is_public_4(address: IPv4Address) -> bool:
    return address.is_global and not any(address in one for one in NOT_PUBLIC_4)


def _is_public_6(address: IPv6Address) -> bool:
    number = int(address)
    if address.scope_id is not None:
        return False
    if address.ipv4_mapped is not None:
        return _is_public_4(address.ipv4_mapped)
    if address in NAT64:
        return _is_public_4(IPv4Address(number & 0xFFFFFFFF))
    if address in SIX_TO_FOUR:
        return _is_public_4(IPv4Address(number >> 80 & 0xFFFFFFFF))
    if (number >> 32 & 0xFFFFFFFF) in ISATAP:
        return False
    return address in PUBLIC_6 and not any(address in one for one in NOT_PUBLIC_6)
