"""The runner of the house: documents made by ``geoalarm.report``."""

from __future__ import annotations

from geoalarm.core.errors import InputError
from geoalarm.schedule.edition import Edition, ReportJob


def run_reports(wanted: ReportJob) -> Edition:
    """Make the documents of a job."""
    raise InputError("reports", got="no maker of reports", expected="geoalarm.report.batch")
