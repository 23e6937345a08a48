"""Make beforehand what takes longest, and keep it on disk: seam, shares of communes, outlines, neighbours."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from geoalarm.app.map.geometry import map_geometry
from geoalarm.core.background_task import Progress
from geoalarm.dossier.nearby import kept_nearby
from geoalarm.present.svg import Maps

if TYPE_CHECKING:
    from geoalarm.analysis.workspace import Workspace


def warm_caches(workspace: Workspace, *, progress: Progress | None = None) -> None:
    """Build what the pages and the reports of a scenario keep on disk; what is there already costs little.

    Raises
    ------
    GeoalarmError
        If communes or a population cannot be used.
    """
    steps: list[tuple[str, Callable[[], object]]] = [("communes", lambda: workspace.communes)]
    steps += [("index", partial(workspace.prepared, name)) for name in workspace.populations]
    steps += [
        ("outlines", lambda: map_geometry(workspace.communes, cache=workspace.cache)),
        ("neighbours", lambda: kept_nearby(workspace.prepared(), workspace.cache)),
        ("maps", lambda: Maps(workspace.communes, cache=workspace.cache).ground.warm()),
    ]
    for n, (step, make) in enumerate(steps, start=1):
        if progress is not None:
            progress(step, n, len(steps))
        make()
