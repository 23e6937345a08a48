"""A bucket of tokens for each network address: known answers by a clock that is turned by hand."""

from __future__ import annotations

import pytest

from geoalarm.app.web.request_rate import MAX_REQUESTS_PER_MINUTE, RequestRate, network_of


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def test_a_minute_at_once_then_one_after_the_other():
    clock = Clock()
    rate = RequestRate(6, clock=clock)
    assert [rate.wait_s("a") for _ in range(6)] == [0] * 6
    assert rate.wait_s("a") == pytest.approx(10)  # six a minute: one in ten seconds
    assert rate.wait_s("b") == 0
    clock.now += 4
    assert rate.wait_s("a") == pytest.approx(6)
    clock.now += 6
    assert rate.wait_s("a") == 0
    assert rate.wait_s("a") == pytest.approx(10)


def test_a_long_rest_gives_no_more_than_a_full_bucket():
    clock = Clock()
    rate = RequestRate(3, clock=clock)
    clock.now += 1e6
    assert [rate.wait_s("a") == 0 for _ in range(4)] == [True, True, True, False]


def test_forty_readers_of_one_town_hall_do_not_meet_it():
    rate = RequestRate(clock=Clock())
    asked_of_each = 2 + 2 + 3  # explorer and what-if with their websockets, three briefings
    assert [rate.wait_s("town hall") for _ in range(40 * asked_of_each)] == [0] * 280
    assert MAX_REQUESTS_PER_MINUTE >= 280


def test_memory_is_bounded_and_those_who_ask_are_kept():
    rate = RequestRate(1, clock=Clock(), most_addresses=3)
    assert rate.wait_s("steady") == 0
    for number in range(1000):
        rate.wait_s(f"192.0.2.{number}")
        assert rate.wait_s("steady") > 0
    assert len(rate) == 3


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("unknown", "unknown"),
    ],
)
def test_an_ipv6_subscriber_is_one(address, network):
    assert network_of(address) == network
