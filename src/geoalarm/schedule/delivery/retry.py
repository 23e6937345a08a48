"""Trying again: what may pass by itself is tried again with growing waits, what will not is told at once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

import tenacity

from geoalarm.core.errors import GeoalarmError
from geoalarm.schedule.plan.clock import Clock, Stopped
from geoalarm.schedule.plan.jobs import Retries

logger = logging.getLogger(__name__)
T = TypeVar("T")


class TransientError(Exception):
    """It did not work now and may later: a server that is away or asks to wait."""


class PermanentError(Exception):
    """It will not work however often it is tried: a wrong password, an unknown place."""


def retry(step: Callable[[], T], retries: Retries, clock: Clock, *, what: str, done: int = 0) -> T:
    """The answer of a step, tried until it works or the retries are used up; the last error is raised then.

    Stops, house errors and :class:`PermanentError` are never tried again; everything else is.

    Parameters
    ----------
    done : int
        Attempts already made by an earlier process.
    """

    def told(state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        wait = state.next_action.sleep if state.next_action else 0
        logger.warning(
            "%s: attempt %d failed, next in %.0f s: %s",
            what,
            state.attempt_number + done,
            wait,
            error_text(error),
        )

    attempts = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(max(retries.times + 1 - done, 1)),
        wait=tenacity.wait_exponential(
            multiplier=retries.first_wait_s * retries.factor**done, exp_base=retries.factor
        ),
        retry=tenacity.retry_if_exception(
            lambda error: (
                not isinstance(error, Stopped | PermanentError | GeoalarmError)
                and isinstance(error, Exception)
            )
        ),
        sleep=clock.pause,
        before_sleep=told,
        reraise=True,
    )
    return attempts(step)


def error_text(error: BaseException | None) -> str:
    """An error in one line, without control characters; an unexpected one with its kind."""
    if error is None:
        return ""
    told = error.sentence() if isinstance(error, GeoalarmError) else str(error)
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in told).split())[:500]
    return (
        line
        if isinstance(error, GeoalarmError | TransientError | PermanentError)
        else f"{type(error).__name__}: {line}"
    )
