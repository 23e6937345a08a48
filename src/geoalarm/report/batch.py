"""Reports in numbers: every chosen commune, on several processes, taken up where a run was stopped."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geoalarm import analysis
from geoalarm.core.machine_faults import full_disk
from geoalarm.core.settings import expand_user
from geoalarm.core.terms import LANGUAGES
from geoalarm.dossier import open_territory
from geoalarm.report import edition_index as index
from geoalarm.report.batch_request import BatchRequest, Edition, today
from geoalarm.report.changes_attribution import Walks, walks_between
from geoalarm.report.changes_record import InputRecords, digest_of, inputs_of, record_of
from geoalarm.report.edition import (
    FORMAT,
    MANIFEST,
    commune_manifest,
    file_names,
    folder_of,
    is_whole,
    lock_edition,
    read_json,
)
from geoalarm.report.pdf import find_chromium
from geoalarm.report.previous_edition import (
    NONE,
    PreviousEdition,
    current_of,
    earlier_of,
    keep_earlier,
    kept_earlier,
    require_earlier,
    ways_to_open,
    write_current,
    write_place,
)
from geoalarm.report.process_pool import TaskResult, run_tasks
from geoalarm.report.report_job import (
    ReportOutcome,
    ReportRenderer,
    open_shop,
    print_commune,
    without_folders,
)
from geoalarm.report.selection import ReportRequest, select
from geoalarm.results import require_writable

if TYPE_CHECKING:
    from geoalarm.analysis import Progress, Scenario, Workspace
    from geoalarm.dossier import Territory

logger = logging.getLogger(__name__)

WORTH: Final = 10
"""Communes for which it is worth to start one more process: it takes as long as these."""

DIED: Final = "the process ended without an answer"


@dataclass(frozen=True)
class _Plan:
    """Everything settled before the first report is written."""

    space: Workspace
    territory: Territory
    inputs: InputRecords
    earlier: PreviousEdition
    as_of: date
    key: str
    wanted: Sequence[ReportRequest]
    todo: Sequence[ReportRequest] = field(default_factory=tuple)


def make_edition(
    order: BatchRequest,
    scenario: Scenario | None = None,
    *,
    catalog: Path | None = None,
    progress: Progress | None = None,
) -> Edition:
    """Write the reports of an order.

    A commune that fails, a worker that dies or a layer that cannot be read is told in ``failures.json`` and
    on the index; the rest is delivered. Stopped at any moment, the folder holds whole communes only, and the
    same order takes it up again.

    Parameters
    ----------
    scenario, catalog
        As :func:`geoalarm.analysis.open_workspace`.
    progress : callable, optional
        Told ``(step, n, m)``; the step ``reports`` counts communes.

    Raises
    ------
    GeoalarmError
        If the order cannot be carried out at all: nothing was written then.
    """
    if order.pdf:
        find_chromium()
    require_writable(order.out)
    space = analysis.open_workspace(scenario, catalog=catalog)
    wanted = select(space.communes, order.choice)
    if order.before not in ("", NONE):
        require_earlier(expand_user(order.before), [item.commune_id for item in wanted])
    territory = open_territory(space, command=" ".join(order.command), progress=progress, lenient=True)
    with lock_edition(order.out):
        plan = _plan(order, space, territory, wanted)
        outcomes = _print(order, plan, progress)
        return _bind(order, plan, outcomes)


def default_workers() -> int:
    """As many as there are processors for us."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _plan(
    order: BatchRequest, space: Workspace, territory: Territory, wanted: Sequence[ReportRequest]
) -> _Plan:
    inputs = inputs_of(space, territory.sources)
    same = digest_of(
        [asdict(inputs), dict(territory.versions), [fault.key for fault in territory.faults], order.command]
    )
    current = current_of(order.out)
    taken_up = current.get("inputs") == same
    as_of = order.as_of or (
        date.fromisoformat(current["as_of"]) if taken_up and not _is_finished(order.out, current) else today()
    )
    taken_up = taken_up and current.get("as_of") == as_of.isoformat()
    earlier = _earlier(order, [str(name) for name in territory.communes.ids], taken_up=taken_up)
    key = digest_of([FORMAT, same, as_of.isoformat(), earlier.key])
    if current.get("edition") != key:
        keep_earlier(order.out, earlier)
        write_place(order.out, space)
        write_current(
            order.out, {"edition": key, "inputs": same, "as_of": as_of.isoformat(), "before": earlier.key}
        )
    todo = [_as_there(order, item, key) for item in wanted]
    if not order.fresh:
        todo = [
            item
            for item in todo
            if not is_whole(order.out / folder_of(item.commune_id), edition=key, names=file_names(item))
        ]
    return _Plan(space, territory, inputs, earlier, as_of, key, wanted, todo)


