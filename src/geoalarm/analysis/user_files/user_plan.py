"""An official plan among a user's files: recognised by its tables, counted by one option more than none."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import geopandas as gpd

from geoalarm.analysis.user_files.file_part import FilePart
from geoalarm.analysis.user_files.user_options import UserFiles
from geoalarm.catalog.official_plans import PlanLayer, read_plan, refuse_regulation
from geoalarm.core.errors import InputError
from geoalarm.core.official_plan import OfficialPlan
from geoalarm.geo.crs import to_crs
from geoalarm.io.input_hash import read_unchanged
from geoalarm.io.paths import input_path

ANY_NAME: Final = "hazard"
"""What ``--hazard`` says where nobody says anything."""

NO_PROFILE: Final = "none"


def user_plan(own: UserFiles, part: FilePart) -> PlanLayer | None:
    """The zones that are asked for of an official plan; None of any other file, and where the user says how
    the file is to be read: by a column of classes, bounds, a kind, or ``--profile none``.

    Raises
    ------
    InputError
        If it is a plan and what is asked for is not in it, or is several; or if regulation zones are asked
        for, however they are to be read.
    """
    place = input_path(part.path)
    if own.profile == NO_PROFILE or own.class_column is not None or own.bounds or own.kind is not None:
        refuse_regulation(place, part.layer or "")
        return None
    found = read_unchanged(place, lambda: _read(own, part, place))[0]
    if found is None:
        refuse_regulation(place, part.layer or "")
        return None
    _require_classes_of_the_plan(own, part, found)
    return found


def known_part(studied: gpd.GeoDataFrame, plan: OfficialPlan) -> gpd.GeoDataFrame:
    """A studied area of the user's own, without the zones of several hazards of which the plan does not say
    which.
    """
    if plan.unattributed is None:
        return studied
    return gpd.overlay(studied[["geometry"]], to_crs(plan.unattributed, studied.crs), how="difference")


def _require_classes_of_the_plan(own: UserFiles, part: FilePart, found: PlanLayer) -> None:
    """Options that say what the plan says are refused: they would have no effect."""
    given = [
        option for option, value in (("--class-order", own.class_order), ("--units", own.units)) if value
    ]
    if given:
        raise InputError(
            f"{part.name} is an official plan ({found.plan.standard}), which names and orders its classes",
            got=", ".join(given),
            expected="neither --class-order nor --units",
            hint="leave them out; or read it as any other file, with --class-column",
        )


def _read(own: UserFiles, part: FilePart, place: Path) -> PlanLayer | None:
    options: dict[str, Any] = {"profile": own.profile} if own.profile else {}
    return read_plan(place, hazard=None if own.hazard == ANY_NAME else own.hazard, part=part.layer, **options)
