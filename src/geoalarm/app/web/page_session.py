"""One reader's session on a page with maps: what explorer and what-if have in common.

A session is a state, named panes and the bridge. A calculation runs beside the page's own thread, is shown
when it is there, and told when it takes longer than half a second.
"""

from __future__ import annotations

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ClassVar, Final, Generic, TypeVar
from urllib.parse import urlencode

import panel as pn
from bokeh.document import Document
from bokeh.events import Tap

from geoalarm import i18n
from geoalarm.app.map.atlas import Atlas
from geoalarm.app.map.map_theme import map_theme
from geoalarm.app.session import Progress, SharedSession
from geoalarm.app.web.bridge import Bridge
from geoalarm.app.web.download_file import DownloadFile
from geoalarm.app.web.html_pane import Box, Html
from geoalarm.app.web.page_panes import PagePanes
from geoalarm.app.web.page_state import PageState, UnknownOption
from geoalarm.app.web.status_messages import busy, fault, notice
from geoalarm.app.web.table_arrangement import TableArrangement
from geoalarm.present.palette import Theme

log = logging.getLogger(__name__)
WORKERS: Final = ThreadPoolExecutor(max_workers=2, thread_name_prefix="page")
"""Threads for the calculations of all sessions."""
PATIENCE_MS: Final = 500
"""A calculation longer than this is told."""
WORD_LETTERS: Final = 60
"""Letters of an unknown word of the address that are told."""
MAP_MARGIN: Final = 0.02
"""Room round the whole territory, as a share of its size."""
ZOOM_STEP: Final = 0.6


State = TypeVar("State", bound=PageState)
Panes = TypeVar("Panes", bound=PagePanes)
Result = TypeVar("Result")


