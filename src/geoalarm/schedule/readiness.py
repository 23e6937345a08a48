"""Whether a plan can run on this machine, before it has to."""

from __future__ import annotations

from collections.abc import Iterator

from geoalarm.core.atomic import require_writable
from geoalarm.core.errors import Faults, GeoalarmError, InputError
from geoalarm.schedule.delivery.mail import credentials
from geoalarm.schedule.delivery.retry import PermanentError
from geoalarm.schedule.delivery.storage import open_storage
from geoalarm.schedule.plan.jobs import Folder, Job, Mail, Plan, Storage


def require_ready(plan: Plan) -> None:
    """Refuse a plan that lacks something here: room for editions, a scenario, a login in the environment, a
    package for a storage.

    Raises
    ------
    InputError
        If one thing is missing.
    Faults
        If several are; all are named.
    """
    found = [fault for job in plan.jobs for fault in _faults(job)]
    if found:
        raise found[0] if len(found) == 1 else Faults(f"schedule {plan.file.name} cannot run here", found)


def _faults(job: Job) -> Iterator[GeoalarmError]:
    try:
        require_writable(job.report.out)
    except GeoalarmError as error:
        yield error
    scenario = job.report.scenario
    if scenario is not None and not scenario.is_file():
        yield InputError(
            f"job {job.name}: scenario {scenario.name} does not exist",
            expected="a scenario file",
            hint="check the path",
        )
    for target in job.deliver:
        if isinstance(target, Folder) and not target.path.is_dir():
            yield InputError(
                f"job {job.name}: folder {target.path} does not exist",
                expected="a folder",
                hint="make it, or mount the share",
            )
        if isinstance(target, Mail):
            try:
                credentials(target)
            except PermanentError as error:
                yield InputError(
                    f"job {job.name}: {error}",
                    expected="login in the environment",
                    hint="set it where the service starts",
                )
            if target.cafile is not None and not target.cafile.is_file():
                yield InputError(
                    f"job {job.name}: cafile {target.cafile} does not exist",
                    expected="certificates (PEM)",
                    hint="check the path",
                )
        if isinstance(target, Storage):
            try:
                open_storage(target)
            except GeoalarmError as error:
                yield error
