"""Every feature of a service once: what came in pages, held against the service's own number and against each
other.
"""

from __future__ import annotations

from geoalarm.core.errors import InputError
from geoalarm.io.feature_page import FeaturePage, PageFeature
from geoalarm.io.geoparquet_guard import MAX_FEATURES
from geoalarm.io.wfs_address import QueryHints


class FeatureTally:
    """Features that came so far.

    Parameters
    ----------
    what : str
        The service, for messages.
    hints : QueryHints
        What can be changed in its address.

    Attributes
    ----------
    count, pages : int
    total : int or None
        Features of the whole by the service's own number; None while it is not known.
    """

    def __init__(self, what: str, hints: QueryHints) -> None:
        self.what, self.hints, self.count, self.pages = what, hints, 0, 0
        self.total: int | None = None
        self._stated: int | None = None
        self._head: bytes | None = None
        self._ids: set[str] = set()
        self._contents: set[bytes] = set()
        self._ids_last = True

    @property
    def is_complete(self) -> bool:
        """Whether as many came as the service says that it has."""
        return self.total is not None and self.count >= self.total

    def add(self, page: FeaturePage) -> None:
        """Take a page in.

        Raises
        ------
        InputError
            If it contradicts itself or an earlier page, or holds a feature that came before.
        """
        self._require_sound(page)
        if self.pages:
            self._require_new(page)
        elif page.matched is not None:
            self.total = page.matched
        self._stated = page.matched if page.matched is not None else self._stated
        self._head = self._head or page.head
        self._ids.update(one.id for one in page.features if one.id is not None)
        self._contents.update(one.content for one in page.features)
        self.count += len(page.features)
        self.pages += 1
        self._require_not_more()

    def set_total(self, total: int | None) -> None:
        """Take the number that a service tells when it is asked for that alone.

        Raises
        ------
        InputError
            If more came than it says.
        """
        self.total = total
        self._require_not_more()

    def has_new(self, page: FeaturePage) -> bool:
        """Whether a page holds a feature that did not come yet, neither its id nor its content."""
        return any(one.content not in self._contents and not self._came(one) for one in page.features)

    def distrust_total(self) -> None:
        """Forget the number that the service states: it has more."""
        self.total = None

    def _came(self, feature: PageFeature) -> bool:
        """Whether a feature came before: by its id where ids last, else by its values and its geometry."""
        if self._ids_last and feature.id is not None:
            return feature.id in self._ids
        return feature.content in self._contents

    def _require_sound(self, page: FeaturePage) -> None:
        returned = len(page.features)
        if page.returned is not None and page.returned != returned:
            raise self._fault(
                "a page holds another number of features than it says",
                f"{returned} features, numberReturned {page.returned}",
                "the same number",
                "ask again; the reply may have been cut off",
            )
        if None not in (self._stated, page.matched) and page.matched != self._stated:
            raise self._fault(
                "the number of features changed between two pages",
                f"{self._stated}, then {page.matched}",
                "the same number in every page",
                "its data are being changed: ask again later",
            )
        if self.pages and page.head != self._head:
            raise self._fault(
                "its pages differ in form",
                f"{_shown(page.head)} after {_shown(self._head or b'')}",
                "one reference system and one set of names in all pages",
                "ask again; if it stays so, state srsName and outputFormat in the address",
            )

    def _require_new(self, page: FeaturePage) -> None:
        """No feature a second time, and not the first page again."""
        if all(one.content in self._contents for one in page.features):
            raise self._fault(
                "it hands out the same features again",
                f"page {self.pages + 1} holds nothing new after {self._of_total()}",
                "the features that follow (startIndex)",
                self.hints.order,
            )
        if self._ids_restart(page):
            self._ids_last = False
        repeated = [one for one in page.features if self._came(one)]
        if repeated:
            name = f" ({repeated[0].id})" if repeated[0].id else ""
            raise self._fault(
                "it hands out features twice, and others never",
                f"{len(repeated)} of page {self.pages + 1} came before{name}",
                "each feature once",
                self.hints.order,
            )

    def _ids_restart(self, page: FeaturePage) -> bool:
        """Whether ids only number the features of a page: all came before, with other values."""
        return all(one.id in self._ids and one.content not in self._contents for one in page.features)

    def _require_not_more(self) -> None:
        if self.total is not None and self.count > self.total:
            raise self._fault(
                "it hands out more features than it says that it has",
                f"{self.count} features of {self.total}",
                "each feature once",
                self.hints.order,
            )
        if max(self.count, self.total or 0) > MAX_FEATURES:
            raise self._fault(
                "it has too many features",
                str(max(self.count, self.total or 0)),
                f"at most {MAX_FEATURES}",
                f"ask for fewer: {self.hints.choice}",
            )

    def require_total(self, *, proven: bool) -> None:
        """At the end: as many as the service has, or pages that went on until nothing was left.

        Raises
        ------
        InputError
            If some are missing, none came, or nobody knows.
        """
        if self.total is not None and self.count < self.total:
            raise self._fault(
                "it cuts off what it hands out",
                self._of_total(),
                "all features",
                self.hints.pages,
            )
        if self.count == 0:
            raise self._fault(
                "it has no such features",
                "0 features",
                "at least one",
                f"check {self.hints.choice}",
            )
        if self.total is None and not proven:
            raise self._fault(
                "whether these are all its features cannot be known",
                f"{self.count} features, and no number of all (numberMatched, resultType=hits)",
                "all features",
                self.hints.pages,
            )

    def more_beyond(self) -> InputError:
        """The error of a service that has more than its own number says, in a version without pages."""
        return self._fault(
            "it cuts off what it hands out",
            f"{self._of_total()}, and more when asked for those that follow",
            "all features",
            self.hints.pages,
        )

    def _of_total(self) -> str:
        return f"{self.count} features" if self.total is None else f"{self.count} of {self.total} features"

    def _fault(self, why: str, got: str, expected: str, hint: str) -> InputError:
        return InputError(f"{self.what}: {why}", got=got, expected=expected, hint=hint)


def _shown(head: bytes) -> str:
    return " ".join(head.decode("utf-8", "replace").split())[:160]
