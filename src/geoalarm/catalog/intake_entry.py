"""An entry as Intake knows it."""

from __future__ import annotations

from typing import Any

from geoalarm.catalog.entry import CatalogEntry


def intake_entry(entry: CatalogEntry, *, folder: str) -> Any:
    """Intake's entry from the checked model: no file is read again, no name looked up, nothing imported or
    run.

    Parameters
    ----------
    folder : str
        What ``{{ CATALOG_DIR }}`` stands for.
    """
    import intake
    from intake.catalog.local import LocalCatalogEntry, UserParameter

    from geoalarm.catalog.drivers import GeoRasterSource, GeoVectorSource

    intake.conf["allow_import"] = False
    drivers = {"geo_vector": GeoVectorSource, "geo_raster": GeoRasterSource}
    choices = [
        UserParameter(
            name, description=one.description, type=one.type, default=one.default, allowed=list(one.allowed)
        )
        for name, one in entry.parameters.items()
    ]
    return LocalCatalogEntry(
        entry.name,
        entry.description,
        drivers[entry.driver],
        args=entry.args.model_dump(exclude_none=True),
        parameters=choices,
        metadata=entry.facts.model_dump(exclude_none=True),
        catalog_dir=folder,
        getenv=False,
        getshell=False,
    )
