"""What lies in the window of one map: communes, their states, the cells or zones of the hazard, each on the
grid of words too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
import shapely
from affine import Affine
from rasterio.features import rasterize

from geoalarm.core.errors import InputError
from geoalarm.core.terms import State
from geoalarm.present.svg.hazard_layer import BEYOND, UNKNOWN, MapLayer, RasterLayer, ZoneLayer, coarser
from geoalarm.present.svg.label_placer import STEP
from geoalarm.present.svg.outlines import Outlines, SimplifiedOutlines
from geoalarm.present.svg.viewport import Viewport
from geoalarm.results.totals import UNKNOWN as SILENT

CELL_PX: Final = 1.3
"""Least size of a hazard cell as it is drawn [px]; smaller ones are brought to blocks."""


@dataclass(frozen=True)
class Scene:
    """One window of the ground.

    Attributes
    ----------
    rows : numpy.ndarray
        Rows of the communes in the window.
    states : mapping
        State by ``commune_id``; None: the map shows no figures.
    """

    ground: Outlines
    view: Viewport
    here: int
    rows: np.ndarray
    level: SimplifiedOutlines
    states: Mapping[str, str] | None
    partial: frozenset[str]
    layer: MapLayer | None

    @cached_property
    def shapes(self) -> np.ndarray:
        """Outlines of ``rows`` [px]."""
        return self.view.pixels(self.level.shapes[self.rows])

    @cached_property
    def shape_here(self) -> np.ndarray:
        """Outline of the commune [px]."""
        return np.asarray(self.shapes[self.rows == self.here])

    @cached_property
    def border(self) -> np.ndarray:
        """The border between countries [px]; empty where there is none."""
        return self.view.pixels(np.array([self.level.border]))

    @cached_property
    def has_border(self) -> bool:
        """Whether the border crosses the window."""
        return bool(shapely.intersects(self.border[0], shapely.box(0, 0, self.view.width, self.view.height)))

    @cached_property
    def state_of_rows(self) -> np.ndarray:
        """State of each of ``rows``; empty where the map shows no figures."""
        if self.states is None:
            return np.full(len(self.rows), "", dtype=object)
        return np.array(
            [self.states.get(self.ground.ids[row], str(State.OUTSIDE_COVERAGE)) for row in self.rows],
            dtype=object,
        )

    @cached_property
    def cells(self) -> tuple[np.ndarray, tuple[float, float], tuple[float, float]]:
        """Codes of the raster in the window, pixel of their corner, size of a cell [px]; of a map without a
        raster, nothing.
        """
        if not isinstance(self.layer, RasterLayer):
            return np.full((1, 1), BEYOND, dtype="uint8"), (0.0, 0.0), (self.view.width, self.view.height)
        codes, corner = self.layer.window(self.view.bounds)
        size = tuple(side / self.view.metres for side in self.layer.cell)
        step = max(1, int(np.ceil(CELL_PX / min(size) - 1e-9)))
        return coarser(codes, step), self.view.place(*corner), (size[0] * step, size[1] * step)

    @cached_property
    def zones(self) -> list[tuple[int, shapely.Geometry]]:
        """Position of the class and zone [px] of the zones that reach the window."""
        if not isinstance(self.layer, ZoneLayer):
            return []
        drawn = self.view.pixels(np.array(self.layer.zones))
        window = shapely.box(0, 0, self.view.width, self.view.height)
        return [(position, zone) for position, zone in enumerate(drawn) if shapely.intersects(zone, window)]

    @cached_property
    def owner(self) -> np.ndarray:
        """Index into ``rows`` of the commune on each cell of the grid of words; -1 beyond them."""
        return self._on_grid(
            [(shape, index) for index, shape in enumerate(self.shapes) if not shape.is_empty],
            fill=-1,
            dtype="int32",
        )

    @cached_property
    def edges(self) -> np.ndarray:
        """Cells of the grid of words that the border or the outline of the commune crosses."""
        lines = [self.border[0], *(shapely.boundary(shape) for shape in self.shape_here)]
        return self._on_grid([(line, 1) for line in lines if not line.is_empty], fill=0, dtype="uint8") > 0

    @cached_property
    def danger(self) -> np.ndarray:
        """Cells of the grid of words on which the hazard is drawn."""
        rows, columns = self.shape
        if isinstance(self.layer, RasterLayer):
            codes, corner, size = self.cells
            row = np.clip(
                ((np.arange(rows) + 0.5) * STEP - corner[1]) // size[1], 0, codes.shape[0] - 1
            ).astype(int)
            column = np.clip(
                ((np.arange(columns) + 0.5) * STEP - corner[0]) // size[0], 0, codes.shape[1] - 1
            ).astype(int)
            found = codes[np.ix_(row, column)]
            return np.asarray((found > 0) & (found < BEYOND))
        lines = [shapely.boundary(zone) for _, zone in self.zones]
        return self._on_grid([(line, 1) for line in lines if not line.is_empty], fill=0, dtype="uint8") > 0

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the grid of words."""
        return int(self.view.height // STEP), int(self.view.width // STEP)

    @property
    def countries(self) -> list[str]:
        """Countries in the window, in order."""
        return sorted({str(self.ground.countries[row]) for row in self.rows} - {""})

    @property
    def silent(self) -> list[str]:
        """States without knowledge of the danger that are in the window, in the order of the vocabulary."""
        present = set(self.state_of_rows) | ({str(State.NOT_STUDIED)} if self.unknown_cells.any() else set())
        return [str(state) for state in State if state in SILENT and state in present]

    @cached_property
    def unknown_cells(self) -> np.ndarray:
        """Raster cells without a value, where a commune of the window is mapped in part only."""
        codes = self.cells[0]
        has_parts = isinstance(self.layer, RasterLayer) and any(
            self.ground.ids[row] in self.partial for row in self.rows
        )
        return codes >= BEYOND if has_parts else np.zeros(codes.shape, dtype=bool)

    @property
    def classes_drawn(self) -> set[int]:
        """Positions of the classes that are seen in the window."""
        if isinstance(self.layer, RasterLayer):
            return {int(code) - 1 for code in np.unique(self.cells[0]) if 0 < code < min(BEYOND, UNKNOWN)}
        return {position for position, _ in self.zones}

    def line_cells(self, zone: shapely.Geometry) -> np.ndarray:
        """Cells of the grid of words that the line of a zone crosses."""
        line = shapely.boundary(zone)
        return self._on_grid([] if line.is_empty else [(line, 1)], fill=0, dtype="uint8") > 0

    def _on_grid(self, shapes: list[tuple[shapely.Geometry, int]], *, fill: int, dtype: str) -> np.ndarray:
        if not shapes:
            return np.full(self.shape, fill, dtype=dtype)
        found = rasterize(
            shapes, out_shape=self.shape, fill=fill, transform=Affine(STEP, 0, 0, 0, STEP, 0), dtype=dtype
        )
        return np.asarray(found)


def states_of(totals: pd.DataFrame | None) -> tuple[dict[str, str] | None, frozenset[str]]:
    """State by ``commune_id`` of the totals of one footprint, and the communes that are mapped in part only.

    Raises
    ------
    InputError
        If the totals are of several footprints.
    """
    if totals is None:
        return None, frozenset()
    if totals["commune_id"].duplicated().any():
        raise InputError(
            "totals of a map",
            got="several footprints",
            expected="one row a commune",
            hint="choose one hazard, scenario and return period",
        )
    ids, found = totals["commune_id"].to_numpy(dtype=object), totals["state"].to_numpy(dtype=object)
    states = {str(key): str(state) for key, state in zip(ids, found, strict=True)}
    if "mapped_share" not in totals.columns:
        return states, frozenset()
    some = (totals["mapped_share"].to_numpy(dtype="float64") < 0.999) & ~np.isin(
        found.astype(str), [str(state) for state in SILENT]
    )
    return states, frozenset(str(key) for key in ids[some])
