"""One commune: its pages, checklists and figures as files, whole or not at all. What a worker does."""

from __future__ import annotations

import logging
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from geoalarm.core.errors import GeoalarmError
from geoalarm.core.machine_faults import is_full
from geoalarm.dossier.commune_dossier import Dossier
from geoalarm.i18n.place_names import names
from geoalarm.present.briefing import briefing
from geoalarm.present.briefing.briefing_content import Briefing
from geoalarm.present.svg import Maps
from geoalarm.report.changes import Change, Walk, compare
from geoalarm.report.changes_record import InputRecords, Record, record_of
from geoalarm.report.changes_words import change_facts, changes_text
from geoalarm.report.checklist_docx import checklist_docx
from geoalarm.report.commune_page import Changes, Links, Pictures, pictures_of, render
from geoalarm.report.edition import MANIFEST, commune_aside, folder_of, json_text, sha256_of
from geoalarm.report.pdf import PdfError, write_pdf
from geoalarm.report.report_json import as_json
from geoalarm.report.selection import ReportRequest

if TYPE_CHECKING:
    from geoalarm.analysis import SiteOption
    from geoalarm.dossier import Territory

logger = logging.getLogger(__name__)

FORMAT: Final = "geoalarm commune 1"
_FOLDERS: Final = re.compile(r"(?<![\w/])/(?:[^\s/:'\"]+/)+")


@dataclass(frozen=True)
class ReportRenderer:
    """All that is the same for every commune of an edition; sent once to each worker.

    Attributes
    ----------
    edition : str
        Key of the edition: equal for equal inputs, date and edition before.
    before, walks : mapping
        By commune: the record of the report before, and how far each input moved its figures.
    command : tuple of str
        Words that rebuild a report, without commune and language.
    """

    territory: Territory
    inputs: InputRecords
    out: Path
    edition: str
    as_of: date
    before: Mapping[str, Record] = field(default_factory=dict)
    walks: Mapping[str, Mapping[str, Walk]] = field(default_factory=dict)
    sites: tuple[SiteOption, ...] = ()
    command: tuple[str, ...] = ("geoalarm", "report")


