"""The service: looks what is due, makes it, delivers it, and can be stopped or killed at any moment.

What is due stands in the state on disk, not in memory. One thread looks: at every due time, and once a
minute against clocks that were set and machines that slept, :meth:`Service.look` writes down what became
due. The main thread works through what is written, one run at a time.
"""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

from geoalarm.core.english_counts import counted
from geoalarm.core.errors import GeoalarmError, InputError
from geoalarm.schedule.delivery.folder import FolderCarrier
from geoalarm.schedule.delivery.mail import MailCarrier
from geoalarm.schedule.delivery.retry import error_text, retry
from geoalarm.schedule.delivery.shipment import Carrier, Shipment, deliver
from geoalarm.schedule.delivery.storage import StorageCarrier
from geoalarm.schedule.plan.clock import Clock, Stopped
from geoalarm.schedule.plan.cron import Timetable
from geoalarm.schedule.plan.jobs import Folder, Job, Plan, Storage, Target
from geoalarm.schedule.scheduled_edition import (
    ReportJob,
    Runner,
    ScheduledEdition,
    edition_folder,
    make,
    read_edition,
    scratch_folder,
)
from geoalarm.schedule.state.database import Database
from geoalarm.schedule.state.delivery_ledger import Ledger
from geoalarm.schedule.state.run_log import GRACE, RunLog, ScheduledRun

logger = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 60.0


