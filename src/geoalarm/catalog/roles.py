"""What a catalog holds beside communes, people and hazards: sites, seam, places; all of it may be missing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd

from geoalarm.catalog.normalise import renamed
from geoalarm.core.errors import InputError
from geoalarm.core.model import Layer

if TYPE_CHECKING:
    from geoalarm.catalog.open import Catalog


def entries_beside(catalog: Catalog, name: str, role: str) -> list[str]:
    """Entries of a role that go with an entry of communes: those of its group; without any, those of the
    groups that hold no communes, which belong to no other territory.
    """
    own = catalog.names(role=role, group=catalog.entry(name).group)
    taken = {catalog.entry(other).group for other in catalog.names(role="communes")}
    return own or [other for other in catalog.names(role=role) if catalog.entry(other).group not in taken]


def open_sites(catalog: Catalog, name: str) -> Layer:
    """Sites of an entry under house names.

    Raises
    ------
    InputError
        If the entry is of another role, or a column that it states is missing.
    """
    role = catalog.entry(name).facts.role
    if role != "sites":
        raise InputError(
            f"entry {name!r} is not of role sites",
            got=role,
            expected="sites",
            hint="use one of: " + (", ".join(catalog.names(role="sites")) or "none in this catalog"),
        )
    return to_sites(catalog, catalog.layer(name), name)


def to_sites(catalog: Catalog, layer: Layer, name: str) -> Layer:
    """An opened layer of sites with ``site_id``, ``name`` and what its entry renames.

    Raises
    ------
    InputError
        If it is a raster, or a column that the entry states is missing.
    """
    facts = catalog.entry(name).facts
    if not isinstance(layer.data, gpd.GeoDataFrame):
        raise InputError(f"entry {name!r} of role sites", got="a raster", expected="points or polygons")
    columns = {facts.id_column: "site_id", facts.name_column: "name"}
    stated = {str(old): new for old, new in columns.items() if old is not None} | dict(facts.columns)
    return replace(layer, data=renamed(layer.data, stated, what=f"entry {name!r}"))
