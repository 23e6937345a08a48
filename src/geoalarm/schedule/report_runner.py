"""The runner of the house: an edition of ``geoalarm.report``, with what a delivery must know of it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from geoalarm import analysis
from geoalarm.core.english_counts import counted
from geoalarm.core.errors import Faults, GeoalarmError
from geoalarm.report.batch import make_edition
from geoalarm.report.batch_request import BatchRequest
from geoalarm.report.batch_request import Edition as Batch
from geoalarm.report.edition_index import FAILURES, INDEX
from geoalarm.report.pdf import find_chromium
from geoalarm.report.previous_edition import NONE
from geoalarm.report.selection import ReportSelection, select
from geoalarm.schedule.plan.jobs import Plan, Report
from geoalarm.schedule.scheduled_edition import Document, MissingReport, ReportJob, ScheduledEdition

logger = logging.getLogger(__name__)

_KINDS: Final = ("html", "pdf", "docx", "json")


def run_reports(wanted: ReportJob) -> ScheduledEdition:
    """Make the reports of a job in its folder; what an interrupted attempt left there is taken up.

    Communes that failed are tried once more, alone; what fails again is told, and the rest is an edition.
    """
    scenario = analysis.read_scenario(wanted.scenario) if wanted.scenario is not None else None
    order = BatchRequest(
        out=wanted.folder,
        choice=_choice(wanted.select, wanted.lang),
        as_of=wanted.due.date(),
        pdf=wanted.pdf,
        before=_before(wanted.previous),
        command=_command(wanted),
    )

    def progress(step: str, n: int, m: int) -> None:
        wanted.progress(f"{step} {n}/{m}")

    batch = make_edition(order, scenario, progress=progress)
    if batch.failed:
        logger.warning(
            "%s failed, tried once more", counted(len(batch.failed), "report"), extra={"job": wanted.name}
        )
        batch = make_edition(order, scenario, progress=progress)
    return _edition(wanted.folder, batch)


def require_selection(plan: Plan) -> None:
    """Open the inputs of every job and find its communes: a month later is too late to learn of a misspelt
    province.

    Raises
    ------
    InputError, Faults
        All that cannot be found, told at once.
    """
    found = [fault for job in plan.jobs for fault in _faults(job.name, job.report)]
    if found:
        raise found[0] if len(found) == 1 else Faults(f"schedule {plan.file.name} cannot run here", found)


def _faults(name: str, report: Report) -> Iterator[GeoalarmError]:
    try:
        if report.pdf:
            find_chromium()
        space = analysis.open_workspace(
            analysis.read_scenario(report.scenario) if report.scenario is not None else None
        )
        select(space.communes, _choice(report.select, report.lang))
    except GeoalarmError as error:
        yield error.at(f"job {name}")


def _choice(chosen: Any, lang: tuple[str, ...]) -> ReportSelection:
    return ReportSelection(
        every=not chosen,
        communes=chosen.get("commune", ()),
        countries=chosen.get("country", ()),
        departments=chosen.get("departement", ()),
        provinces=chosen.get("province", ()),
        langs=lang,
    )


def _before(previous: Path | None) -> str:
    """The edition to compare with; none where it holds no report, as after a change of the selection."""
    return str(previous) if previous is not None and (previous / f"{INDEX}.json").is_file() else NONE


def _command(wanted: ReportJob) -> tuple[str, ...]:
    """What rebuilds a report, without the folders of this machine."""
    return (
        "geoalarm",
        "report",
        *(("--scenario", wanted.scenario.name) if wanted.scenario is not None else ()),
    )


def _edition(folder: Path, batch: Batch) -> ScheduledEdition:
    """The documents on disk, by commune, and what is lacking."""
    entries = json.loads((folder / f"{INDEX}.json").read_text(encoding="utf-8"))["communes"]
    names = {entry["commune_id"]: _name(entry["name"], entry["langs"]) for entry in entries}
    documents = [
        _document(entry, ending, path, names)
        for entry in entries
        if entry["is_current"]
        for ending, path in entry["files"].items()
    ]
    pages = sorted(
        path.name for path in folder.iterdir() if path.name.startswith(f"{INDEX}.") or path.name == FAILURES
    )
    documents += [Document(name, kind=name.rpartition(".")[2]) for name in pages]
    failed = tuple(
        MissingReport(one.commune_id, names.get(one.commune_id, one.commune_id), one.what)
        for one in batch.failed
    )
    layers = tuple(MissingReport("", layer["title"], layer["what"]) for layer in batch.layers)
    return ScheduledEdition(tuple(documents), (*failed, *layers), example=_is_example(folder, documents))


def _document(entry: dict[str, Any], ending: str, path: str, names: dict[str, str]) -> Document:
    """A file of a commune; ``ending`` is ``fr.html``, ``json`` and the like."""
    first, _, last = ending.rpartition(".")
    commune = entry["commune_id"]
    return Document(
        path, commune=commune, name=names[commune], lang=first, kind=last if last in _KINDS else ""
    )


def _name(names: dict[str, str], langs: list[str]) -> str:
    """The name in the first language of its report."""
    return names[langs[0]] if langs else names["fr"]


def _is_example(folder: Path, documents: list[Document]) -> bool:
    """Whether any of the reports rests on example data."""
    pages = (folder / one.path for one in documents if one.commune and one.kind == "json")
    return any(json.loads(page.read_text(encoding="utf-8")).get("is_example", False) for page in pages)
