"""What all readers of briefings share: the territory, its maps, and the pages made last. Made once, behind
the first reader's back.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from geoalarm.app.session import SharedSession
from geoalarm.core.background_task import BackgroundTask, Progress
from geoalarm.core.keyed_cache import KeyedCache
from geoalarm.core.terms import LANGUAGES
from geoalarm.dossier.commune_dossier import Dossier
from geoalarm.i18n.place_names import find
from geoalarm.i18n.place_names import names as names_of
from geoalarm.present.briefing import briefing
from geoalarm.present.briefing.briefing_content import Briefing
from geoalarm.present.svg import Maps
from geoalarm.report.batch_request import today
from geoalarm.report.checklist_docx import checklist_docx
from geoalarm.report.commune_page import Pictures, pictures_of, render, render_checklist
from geoalarm.report.report_json import as_json

if TYPE_CHECKING:
    from geoalarm.analysis.workspace import Workspace
    from geoalarm.dossier.territory import Territory

PAGES: Final = 64
"""Pages kept in memory."""

EXAMPLES: Final = ("FR:02381", "BE:57081", "FR:59183")
"""Communes offered on the empty page, where the territory has them; else its largest."""

KINDS: Final[Mapping[str, str]] = {
    "html": "text/html; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "checklist": "text/html; charset=utf-8",
}
"""Files of a commune by their kind, with their type."""


@dataclass(frozen=True, slots=True)
class RenderedBriefing:
    """A page of one commune in one language."""

    briefing: Briefing
    pictures: Pictures


class BriefingService:
    """Where pages of communes are made.

    Parameters
    ----------
    workspace : analysis.Workspace
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._territory: KeyedCache[Territory] = KeyedCache(1)
        self._maps: KeyedCache[Maps] = KeyedCache(1)
        self._names: KeyedCache[dict[str, str]] = KeyedCache(len(LANGUAGES))
        self._facts: KeyedCache[dict[str, dict[str, str]]] = KeyedCache(1)
        self._made: KeyedCache[RenderedBriefing] = KeyedCache(PAGES)
        self.opening = BackgroundTask(self.warm, name="briefings")

    @property
    def is_ready(self) -> bool:
        """Whether a page can be made without reading the whole territory first."""
        return bool(self._territory.values() and self._maps.values())

    @property
    def territory(self) -> Territory:
        """Everything that is known of every commune; a layer that cannot be read is left out and said."""
        return self._territory.get("", self._open_territory)

    @property
    def maps(self) -> Maps:
        """Maps with every layer prepared."""
        return self._maps.get("", self._make_maps)

    def warm(self, progress: Progress | None = None) -> BriefingService:
        """Make ready what every page needs: the territory, then its maps; told how far it is.

        Raises
        ------
        GeoalarmError
            If the territory cannot be used.
        """
        self._territory.get("", lambda: self._open_territory(progress))
        if progress is not None:
            progress("maps", 1, 1)
        self.maps  # noqa: B018  (made and kept)
        return self

    def names(self, lang: str) -> Mapping[str, str]:
        """Names of the communes by ``commune_id``."""
        return self._names.get(lang, lambda: dict(names_of(self.workspace.communes, lang)))

    def knows(self, commune_id: str) -> bool:
        """Whether the territory has a commune."""
        return commune_id in self.names(LANGUAGES[0])

    def facts(self, commune_id: str) -> Mapping[str, str]:
        """Words about a commune that tell it from others of its name."""
        return self._facts.get("", self._make_facts)[commune_id]

    def find(self, query: str) -> list[str]:
        """``commune_id`` a reader may mean: one alone where it is called exactly so."""
        return find(self.workspace.communes, query, limit=12)

    def examples(self) -> list[str]:
        """Three communes to begin with."""
        frame = self.workspace.communes.data
        largest = frame.sort_values(["population", "commune_id"], ascending=[False, True])["commune_id"]
        return list(dict.fromkeys([*(name for name in EXAMPLES if self.knows(name)), *largest]))[:3]

    def made(self, commune_id: str, lang: str) -> RenderedBriefing:
        """The page of a commune."""

        def make() -> RenderedBriefing:
            words = briefing(self._dossier(commune_id), lang, names=self.names(lang))
            drawn = pictures_of(
                words, self.territory, self.maps, lang, names=self.names(lang), sites=self.workspace.sites()
            )
            return RenderedBriefing(words, drawn)

        return self._made.get((commune_id, lang), make)

    def file(self, kind: str, commune_id: str, lang: str) -> bytes:
        """A file of a commune: one of :data:`KINDS`; JSON holds all languages."""
        day = today()
        if kind == "json":
            every = {code: self.made(commune_id, code).briefing for code in LANGUAGES}
            return as_json(self._dossier(commune_id), every).encode("utf-8")
        made = self.made(commune_id, lang)
        if kind == "docx":
            return checklist_docx(made.briefing)
        if kind == "checklist":
            return render_checklist(made.briefing, as_of=day).encode("utf-8")
        return render(made.briefing, made.pictures, as_of=day).encode("utf-8")

    def _open_territory(self, progress: Progress | None = None) -> Territory:
        from geoalarm.dossier.territory import open_territory

        command = shlex.join(self._command())
        return open_territory(self.workspace, command=command, lenient=True, progress=progress)

    def _make_maps(self) -> Maps:
        maps = Maps(self.territory.communes, cache=self.territory.cache)
        for key in self.territory.layer_keys:
            maps.layer(self.territory.footprint(key))
        return maps

    def _make_facts(self) -> dict[str, dict[str, str]]:
        frame = self.workspace.communes.data
        columns = [column for column in ("department_code", "department_name") if column in frame.columns]
        rows = frame[columns].fillna("").astype("str").to_dict("records")
        return {str(key): dict(row) for key, row in zip(frame["commune_id"], rows, strict=True)}

    def _command(self, *words: str) -> list[str]:
        """What writes the same page as a file."""
        own = self.workspace.scenario.command_options(self.workspace.catalog)
        return ["geoalarm", "report", *words, *own, "--out", "DIR"]

    def _dossier(self, commune_id: str) -> Dossier:
        return replace(
            self.territory.dossier(commune_id), command=shlex.join(self._command("--commune", commune_id))
        )


@lru_cache(maxsize=4)
def desk_of(world: SharedSession) -> BriefingService:
    """The desk over what sessions share."""
    return BriefingService(world.workspace)