def _earlier(order: BatchRequest, communes: Sequence[str], *, taken_up: bool) -> PreviousEdition:
    if order.before == NONE:
        return PreviousEdition()
    if order.before:
        return earlier_of(expand_user(order.before), communes)
    return kept_earlier(order.out) if taken_up else earlier_of(order.out, communes)


def _is_finished(out: Path, current: dict[str, object]) -> bool:
    facts = read_json(out / MANIFEST)
    return facts is not None and facts.get("edition") == current.get("edition") and not facts.get("failures")


def _as_there(order: BatchRequest, wanted: ReportRequest, key: str) -> ReportRequest:
    """What is wanted of a commune, and what this edition has of it: a second order only adds."""
    facts = commune_manifest(order.out / folder_of(wanted.commune_id))
    mine = replace(wanted, pdf=order.pdf)
    if facts is None or facts.get("edition") != key:
        return mine
    held = [str(lang) for lang in facts.get("langs", [])]
    has_pdf = any(name.endswith(".pdf") for name in facts.get("files", {}))
    return replace(
        mine,
        langs=tuple(lang for lang in LANGUAGES if lang in {*held, *wanted.langs}),
        pdf=order.pdf or has_pdf,
    )


def _print(order: BatchRequest, plan: _Plan, progress: Progress | None) -> list[ReportOutcome]:
    if not plan.todo:
        return []
    press = ReportRenderer(
        territory=plan.territory,
        inputs=plan.inputs,
        out=order.out.absolute(),
        edition=plan.key,
        as_of=plan.as_of,
        before={
            item.commune_id: plan.earlier.records[item.commune_id]
            for item in plan.todo
            if item.commune_id in plan.earlier.records
        },
        walks=_walks(plan),
        sites=()
        if any(fault.key == "sites" for fault in plan.territory.faults)
        else tuple(plan.space.sites()),
        command=order.command,
    )
    workers = order.workers or min(default_workers(), max(len(plan.todo) // WORTH, 1))
    outcomes = []
    for n, done in enumerate(
        run_tasks(plan.todo, print_commune, workers=workers, setup=open_shop, given=(press,)), start=1
    ):
        outcomes.append(_outcome(done))
        if outcomes[-1].disk_is_full:
            raise full_disk(f"{order.out} cannot be written", "a full disk")
        if progress is not None:
            progress("reports", n, len(plan.todo))
    return outcomes


def _outcome(done: TaskResult[ReportRequest, ReportOutcome]) -> ReportOutcome:
    return done.answer if done.answer is not None else ReportOutcome(done.task.commune_id, DIED)


def _walks(plan: _Plan) -> Walks:
    """How far each input moved each figure, where more than one moved it."""
    ids = [item.commune_id for item in plan.todo if item.commune_id in plan.earlier.records]
    if not ids:
        return {}
    after = {
        name: record_of(plan.territory.dossier(name), plan.inputs, as_of=plan.as_of.isoformat())
        for name in ids
    }
    before = {name: plan.earlier.records[name] for name in ids}
    return walks_between(before, after, ways_to_open(plan.earlier.place, plan.space), plan.space)


def _bind(order: BatchRequest, plan: _Plan, outcomes: Sequence[ReportOutcome]) -> Edition:
    """The index, the log of failures and the manifest, the manifest last."""
    failed = tuple(sorted((item for item in outcomes if not item.is_whole), key=lambda item: item.commune_id))
    layers = tuple(
        {
            "key": fault.key,
            "title": fault.title,
            "hazard": fault.hazard,
            "what": without_folders(fault.sentence),
        }
        for fault in plan.territory.faults
    )
    edition = Edition(
        key=plan.key,
        as_of=plan.as_of,
        before=plan.earlier.as_of,
        written=len(outcomes) - len(failed),
        kept=len(plan.wanted) - len(plan.todo),
        failed=failed,
        layers=layers,
        langs=tuple(lang for lang in LANGUAGES if any(lang in item.langs for item in plan.wanted)),
    )
    index.write(
        order.out,
        edition,
        plan.territory,
        plan.inputs,
        title=plan.territory.scenario_title,
        command=order.command,
    )
    return edition
