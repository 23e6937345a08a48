"""A page as a PDF, printed by headless Chromium as its print stylesheet says; the only part of a report that
needs a browser.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import signal
import subprocess
from datetime import date
from pathlib import Path
from typing import Final

from geoalarm.core.atomic import atomic_file
from geoalarm.core.errors import GeoalarmError, InputError
from geoalarm.core.scratch_files import scratch_folder
from geoalarm.core.settings import CHROMIUM, program_setting

log = logging.getLogger(__name__)

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS: Final = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-dev-shm-usage",
    "--no-pdf-header-footer",
)
_DATES: Final = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}[^)]*\)")


class PdfError(GeoalarmError, RuntimeError):
    """The browser is missing, failed, or did not end in time; the older PDF is as it was."""


def find_chromium(named: str | None = None) -> str:
    """Path of the browser: the one named, that of ``GEOALARM_CHROMIUM``, else the first of its usual names.

    Raises
    ------
    PdfError
        If there is none.
    """
    asked = named or program_setting(CHROMIUM)
    found = shutil.which(asked) if asked else next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise PdfError(
            f"the browser {asked!r} cannot be found" if asked else "no Chromium was found",
            expected="Chromium, which prints the PDF",
            hint=f"install chromium, name it in {CHROMIUM}, or leave out --pdf: the HTML page is whole "
            f"without it",
        )
    return found


def write_pdf(
    page: Path,
    target: Path,
    *,
    chromium: str | None = None,
    timeout_s: float = 60.0,
    as_of: date | None = None,
) -> None:
    """Print an HTML file to a PDF; the older file stays whole until the new one stands.

    Parameters
    ----------
    page : pathlib.Path
        A self-contained HTML file.
    chromium : str, optional
        The browser, default :func:`find_chromium`.
    timeout_s : float
        After this the browser and all it started are ended [s].
    as_of : datetime.date, optional
        The date that the PDF says of itself, so that the same page gives the same bytes; default: the clock.

    Raises
    ------
    InputError
        If the page is missing, or the target cannot be written.
    PdfError
        If the browser is missing, fails or does not end in time.
    """
    if not page.is_file():
        raise InputError(f"page {page} does not exist", expected="an HTML file")
    browser = find_chromium(chromium)
    with (
        atomic_file(target) as aside,
        scratch_folder() as profile,
    ):
        command = [
            browser,
            *FLAGS,
            *_as_root(),
            f"--user-data-dir={profile}",
            f"--print-to-pdf={aside}",
            page.absolute().as_uri(),
        ]
        told = _run(command, timeout_s, home=str(profile))
        data = aside.read_bytes() if aside.is_file() else b""
        if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-1024:]:
            raise PdfError(
                f"{page.name} was not printed",
                got=_last_line(told),
                expected="a PDF",
                hint="open the page in the browser to see",
            )
        if as_of is not None:
            aside.write_bytes(dated(data, as_of))


def dated(pdf: bytes, as_of: date) -> bytes:
    """The PDF with the day in place of the time at which it was printed; of the same length, so that its
    table of places holds.
    """
    stamp = f"D:{as_of:%Y%m%d}000000".encode("ascii")

    def same_length(match: re.Match[bytes]) -> bytes:
        head = b"/" + match.group(1) + b" ("
        return (
            head
            + (stamp + b"+00'00'").ljust(len(match.group()) - len(head) - 1)[
                : len(match.group()) - len(head) - 1
            ]
            + b")"
        )

    return _DATES.sub(same_length, pdf)


def _as_root() -> tuple[str, ...]:
    """Chromium refuses its sandbox to root (containers); nobody else gives it up."""
    return ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()


def _run(command: list[str], timeout_s: float, *, home: str) -> str:
    """Run the browser in a group of its own and end all of it when the time is over."""
    try:
        process = subprocess.Popen(  # noqa: S603  (a list, no shell)
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, "HOME": home},
        )  # fmt: skip
    except OSError as error:
        raise PdfError(
            f"{command[0]} cannot be started", got=error.strerror, expected="a browser that runs here"
        ) from error
    try:
        told = process.communicate(timeout=timeout_s)[1].decode("utf-8", "replace")
    except subprocess.TimeoutExpired as error:
        raise PdfError(
            f"{Path(command[0]).name} did not print in {timeout_s:g} s",
            expected="a page within this time",
            hint="try again, or give it more time",
        ) from error
    finally:
        _end_group(process)
    if process.returncode != 0:
        raise PdfError(
            f"{Path(command[0]).name} failed",
            got=f"exit code {process.returncode}: {_last_line(told)}",
            expected="exit code 0",
        )
    return told


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End what is left of a browser: helpers that outlive it hold files of its profile."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        log.debug("nothing is left of browser %s", process.pid)
    process.wait()
    if process.stderr is not None:
        process.stderr.close()


def _last_line(told: str) -> str:
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "nothing said"
