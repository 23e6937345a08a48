"""How often one network address may ask for what has to be computed: a bucket of tokens for each."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Final

MAX_REQUESTS_PER_MINUTE: Final = 300
"""Of one address: forty readers of one town hall who open explorer, what-if and three briefings each within a
minute ask 280 times (a page with a map counts twice, for itself and for its websocket).
"""
MAX_ADDRESSES: Final = 10_000
"""Addresses remembered; of more, those that asked least lately begin anew."""
IPV6_HOST_BITS: Final = 64
"""Bits of an IPv6 address that one subscriber chooses freely (RFC 6177, RFC 4291)."""


@dataclass(slots=True)
class TokenBucket:
    """What an address may still ask for [1], as it was at a time [s]."""

    tokens: float
    at: float


class RequestRate:
    """Buckets that hold and regain as many tokens a minute; only the loop of the server asks it.

    Parameters
    ----------
    per_minute : int
        Requests of one address a minute, and at once [1].
    clock : callable
        Seconds that never go back [s].
    most_addresses : int
        Buckets kept [1].
    """

    def __init__(
        self,
        per_minute: int = MAX_REQUESTS_PER_MINUTE,
        *,
        clock: Callable[[], float] = time.monotonic,
        most_addresses: int = MAX_ADDRESSES,
    ) -> None:
        self.per_minute, self.most_addresses = per_minute, most_addresses
        self._clock = clock
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def __len__(self) -> int:
        """Addresses remembered."""
        return len(self._buckets)

    def wait_s(self, address: str) -> float:
        """Take a token of an address: 0, or how long until there is one [s]; then none was taken."""
        bucket = self._bucket(network_of(address))
        if bucket.tokens < 1:
            return (1 - bucket.tokens) * 60 / self.per_minute
        bucket.tokens -= 1
        return 0.0

    def _bucket(self, network: str) -> TokenBucket:
        now, full = self._clock(), float(self.per_minute)
        bucket = self._buckets.setdefault(network, TokenBucket(full, now))
        bucket.tokens = min(full, bucket.tokens + (now - bucket.at) * self.per_minute / 60)
        bucket.at = now
        self._buckets.move_to_end(network)
        if len(self._buckets) > self.most_addresses:
            self._buckets.popitem(last=False)
        return bucket


def network_of(address: str) -> str:
    """What counts as one reader's network: an IPv4 address, or the 64 bits that an IPv6 subscriber gets."""
    try:
        number = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(number, IPv6Address):
        return address
    if number.ipv4_mapped is not None:
        return str(number.ipv4_mapped)
    return f"{IPv6Address(int(number) >> IPV6_HOST_BITS << IPV6_HOST_BITS)}/{IPV6_HOST_BITS}"
