"""Places for readers: so many in all, so many for one address; a place given back is free."""

from __future__ import annotations

from geoalarm.app.web.session_limits import Refusal, SessionLimits


def test_an_address_has_its_share_and_the_server_an_end():
    limits = SessionLimits(3, 2)
    assert [limits.enter("a") for _ in range(3)] == [True, True, False]
    assert limits.refusal("a") == Refusal("address", 2)
    assert limits.refusal("b") is None
    assert limits.enter("b")
    assert limits.refusal("c") == Refusal("all", 3)
    assert not limits.enter("c")
    assert limits.count == 3


def test_a_place_given_back_is_free():
    limits = SessionLimits(1, 1)
    assert limits.enter("a")
    limits.leave("a")
    assert limits.count == 0
    assert limits.enter("b")


def test_the_addresses_of_one_subscriber_of_ipv6_share_their_places():
    limits = SessionLimits(10, 2)
    assert [limits.enter(f"2001:db8::{last}") for last in (1, 2, 3)] == [True, True, False]
    assert limits.enter("2001:db8:0:1::1")
    limits.leave("2001:db8::1")
    assert limits.enter("2001:db8::4")
