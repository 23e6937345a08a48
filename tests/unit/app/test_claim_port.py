"""A port is claimed at once, or refused with a hint."""

from __future__ import annotations

import pytest

from geoalarm.app.claim_port import claim_port, port_of
from geoalarm.core.errors import InputError

# tornado leaves the socket that it could not bind to the collector
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def test_a_port_that_is_taken_is_refused():
    sockets = claim_port(0, "127.0.0.1")
    try:
        with pytest.raises(InputError, match="--port"):
            claim_port(port_of(sockets), "127.0.0.1")
    finally:
        for one in sockets:
            one.close()


def test_an_address_that_is_none_of_this_machine_is_refused():
    with pytest.raises(InputError, match=r"203\.0\.113\.7"):
        claim_port(0, "203.0.113.7")