@dataclass(frozen=True, slots=True)
class ReportOutcome:
    """What became of a commune: ``what`` says what failed, in a sentence without folders; empty if whole.
    ``disk_is_full`` where no other commune can be written either.
    """

    commune_id: str
    what: str = ""
    disk_is_full: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether every file was written."""
        return not self.what


class _Shop:
    """The press of this process, with maps and names made once."""

    def __init__(self, press: ReportRenderer) -> None:
        self.press = press
        self.maps = Maps(press.territory.communes, cache=press.territory.cache)
        self._names: dict[str, Mapping[str, str]] = {}
        self._totals: dict[str, pd.DataFrame] = {}

    def names(self, lang: str) -> Mapping[str, str]:
        """Names of all communes in a language."""
        if lang not in self._names:
            called = names(self.press.territory.communes, lang)
            self._names[lang] = {str(commune_id): str(name) for commune_id, name in called.items()}
        return self._names[lang]


_SHOPS: list[_Shop] = []


def open_shop(press: ReportRenderer) -> None:
    """Make a process ready to print."""
    _SHOPS[:] = [_Shop(press)]


def print_commune(wanted: ReportRequest) -> ReportOutcome:
    """Write the files of a commune; a failure is told, not raised: the others go on."""
    shop = _SHOPS[0]
    try:
        with commune_aside(shop.press.out, wanted.commune_id) as folder:
            what = _write(shop, wanted, folder)
    except GeoalarmError as error:
        logger.warning("%s: %s", wanted.commune_id, error.sentence())
        return ReportOutcome(wanted.commune_id, without_folders(error.sentence()), is_full(error))
    except Exception as error:  # one commune must not keep the others from their reports
        if is_full(error):
            return ReportOutcome(wanted.commune_id, "the disk is full", disk_is_full=True)
        logger.exception("%s", wanted.commune_id)
        first = next(iter(str(error).splitlines()), "")
        return ReportOutcome(
            wanted.commune_id, without_folders(f"unexpected {type(error).__name__}: {first}")
        )
    return ReportOutcome(wanted.commune_id, without_folders(what))


def without_folders(sentence: str) -> str:
    """A sentence without the folders of this machine: of a path its last part stays."""
    return _FOLDERS.sub("", sentence)


def _write(shop: _Shop, wanted: ReportRequest, folder: Path) -> str:
    """All files of a commune; what could not be made of it, or nothing."""
    press, stem = shop.press, folder_of(wanted.commune_id)
    dossier = _dossier(press, wanted)
    record = record_of(dossier, press.inputs, as_of=press.as_of.isoformat())
    before = press.before.get(wanted.commune_id)
    changes = compare(before, record, walks=press.walks.get(wanted.commune_id))
    pages = {lang: briefing(dossier, lang, names=shop.names(lang)) for lang in wanted.langs}
    faults = [
        _write_language(shop, page, folder, wanted=wanted, said=changes_text(changes, before, lang))
        for lang, page in pages.items()
    ]
    told = _told(changes, before, wanted.langs)
    text = as_json(dossier, pages, extra={"as_of": press.as_of.isoformat(), "changes": told})
    (folder / f"{stem}.json").write_text(text, encoding="utf-8")
    files = {
        path.name: {"bytes": path.stat().st_size, "sha256": sha256_of(path)}
        for path in sorted(folder.iterdir())
    }
    facts = {
        "format": FORMAT,
        "commune_id": wanted.commune_id,
        "as_of": press.as_of.isoformat(),
        "edition": press.edition,
        "langs": wanted.langs,
        "population": dossier.population,
        "files": files,
        "record": record.as_dict(),
    }
    (folder / MANIFEST).write_text(json_text(facts), encoding="utf-8")
    return next(filter(None, faults), "")


def _write_language(
    shop: _Shop, page: Briefing, folder: Path, *, wanted: ReportRequest, said: Changes
) -> str:
    """The files of one language; what went wrong with its PDF, which is then left out, or nothing."""
    stem, press, langs = folder_of(page.commune_id), shop.press, wanted.langs
    name = f"{stem}.{page.lang}"
    links = Links(
        languages={lang: f"{stem}.{lang}.html" for lang in langs} if len(langs) > 1 else {},
        index="../index.html",
        pdf=f"{name}.pdf" if wanted.pdf else "",
        data=f"{stem}.json",
        checklist_docx=f"{name}.docx",
    )
    html, pictures = folder / f"{name}.html", _pictures(shop, page)
    html.write_text(render(page, pictures, as_of=press.as_of, changes=said, links=links), encoding="utf-8")
    (folder / f"{name}.docx").write_bytes(checklist_docx(page))
    if not wanted.pdf:
        return ""
    try:
        write_pdf(html, folder / f"{name}.pdf", as_of=press.as_of)
    except PdfError as error:
        html.write_text(
            render(page, pictures, as_of=press.as_of, changes=said, links=replace(links, pdf="")),
            encoding="utf-8",
        )
        return error.sentence()
    return ""


def _pictures(shop: _Shop, page: Briefing) -> Pictures:
    press = shop.press
    return pictures_of(
        page, press.territory, shop.maps, page.lang, names=shop.names(page.lang), sites=press.sites
    )


def _dossier(press: ReportRenderer, wanted: ReportRequest) -> Dossier:
    dossier = press.territory.dossier(wanted.commune_id)
    words = [
        *press.command[:2],
        "--commune",
        wanted.commune_id,
        *(word for lang in wanted.langs for word in ("--lang", lang)),
    ]
    return replace(dossier, command=shlex.join([*words, *press.command[2:], "--out", "DIR"]))


def _told(changes: list[Change], before: Record | None, langs: tuple[str, ...]) -> dict[str, object]:
    """The changes for machines, with their sentences."""
    return {
        "since": before.as_of if before is not None else None,
        "lead": {lang: changes_text(changes, before, lang).lead for lang in langs},
        "figures": [change_facts(change, before, langs) for change in changes if before is not None],
    }
