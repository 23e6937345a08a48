"""Which standard a file is in, by the names of its tables, and which role each table plays in it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from geoalarm.core.errors import InputError
from geoalarm.core.reference_rows import rows
from geoalarm.core.terms import PLAN_PROFILES, PlanProfile
from geoalarm.io.table_files import FileTable, list_tables

PACKAGE: Final = "geoalarm.catalog.official_plans"
ZONE_ROLES: Final = ("hazard_zones", "synthesis_zones", "flooded_area", "depth_zones")
"""Tables that a standard is recognised by; and, for the sake of a clear refusal, those of regulation."""


@dataclass(frozen=True, slots=True)
class PlanTables:
    """Tables of a file under the roles that its standard gives them; those without a role are in none."""

    profile: PlanProfile
    path: Path
    by_role: dict[str, list[FileTable]]

    def of(self, *roles: str) -> list[FileTable]:
        """Tables of some roles, in the order of the file."""
        return [table for role in roles for table in self.by_role.get(role, [])]


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    return tuple(
        (row["profile"], row["role"], re.compile(row["pattern"], re.IGNORECASE))
        for row in rows(PACKAGE, "tables")
    )


def role_of(name: str, profile: str) -> str:
    """Role of a table in a standard, by its name; empty where it has none."""
    bare = name.rsplit(".", 1)[0] if name.lower().endswith((".shp", ".dbf")) else name
    bare = bare.rsplit("/", 1)[-1].strip()
    for known, role, pattern in _patterns():
        if known == profile and pattern.fullmatch(bare):
            return role
    return ""


def roles_in(tables: Sequence[FileTable], profile: str) -> dict[str, list[FileTable]]:
    """Tables by the role that a standard gives them."""
    found: dict[str, list[FileTable]] = defaultdict(list)
    for table in tables:
        role = role_of(table.name, profile)
        if role:
            found[role].append(table)
    return dict(found)


def profile_of(path: str | Path) -> PlanTables | None:
    """The standard of a file by its tables; None where it is in none that is known.

    Raises
    ------
    InputError
        If the file is missing, or no sound GeoPackage or archive.
    """
    tables = list_tables(path)
    only_rules: PlanTables | None = None
    for profile in PLAN_PROFILES:
        found = roles_in(tables, profile)
        if any(table.has_geometry for role in ZONE_ROLES for table in found.get(role, [])):
            return PlanTables(profile, Path(path), found)
        if found.get("regulation") and only_rules is None:
            only_rules = PlanTables(profile, Path(path), found)
    return only_rules


def tables_as(path: str | Path, profile: PlanProfile) -> PlanTables:
    """The tables of a file in the standard that somebody says it is in.

    Raises
    ------
    InputError
        If it holds no table of hazard zones of that standard.
    """
    tables = list_tables(path)
    found = PlanTables(profile, Path(path), roles_in(tables, profile))
    if not found.of(*ZONE_ROLES, "regulation"):
        wanted = [
            row["pattern"].replace("(\\w+_)?", "").replace("\\w*", "...")
            for row in rows(PACKAGE, "tables")
            if row["profile"] == profile and row["role"] in ZONE_ROLES
        ]
        other = profile_of(path)
        raise InputError(
            f"{found.path.name} holds no hazard zones of the standard {profile}",
            got=", ".join(table.name for table in tables[:12]) or "no table",
            expected="a table named " + " or ".join(wanted),
            hint=f"its tables are those of {other.profile}" if other else "check the file and the profile",
        )
    return found


def refuse_regulation(path: Path, layer: str = "") -> None:
    """Refuse regulation zones as a hazard, whichever way they are named: as a layer or member, or as all
    that a file holds.

    Raises
    ------
    InputError
        If they are.
    """
    if layer:
        require_no_regulation(layer.replace("*", ""))
        return
    names = [table.name for table in list_tables(path) if table.has_geometry] or [path.stem]
    if all(is_regulation(name) for name in names):
        require_no_regulation(names[0])


def is_regulation(name: str) -> bool:
    """Whether a table is one of regulation zones in one of the standards, by its name."""
    return any(role_of(name, profile) == "regulation" for profile in PLAN_PROFILES)


def require_no_regulation(name: str) -> None:
    """Refuse a table of regulation zones: where building is regulated is not where a hazard is.

    Raises
    ------
    InputError
        If the name is that of such a table in one of the standards.
    """
    if is_regulation(name):
        raise InputError(
            f"{name} holds regulation zones, not hazard zones",
            got="zones of what may be built",
            expected="a table of hazard zones (N_ZONE_ALEA..., ..._zonealea...)",
            hint="leave the table out: the hazard zones of the plan are found by themselves",
        )
