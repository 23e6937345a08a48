"""Peers that take nothing are given up; those who take a little, or have nothing to take, are not."""

from __future__ import annotations

from geoalarm.app.web.bounded_server import UNREAD_LOOKS, UnreadWatch


class Stream:
    """What the watch needs of a connection."""

    def __init__(self):
        self.waits = False
        self.takes = 0
        self.is_closed = False

    def write_to_fd(self, data):
        return self.takes

    def writing(self):
        return self.waits

    def close(self):
        self.is_closed = True


def looked_at(stream, watch, looks, *, writes=True):
    for _ in range(looks):
        if writes:
            stream.write_to_fd(memoryview(b"x"))
        watch.look()
    return stream.is_closed


def test_who_takes_nothing_is_given_up_after_a_while():
    watch, stream = UnreadWatch(), Stream()
    watch.take(stream)
    stream.waits = True
    assert not looked_at(stream, watch, UNREAD_LOOKS)
    assert looked_at(stream, watch, 1)


def test_who_takes_a_little_or_waits_for_nothing_stays():
    watch, slow, idle = UnreadWatch(), Stream(), Stream()
    watch.take(slow)
    watch.take(idle)
    slow.waits, slow.takes = True, 1
    assert not looked_at(slow, watch, 50)
    assert not looked_at(idle, watch, 50, writes=False)


def test_a_connection_that_is_gone_is_not_kept():
    watch, stream = UnreadWatch(), Stream()
    watch.take(stream)
    del stream
    assert len(watch._looks) == 0