class PageSession(ABC, Generic[State, Panes, Result]):
    """One reader's page; ``Result`` is what a calculation of it gives.

    Parameters
    ----------
    state : PageState
    shared : SharedSession
    panes : callable
        Makes the panes round the map.
    """

    TITLE: ClassVar[str]
    """Key of the page's name."""
    ADDRESS_SAFE: ClassVar[str] = ":~"
    """Signs that the address keeps as they are."""

    def __init__(
        self, state: State, shared: SharedSession, panes: Callable[[Atlas], Panes], *, theme: Theme
    ) -> None:
        self.state, self.shared, self.theme = state, shared, theme
        self.arrangement = TableArrangement()
        self.atlas = Atlas(
            shared.geometry,
            names=list(shared.names(state.lang)),
            labels=shared.labels(state.lang),
            theme=map_theme(theme),
            dashed=shared.approximate,
        )
        self.panes = panes(self.atlas)
        self._doc: Document | None = pn.state.curdoc
        self._turn = 0
        self._job: Future[Result] = Future()
        handlers = {**self._common_handlers(), **self._handlers()}
        self.bridge = Bridge(self._doc, {name: self._locked(handler) for name, handler in handlers.items()})
        self._home()
        self.atlas.figure("a").on_event(Tap, self._tapped)

    def header(self) -> list[Html]:
        """Parts of the bar at the top."""
        self.panes["bar"].object = self._bar()
        return [self.panes["bar"]]

    def main(self) -> list[pn.viewable.Viewable]:
        """Parts of the page."""
        return [self._grid()]

    def tell_unknown(self, words: Iterable[UnknownOption]) -> None:
        """Tell words of the address that name nothing here."""
        told = ", ".join(f"{item.name}={item.value}"[:WORD_LETTERS] for item in words)
        if told:
            lang = self.state.lang
            self.panes["notice"].object = notice(i18n.text("error.address", lang, what=told), lang)

    @abstractmethod
    def _grid(self) -> Box:
        """The page under the bar."""

    @abstractmethod
    def _bar(self) -> str:
        """HTML of the bar at the top."""

    @abstractmethod
    def _handlers(self) -> dict[str, Callable[[str], None]]:
        """What the page does on each message of the browser, beside :meth:`_common_handlers`."""

    @abstractmethod
    def _show(self, result: Result) -> None:
        """Bring every view to the answer of a calculation."""

    @abstractmethod
    def _failed(self, error: BaseException) -> None:
        """Tell in words what failed."""

    @abstractmethod
    def _show_table(self) -> None:
        """Bring the table to its order and page."""

    @abstractmethod
    def _map_words(self) -> str:
        """What the map shows, in one sentence."""

    @abstractmethod
    def _tapped(self, event: Tap) -> None:
        """A click on the map."""

    @abstractmethod
    def _recolour(self, theme: Theme) -> None:
        """Bring what the page draws itself to the colours of a theme."""

    @abstractmethod
    def _file(self, kind: str) -> DownloadFile | None:
        """The file of a kind; None where there is none now."""

    def _run(self, work: Callable[[Progress], Result], *, at_hand: bool = False) -> None:
        """Calculate and show: here where the answer is at hand or nobody waits, else beside the page; an
        answer that a later question overtook is dropped.
        """
        turn = self._next_turn()
        doc = self._document()
        if at_hand or doc is None:
            self._take(lambda: work(_unheard))
            return
        reached: tuple[str, int, int] = ("", 0, 0)

        def progress(step: str, n: int, m: int) -> None:
            nonlocal reached
            reached = (step, n, m)

        self.bridge.working(True)
        started = time.monotonic()
        self._job.cancel()  # a question that was overtaken before anybody took it up
        job = self._job = WORKERS.submit(work, progress)
        job.add_done_callback(lambda done: doc.add_next_tick_callback(lambda: self._arrived(turn, done)))

        def tell() -> None:
            if not job.done() and turn == self._turn:
                self.panes.busy(busy(self.state.lang, *reached))
                log.info("calculating for %.1f s: %s", time.monotonic() - started, reached)
                doc.add_timeout_callback(tell, PATIENCE_MS)

        doc.add_timeout_callback(tell, PATIENCE_MS)

    def _next_turn(self) -> int:
        """Number of a new question; the answer of an older one is not shown any more."""
        self._turn += 1
        return self._turn

    def _arrived(self, turn: int, done: Future[Result]) -> None:
        if turn == self._turn:
            self.panes.idle()
            self._take(done.result)
            self.bridge.working(False)

    def _take(self, answer: Callable[[], Result]) -> None:
        """Show an answer, or tell its fault: whatever it is, a page tells it and the log keeps the trace."""
        try:
            self._show(answer())
        except Exception as error:  # noqa: BLE001
            self._failed(error)

    def _document(self) -> Document | None:
        """The document of a live session; None where nobody looks."""
        return self._doc if self._doc is not None and self._doc.session_context is not None else None

    def _locked(self, handler: Callable[[str], None]) -> Callable[[str], None]:
        """The same handler under the lock of the document, which figures need to be patched."""
        return lambda value: self._soon(lambda: handler(value))

    def _soon(self, act: Callable[[], None]) -> None:
        doc = self._document()
        if doc is None:
            act()
        else:
            doc.add_next_tick_callback(lambda: self._at_once(act))

    def _at_once(self, act: Callable[[], None]) -> None:
        """Everything a message changes as one answer. What changes models beside values freezes the document
        itself: at the end of a freeze Bokeh walks through every model.
        """
        with pn.io.hold(self._doc):
            act()

    def _common_handlers(self) -> dict[str, Callable[[str], None]]:
        return {
            "sort": self._sort,
            "page": self._page,
            "zoom": self._zoom,
            "pan": self.atlas.pan,
            "scheme": self._scheme,
            "download": self._download,
            "copied": lambda _: self.bridge.say(i18n.text("explorer.share_copied", self.state.lang)),
            "ready": lambda _: self._ready(),
        }

    def _ready(self) -> None:
        """The browser has drawn the page."""
        self.bridge.title(i18n.text(self.TITLE, self.state.lang) + " – geoalarm")
        self._name_map()

    def _name_map(self) -> None:
        """Tell assistive technology what the map shows."""
        words = i18n.text("explorer.aria.map", self.state.lang, finding=self._map_words())
        self.bridge.label("ga-map-a", role="img", tabindex="0", aria_label=words)

    def _address(self) -> None:
        """Bring the address of the browser to the state."""
        self.bridge.address("?" + urlencode(self.state.query(), safe=self.ADDRESS_SAFE))

    def _sort(self, column: str) -> None:
        self.arrangement = self.arrangement.sorted_by(column)
        self._show_table()

    def _page(self, number: str) -> None:
        if number.isdecimal():
            self.arrangement = self.arrangement.on_page(int(number))
            self._show_table()

    def _home(self) -> None:
        self.atlas.fit(self.shared.geometry.bounds, margin=MAP_MARGIN)

    def _zoom(self, way: str) -> None:
        if way == "home":
            self._home()
        else:
            self.atlas.zoom(ZOOM_STEP if way == "in" else 1 / ZOOM_STEP)

    def _scheme(self, scheme: str) -> None:
        theme: Theme = "dark" if scheme == "dark" else "light"
        if theme == self.theme:
            return
        self.theme = theme
        self.atlas.apply_theme(map_theme(theme))
        self._recolour(theme)

    def _download(self, kind: str) -> None:
        try:
            file = self._file(kind)
            if file is not None:
                self.bridge.save(file.name, file.kind, file.data)
        except Exception as error:
            log.error("download %s: %s", kind, error, exc_info=error)
            lang = self.state.lang
            self.panes["notice"].object = fault(i18n.text("error.download", lang), lang)


def _unheard(step: str, n: int, m: int) -> None:
    """Progress that nobody waits for."""