class Service:
    """One plan on one state.

    Parameters
    ----------
    plan : Plan
    state : Path
        Folder of the state; whoever starts the service holds its lock.
    runner : Runner
        Makes the documents.
    clock : Clock, optional
    changed : callable, optional
        Called after every change of the state, to write the status page.
    """

    def __init__(
        self,
        plan: Plan,
        state: Path,
        runner: Runner,
        *,
        clock: Clock | None = None,
        changed: Callable[[], None] | None = None,
    ) -> None:
        self.plan, self.clock = plan, clock or Clock()
        database = Database(state)
        self.runs, self.ledger = RunLog(database), Ledger(database, self.clock)
        self._runner, self._told = runner, changed or (lambda: None)

    def look(self, *, first_grace: timedelta = timedelta(0)) -> list[ScheduledRun]:
        """Write down what became due; the new rows."""
        new = self.runs.look(self.plan, self.clock.now(), first_grace=first_grace)
        for run in new:
            told = "is due" if run.state == "due" else f"is skipped ({run.reason})"
            logger.log(
                logging.INFO if run.state == "due" else logging.WARNING,
                "%s %s %s",
                run.job,
                run.due.isoformat(),
                told,
                extra=_extra(run),
            )
        if new:
            self._changed()
        return new

    def once(self) -> list[ScheduledRun]:
        """Do all that is due, also what becomes due meanwhile, and end; the runs done."""
        self.runs.resume()
        done: list[ScheduledRun] = []
        self.look(first_grace=GRACE)
        while (run := self.work()) is not None:
            done.append(run)
            self.look()
        self._changed()
        return done

    def again(self) -> list[ScheduledRun]:
        """Open once more the last run of each job where it failed or lost a parcel; what is uncertain stays
        so. The runs opened.
        """
        opened = [run for job in self.plan.jobs if (run := self.runs.reopen(job.name)) is not None]
        for run in opened:
            logger.info("%s %s is tried once more", run.job, run.due.isoformat(), extra=_extra(run))
        return opened

    def serve(self, *, look_every_s: float = LOOK_EVERY_S) -> None:
        """Go on until somebody stops the clock."""
        self.runs.resume()
        self._look_and_ring()
        self._changed()
        ended = threading.Event()
        looks = threading.Thread(
            target=self._keep_looking, args=(ended, look_every_s), name="looks what is due", daemon=True
        )
        looks.start()
        try:
            while not self.clock.stopping:
                if self.work() is None:
                    self.clock.wait_for_bell(look_every_s)
        except Stopped:
            logger.info("stopped; what is unfinished goes on at the next start")
        finally:
            ended.set()
            looks.join()
            self._changed()

    def work(self) -> ScheduledRun | None:
        """Do the run that comes next, and give it as it ended; None where nothing is due.

        Raises
        ------
        Stopped
            If the clock was stopped; the run stays open.
        """
        run = self.runs.next()
        if run is None:
            return None
        job = self.plan.job(run.job)
        if job is None:
            self.runs.end(run, self.clock.now(), state="skipped", reason="gone")
            return self.runs.get(run.job, run.due)
        try:
            self._perform(job, run)
        except Stopped:
            self.runs.put_back(run)
            raise
        except Exception as error:  # the service outlives any fault of a job
            told = error_text(error)
            logger.error(
                "%s failed: %s",
                job.name,
                told,
                exc_info=not isinstance(error, GeoalarmError),
                extra=_extra(run),
            )
            self.runs.end(run, self.clock.now(), state="failed", reason=told)
        self._changed()
        return self.runs.get(run.job, run.due)

    def _perform(self, job: Job, run: ScheduledRun) -> None:
        edition = self._edition(job, run)
        due = run.due.astimezone(Timetable(job.cron, self.plan.timezone).zone)
        shipment = Shipment(job.name, due, edition, self.ledger, self.clock)
        for target in job.deliver:
            self.clock.check()
            deliver(_carrier(target, shipment), shipment, job.retries, what=f"{job.name} to {target.name}")
            self._changed()
        rows = self.ledger.of(job.name, run.due)
        lost = [row for row in rows if row.state != "sent"]
        state = "partly" if lost or edition.lacking else "done"
        logger.log(
            logging.WARNING if state == "partly" else logging.INFO,
            "%s %s: %s, %s lacking, %d of %s delivered",
            *(
                job.name,
                state,
                counted(len(edition.documents), "document"),
                counted(len(edition.communes_lacking), "commune"),
                len(rows) - len(lost),
                counted(len(rows), "parcel"),
            ),
            extra=_extra(run),
        )
        self.runs.end(run, self.clock.now(), state=state)
        self._sweep(job)

    def _sweep(self, job: Job) -> None:
        """Remove what interrupted runs left that a newer one replaced."""
        zone = Timetable(job.cron, self.plan.timezone).zone
        for old in self.runs.of(job.name):
            if old.state == "skipped" and old.attempts:
                shutil.rmtree(
                    scratch_folder(edition_folder(job.report.out, job.name, old.due.astimezone(zone))),
                    ignore_errors=True,
                )

    def _edition(self, job: Job, run: ScheduledRun) -> ScheduledEdition:
        """The edition of a run: as it stands on disk, or made now."""
        if run.state == "made" and run.edition:
            edition = read_edition(Path(run.edition))
            if edition.sha256 != run.sha256:
                raise InputError(
                    f"edition {edition.folder.name} was changed while it was delivered",
                    expected="the edition as it was made",
                )
            return edition
        if run.attempts > job.retries.times:
            raise InputError(
                f"job {job.name} ended the service {run.attempts} times",
                expected="a run that ends",
                hint="see the log",
            )

        def attempt() -> ScheduledEdition:
            self.clock.check()
            self.runs.start(run, self.clock.now())
            self._changed()
            return make(self._wanted(job, run), self._runner)

        edition = retry(attempt, job.retries, self.clock, what=f"making {job.name}", done=run.attempts)
        for one in edition.communes_lacking:
            logger.warning(
                "%s: no report for %s (%s): %s",
                job.name,
                one.name or one.commune,
                one.commune,
                one.why,
                extra=_extra(run),
            )
        for one in edition.layers_lacking:
            logger.warning("%s: layer %s was not read: %s", job.name, one.name, one.why, extra=_extra(run))
        self.runs.made(run, edition)
        self._changed()
        return edition

    def _wanted(self, job: Job, run: ScheduledRun) -> ReportJob:
        due = run.due.astimezone(Timetable(job.cron, self.plan.timezone).zone)
        before = self.runs.last_edition(job.name, run.due)
        return ReportJob(
            name=job.name,
            due=due,
            folder=edition_folder(job.report.out, job.name, due),
            select=job.report.select,
            lang=job.report.lang,
            pdf=job.report.pdf,
            scenario=job.report.scenario,
            previous=Path(before) if before and Path(before).is_dir() else None,
            progress=lambda told: self.clock.check(),
        )

    def _changed(self) -> None:
        """Tell that the state changed; a page that cannot be written stops no report."""
        try:
            self._told()
        except (GeoalarmError, OSError) as error:
            logger.warning("the status page was not written: %s", error_text(error))

    def _look_and_ring(self) -> None:
        """Look, and wake the main thread."""
        try:
            self.look()
        except Exception:  # the next look may do better
            logger.exception("what is due could not be looked up")
        finally:
            self.clock.ring()

    def _keep_looking(self, ended: threading.Event, look_every_s: float) -> None:
        """Look at every due time, and so often [s], until the event."""
        while not ended.wait(self._seconds_to_look(look_every_s)):
            self._look_and_ring()

    def _seconds_to_look(self, at_most: float) -> float:
        """From now to the next due time of any job [s]."""
        now = self.clock.now()
        times = (Timetable(job.cron, self.plan.timezone).after(now) for job in self.plan.jobs)
        return min([at_most, *((due - now).total_seconds() for due in times if due is not None)])


def _carrier(target: Target, shipment: Shipment) -> Carrier:
    if isinstance(target, Folder):
        return FolderCarrier(target, shipment)
    if isinstance(target, Storage):
        return StorageCarrier(target, shipment)
    return MailCarrier(target, shipment)


def _extra(run: ScheduledRun) -> dict[str, str]:
    return {"job": run.job, "due": run.due.isoformat()}
