"""The form of the what-if page while it is filled in: lists, texts, examples, thresholds, addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qsl

from geoalarm import i18n
from geoalarm.app.session import SharedSession
from geoalarm.app.web.page_session import PageSession
from geoalarm.app.whatif.accident_files import UploadStore
from geoalarm.app.whatif.accident_form import form, on_a_phone, refused
from geoalarm.app.whatif.example_accidents import EXAMPLES
from geoalarm.app.whatif.form_texts import TIMES
from geoalarm.app.whatif.whatif_layout import WhatIfPanes
from geoalarm.app.whatif.whatif_state import WhatIfState, read_query
from geoalarm.app.whatif.whatif_view import AccidentOutcome, calculate, place_of_example
from geoalarm.app.whatif.zone_map import Zones
from geoalarm.core.errors import GeoalarmError
from geoalarm.present.palette import Theme


class FormSession(PageSession[WhatIfState, WhatIfPanes, AccidentOutcome]):
    """A session whose form says what is calculated; what is shown of it is the page's."""

    def __init__(self, state: WhatIfState, shared: SharedSession, *, theme: Theme) -> None:
        lang = state.lang
        super().__init__(state, shared, lambda atlas: WhatIfPanes(lang, atlas), theme=theme)
        self.outcome: AccidentOutcome | None = None
        self.zones = Zones(self.atlas, list(state.sites.values()), lang)
        self.uploads = UploadStore()
        if self._doc is not None:
            self._doc.on_session_destroyed(lambda _: self.uploads.clear())

    def calculate(self) -> None:
        """Calculate what the form says and show it."""
        state, shared = self.state, self.shared
        self.panes["bar"].object = self._bar()
        if not state.is_placed:
            self._next_turn()
            self._refuse(i18n.text("whatif.refused_place", state.lang))
            return
        self._run(lambda progress: calculate(state, shared))

    def _form_handlers(self) -> dict[str, Callable[[str], None]]:
        return {
            "pick": lambda words: self._pick(*words.partition("|")[::2]),
            "write": lambda words: self.state.write(*words.partition("|")[::2]),
            "calculate": lambda _: self._ask(),
            "example": self._try,
            "file": self._upload,
            "forget": lambda _: self._hold(None),
            "address": self._visit,
        }

    def _begin(self) -> None:
        """Show an example at once, told as one: what this page does is seen before anything is asked."""
        state, shared = self.state, self.shared
        is_plain = state.query() == {"lang": state.lang, "kind": WhatIfState().kind}
        state.show_example(*self._example_place())
        self._show_form()

        def made() -> AccidentOutcome:
            if is_plain:
                return shared.example("whatif", lambda: calculate(state, shared))
            return calculate(state, shared)

        self._take(made)

    def _pick(self, name: str, value: str) -> None:
        """A list or a box was used; the form follows, nothing is calculated yet."""
        state = self.state
        acts: dict[str, Callable[[], None]] = {
            "kind": lambda: state.choose_kind(value),
            "site": lambda: state.choose_site(value),
            "tank": lambda: state.param.update(with_tank=value == "1"),
            "weather": lambda: state.choose_weather(value),
            "weather2": lambda: state.choose_weather(value, second=True),
            "beside": lambda: state.param.update(beside=value == "true"),
            "rose": lambda: state.choose_rose(value),
            "time": lambda: state.param.update(time=value if value in TIMES else state.time),
        }
        if name not in acts:
            return
        acts[name]()
        self._show_form()
        if name == "site" and state.is_placed:
            self.zones.place(float(state.lon), float(state.lat))

    def _show_form(self) -> None:
        self.panes["form"].object = form(self.state)

    def _ask(self) -> None:
        """The reader's own accident, though it stand where the example stood."""
        self.state.is_example = False
        self.calculate()

    def _example_place(self) -> tuple[float, float]:
        return place_of_example(self.shared)

    def _try(self, name: str) -> None:
        """One of the examples."""
        if name not in EXAMPLES:
            return
        lon, lat = self._example_place()
        values = {**EXAMPLES[name], "lang": self.state.lang, "lon": f"{lon:.5f}", "lat": f"{lat:.5f}"}
        self.state = WhatIfState(list(self.state.sites.values()), **values)
        self._show_form()
        self.calculate()

    def _upload(self, message: str) -> None:
        """A file of toxic thresholds from the reader: kept for this session if readable, else told why."""
        lang = self.state.lang
        name, _, rest = message.partition("|")
        size, _, text = rest.partition("|")
        try:
            path, content = self.uploads.thresholds(name, size, text)
        except GeoalarmError as error:
            words = i18n.text("whatif.thresholds_refused", lang, message=error.sentence())
            self.panes["refused"].object = refused(words, lang, dimmed=False)
            return
        self.panes["refused"].object = ""
        self._hold(path, content)

    def _hold(self, path: Path | None, content: Mapping[str, Sequence[str]] | None = None) -> None:
        self.state.hold(path, content)
        self._show_form()

    def _visit(self, search: str) -> None:
        """Back and forward: the form of another address of this page."""
        sites, communes = list(self.state.sites.values()), frozenset(self.shared.geometry.ids)
        words = dict(parse_qsl(search.lstrip("?")))
        values, _ = read_query(words, sites, communes=communes, lang=self.state.lang)
        kept = {"thresholds": self.state.thresholds, "thresholds_content": self.state.thresholds_content}
        self.state = WhatIfState(sites, **{**values, **kept, "lang": self.state.lang})
        self._show_form()
        if self.state.is_placed:
            self.calculate()
        else:
            self._begin()

    def _refuse(self, words: str) -> None:
        """Tell beside the form what cannot be calculated, and fade what was calculated before."""
        lang, is_old = self.state.lang, self.outcome is not None
        self.panes.fill(
            [("refused", refused(words, lang, dimmed=is_old)), ("notice", on_a_phone(words, lang))]
        )
        self.panes.dim(is_old)
