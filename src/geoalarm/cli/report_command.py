"""``geoalarm report``: the pages of communes as files, one or a thousand."""

from __future__ import annotations

import json
import shlex
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geoalarm.cli.expose_command import WordList
from geoalarm.cli.path_type import UserPath
from geoalarm.cli.terminal import is_quiet, progress_line
from geoalarm.cli.terminal_text import echo
from geoalarm.core.english_counts import counted

if TYPE_CHECKING:
    from geoalarm.report.batch_request import Edition


@click.command()
@click.option(
    "--commune",
    "communes",
    multiple=True,
    metavar="ID",
    help="A commune, such as FR:59350; repeat for several.",
)
@click.option("--all", "every", is_flag=True, help="Every commune of the territory.")
@click.option(
    "--country", "countries", multiple=True, metavar="CC", help="Every commune of a country: FR, BE."
)
@click.option(
    "--departement",
    "departments",
    multiple=True,
    metavar="CODE",
    help="Every commune of a French department: 59, or Nord.",
)
@click.option(
    "--province",
    "provinces",
    multiple=True,
    metavar="CODE",
    help="Every commune of a Belgian province: 50000, or Hainaut.",
)
@click.option(
    "--lang",
    "langs",
    type=WordList(),
    multiple=True,
    metavar="LANG",
    help="fr, nl, de, en, or several: fr,nl. Default: the language of the place (fr in France; in Belgium "
    "nl in Flanders, fr in Wallonia, de in the German-speaking Community, fr and nl in Brussels).",
)
@click.option(
    "--out", required=True, type=UserPath(), metavar="DIR", help="Folder of the edition; made when missing."
)
@click.option("--pdf", is_flag=True, help="Each page as PDF too; needs Chromium.")
@click.option(
    "--scenario",
    type=UserPath(),
    metavar="FILE",
    help="Scenario to report on; default: the embedded territory.",
)
@click.option(
    "--catalog", type=UserPath(), metavar="FILE", help="Catalog to use instead of the one the scenario names."
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes; default: one a processor, fewer for a few communes.",
)
@click.option(
    "--before",
    default="",
    metavar="DIR",
    help="Edition to compare with, or none. Default: the older edition that --out itself holds; in a new "
    "folder there is none.",
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Date of the reports, 2026-03-01; default: today, or the date of a run of the same inputs that "
    "was stopped.",
)
@click.option("--fresh", is_flag=True, help="Make reports again that are whole already.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def report(out: Path, as_of: datetime | None, as_json: bool, **given: Any) -> int:
    r"""Write the page of each commune into DIR: HTML, JSON, a checklist to fill in (DOCX), on demand PDF; and
    an index of all.

    DIR gets a folder a commune (FR-59350/FR-59350.fr.html ...), index.html, index.json, manifest.json, and
    failures.json with what could not be made; the rest is delivered then, and the exit code is 1. A run that
    was stopped is taken up by the same command: what is whole is not made again.

    Each page says what changed since the edition before, and why: population, map, boundaries, method. A
    first report says that it is one.

    \b
    geoalarm report --commune FR:59350 --lang fr,nl --out report
    geoalarm report --departement 59 --province 50000 --out 2026-03 --before 2026-02 --as-of 2026-03-01
    geoalarm report --all --pdf --workers 4 --out edition
    """
    from geoalarm import analysis
    from geoalarm.report.batch import make_edition
    from geoalarm.report.batch_request import BatchRequest
    from geoalarm.report.selection import ReportSelection

    scenario, catalog = given["scenario"], given["catalog"]
    choice = ReportSelection(
        every=given["every"],
        communes=given["communes"],
        countries=given["countries"],
        departments=given["departments"],
        provinces=given["provinces"],
        langs=tuple(lang for words in given["langs"] for lang in words),
    )
    order = BatchRequest(
        out=out,
        choice=choice,
        as_of=_day(as_of),
        pdf=given["pdf"],
        workers=given["workers"] or 0,
        before=given["before"],
        fresh=given["fresh"],
        command=_command(scenario, catalog),
    )
    with progress_line() as progress:
        edition = make_edition(
            order, analysis.read_scenario(scenario) if scenario else None, catalog=catalog, progress=progress
        )
    if as_json:
        echo(json.dumps(_summary(edition, out), ensure_ascii=False))
    elif not is_quiet():
        _show(edition, out)
    return 0 if edition.is_whole else 1


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment is not None else None


def _command(scenario: Path | None, catalog: Path | None) -> tuple[str, ...]:
    """Words that rebuild a report, without the paths of this machine."""
    words = [
        "geoalarm",
        "report",
        *(["--scenario", scenario.name] if scenario else []),
        *(["--catalog", catalog.name] if catalog else []),
    ]
    return tuple(map(shlex.quote, words))


def _summary(edition: Edition, out: Path) -> dict[str, object]:
    return {
        "edition": edition.key,
        "as_of": edition.as_of.isoformat(),
        "before": edition.before or None,
        "written": edition.written,
        "kept": edition.kept,
        "failed": [{"commune_id": item.commune_id, "what": item.what} for item in edition.failed],
        "layers": list(edition.layers),
        "out": out.name,
    }


def _show(edition: Edition, out: Path) -> None:
    written = f"{counted(edition.written, 'commune')} written, {edition.kept} already whole"
    told = f"{written}, as of {edition.as_of.isoformat()}"
    echo(f"{told}, compared with {edition.before}" if edition.before else f"{told}, compared with none")
    for layer in edition.layers:
        echo(f"missing layer {layer['key']}: {layer['what']}", err=True)
    for item in edition.failed:
        echo(f"failed {item.commune_id}: {item.what}", err=True)
    echo(f"written to {out}")
