"""The service as a process of its own, killed and stopped in the middle: everything arrives once, nothing
half-written.
"""

from __future__ import annotations

import os
import runpy
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import trustme
import yaml
from aiosmtpd.controller import Controller

from geoalarm.schedule.scheduled_edition import LISTING, SUMS
from geoalarm.schedule.state.database import Database
from geoalarm.schedule.state.delivery_ledger import Ledger
from geoalarm.schedule.state.run_log import RunLog

KIT = Path(__file__).parents[1] / "schedule_kit.py"
kit = SimpleNamespace(**runpy.run_path(str(KIT)))
DUE = kit.utc("2026-01-16 05:00")
EDITION = "2026-01-16T0600+0100"
WHOLE = sorted(
    [
        *(f"{code}/fr.{kind}" for code in ("BE-54007", "FR-59350", "FR-59512") for kind in ("html", "pdf")),
        "index.html",
        LISTING,
        SUMS,
    ]
)

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning:aiosmtpd.*")]


class Process:
    """The service in a process, on ``folder/s.yml`` and ``folder/state``."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.running = folder, None
        (folder / "share").mkdir()
        self.write({"folder": {"path": "share"}})

    def write(self, *targets) -> None:
        job = {
            "name": "daily",
            "cron": "0 6 * * *",
            "report": {"lang": ["fr"]},
            "retries": {"times": 10, "first_wait": "1 s"},
            "deliver": list(targets),
        }
        (self.folder / "s.yml").write_text(yaml.safe_dump({"jobs": [job]}), encoding="utf-8")

    def words(self, now: str, **options) -> list[str]:
        more = (f"{key}={value}" for key, value in options.items())
        return [sys.executable, str(KIT), str(self.folder / "s.yml"), str(self.folder / "state"), now, *more]

    def start(self, now: str, **options) -> subprocess.Popen:
        self.running = subprocess.Popen(
            self.words(now, **options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.running.stdout.readline() == "ready\n", self.running.stderr.read()
        return self.running

    def kill(self) -> None:
        self.running.kill()
        self.running.communicate()

    def stop(self) -> str:
        self.running.send_signal(signal.SIGTERM)
        said, errors = self.running.communicate(timeout=30)
        assert self.running.returncode == 0, errors
        return said

    def state(self) -> str | None:
        run = (
            RunLog(Database(self.folder / "state")).get("daily", DUE)
            if Database(self.folder / "state").exists
            else None
        )
        return run.state if run else None

    def wait_for(self, what, seconds=20.0) -> None:
        end = time.monotonic() + seconds
        while not what():
            assert self.running.poll() is None, self.running.stderr.read()
            assert time.monotonic() < end, f"still {self.state()}"
            time.sleep(0.005)

    def finish(self) -> None:
        self.wait_for(lambda: self.state() in ("done", "partly", "failed"))
        self.stop()

    def shared(self) -> list[str]:
        """What a reader of the share sees: nothing that begins with a dot."""
        place = self.folder / "share" / "daily"
        seen = [path for path in place.rglob("*") if path.is_file()] if place.exists() else []
        return sorted(
            path.relative_to(place).as_posix()
            for path in seen
            if not path.relative_to(place).parts[0].startswith(".")
        )

    def ledger(self) -> Ledger:
        return Ledger(Database(self.folder / "state"), kit.TestClock())


@pytest.fixture
def process(tmp_path):
    """There was one before: a first start catches nothing up, and on a busy machine it takes a second."""
    made = Process(tmp_path)
    kit.service(tmp_path, clock=kit.TestClock("2026-01-15 12:00")).look()
    yield made
    if made.running is not None and made.running.poll() is None:
        made.kill()


def test_due_in_a_second_and_delivered(process):
    process.start("2026-01-16 04:59:59")
    process.finish()
    assert process.state() == "done"
    assert process.shared() == [f"{EDITION}/{name}" for name in WHOLE]
    assert "Fait" in (process.folder / "state" / "status.html").read_text("utf-8")
    assert (process.folder / "state" / "log.jsonl").read_text("utf-8").count("\n") >= 2


def test_killed_while_documents_are_made(process):
    process.start("2026-01-16 04:59:59", slow=0.3)
    process.wait_for(lambda: list((process.folder / "editions").glob(f"daily/.{EDITION}.part/FR-59512")))
    process.kill()
    assert process.shared() == []
    assert not (process.folder / "editions" / "daily" / EDITION).exists()
    process.start("2026-01-16 05:00:10")
    process.finish()
    (run,) = RunLog(Database(process.folder / "state")).of("daily")
    assert (run.state, run.attempts) == ("done", 2)
    assert process.shared() == [f"{EDITION}/{name}" for name in WHOLE]
    assert [path.name for path in (process.folder / "editions" / "daily").iterdir()] == [EDITION]


def test_killed_at_many_moments(process):
    """From before it is due until after it is delivered; large documents, so that copying takes a while."""
    process.write({"folder": {"path": "share"}}, {"storage": {"url": f"file://{process.folder}/objects"}})
    process.start("2026-01-16 04:59:59.9", size=4_000_000)
    editions, share, objects = (process.folder / name / "daily" for name in ("editions", "share", "objects"))
    moments = [
        editions / f".{EDITION}.part",
        editions / f".{EDITION}.part" / "FR-59512",
        editions / EDITION,
        share / f".{EDITION}.part",
        share / EDITION,
        objects / EDITION,
        objects / EDITION / "FR-59350" / "fr.pdf",
        objects / EDITION / SUMS,
    ]
    for moment in moments:
        process.wait_for(lambda there=moment: there.exists() or process.state() == "done")
        process.kill()
        assert process.shared() in ([], [f"{EDITION}/{name}" for name in WHOLE])
        assert not (objects / EDITION / SUMS).exists() or all(
            (objects / EDITION / name).exists() for name in WHOLE
        )
        process.start("2026-01-16 05:00:01", size=4_000_000)
    process.finish()
    assert (process.state(), process.shared()) == ("done", [f"{EDITION}/{name}" for name in WHOLE])
    for place in (share / EDITION, objects / EDITION):
        assert all((place / name).read_bytes() == (editions / EDITION / name).read_bytes() for name in WHOLE)
        subprocess.run(["sha256sum", "--check", "--quiet", "--strict", SUMS], cwd=place, check=True)


def test_killed_while_mail_is_sent(process):
    """The server kills the service while it still owes the answer to the second message: that one is
    uncertain, none is sent twice.
    """
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(process.folder / "ca.pem"))
    kept = []

    class Mailbox:
        async def handle_DATA(self, server, session, envelope):
            kept.append(envelope.rcpt_tos[0])
            if len(kept) == 2:
                os.kill(process.running.pid, signal.SIGKILL)
                process.running.wait()
            return "250 kept"

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(
        Mailbox(), hostname="127.0.0.1", port=port, tls_context=context, require_starttls=True
    )
    controller.start()
    people = [f"p{n}@x.example" for n in range(5)]
    target = {"host": "localhost", "port": port, "security": "starttls"}
    process.write(
        {"mail": target | {"from": "c@x.example", "to": people, "cafile": "ca.pem"}},
        {"folder": {"path": "share"}},
    )
    try:
        process.start("2026-01-16 04:59:59")
        process.running.wait(timeout=30)
        process.running.communicate()
        assert (kept, process.shared()) == (people[:2], [])
        process.start("2026-01-16 05:00:10")
        process.finish()
    finally:
        controller.stop(no_assert=True)
    assert kept == people
    rows = process.ledger().of("daily", DUE)
    told = {row.parcel.addressee: row.state for row in rows if row.parcel.addressee}
    assert told == dict.fromkeys(people, "sent") | {people[1]: "uncertain"}
    assert process.shared() == [f"{EDITION}/{name}" for name in WHOLE]
    assert "On ne sait pas si un courriel est arrivé" in (process.folder / "state" / "status.html").read_text(
        "utf-8"
    )


def test_stopped_while_documents_are_made(process):
    process.start("2026-01-16 04:59:59", slow=0.5)
    process.wait_for(lambda: list((process.folder / "editions").glob(f"daily/.{EDITION}.part/*")))
    assert process.stop() == "ended\n"
    assert (process.state(), process.shared()) == ("due", [])
    process.start("2026-01-16 05:00:10")
    process.finish()
    assert (process.state(), process.shared()) == ("done", [f"{EDITION}/{name}" for name in WHOLE])


def test_a_second_service_on_the_same_state_refuses(process):
    process.start("2026-01-15 12:00")
    again = subprocess.run(process.words("2026-01-15 12:00"), capture_output=True, text=True, check=False)
    assert f"process {process.running.pid} holds it" in again.stderr
    process.kill()
    process.start("2026-01-15 12:00")  # a killed one holds nothing
    process.stop()


@pytest.mark.parametrize(
    ("cron", "last_look", "start", "due"),
    [
        ("0 6 * * *", "2026-01-16 04:00", "2026-01-16 04:59:59.5", "2026-01-16T06:00:00+01:00"),
        # 02:30 is jumped over; the service looked at 03:10 on the wall
        ("30 2 * * *", "2026-03-29 01:10", "2026-03-29 01:29:59.5", "2026-03-29T03:30:00+02:00"),
        ("0 0 * * *", "2026-03-29 12:00", "2026-03-29 21:59:59.5", "2026-03-30T00:00:00+02:00"),
    ],
)
def test_the_service_wakes_at_the_due_time_without_the_minute_look(process, cron, last_look, start, due):
    """By the clock of the machine; the look of every minute comes an hour later here."""
    clock = kit.ShiftedClock(start)
    asked = []
    runner = kit.SmallReports(during=lambda wanted: (asked.append(wanted), clock.stop()))
    kit.service(process.folder, clock=kit.TestClock(last_look), cron=cron).look()  # there was one before
    stuck = threading.Timer(30, clock.stop)
    stuck.start()
    kit.service(process.folder, runner, clock, cron=cron).serve(look_every_s=3600)
    stuck.cancel()
    assert [wanted.due.isoformat() for wanted in asked] == [due]
