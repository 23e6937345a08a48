"""The communes that a catalog's table of people is joined to, where no scenario says which."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from geoalarm.catalog.entry import CatalogEntry
from geoalarm.core.errors import CatalogError
from geoalarm.core.field_hints import FieldHint
from geoalarm.core.model import Communes


def outlines_of(
    entry: CatalogEntry, known: Sequence[str], open_communes: Callable[[str], Communes]
) -> Communes:
    """Communes of the entries that a join names, or of the only such entry of the catalog.

    Parameters
    ----------
    known : sequence of str
        Entries of role communes.
    open_communes : callable
        Opens one by its name.

    Raises
    ------
    CatalogError
        If none is named and the catalog does not hold exactly one.
    """
    named = list(entry.join.communes) if entry.join is not None else []
    if not named and len(known) != 1:
        raise CatalogError(
            f"entry {entry.name!r}: which communes is its table joined to?",
            got=", ".join(known) or "no entry of role communes",
            expected="the name of one, or of one for each side of a border",
            hint=FieldHint(
                "name it: {join}",
                join=f"{{column: {_column(entry)}, communes: {known[0] if known else 'ENTRY'}}}",
            ),
        )
    parts = [open_communes(name) for name in named or known]
    if len(parts) == 1:
        return parts[0]
    data = pd.concat([part.data.to_crs(parts[0].data.crs) for part in parts], ignore_index=True)
    return Communes(data, tuple(source for part in parts for source in part.sources))


def _column(entry: CatalogEntry) -> str:
    return entry.join.column if entry.join is not None else "CODE"
