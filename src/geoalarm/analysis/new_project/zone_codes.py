"""A zone in words: ``FR:08,FR:59,BE:NAMUR``, as departments and provinces with their codes and boxes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from geoalarm.core.errors import Faults, GeoalarmError, InputError, near_miss
from geoalarm.core.terms import LANGUAGES
from geoalarm.geo.communes import PROVINCES
from geoalarm.i18n.place_names import fold, region_name

Box = tuple[float, float, float, float]

BRUSSELS: Final = "04000"
"""Not a province; its municipalities belong to none."""
FLANDERS: Final = ("10000", "20001", "30000", "40000", "70000")
WALLONIA: Final = ("20002", "50000", "60000", "80000", "90000")
_REGIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "flanders": FLANDERS,
    "vlaanderen": FLANDERS,
    "flandre": FLANDERS,
    "wallonia": WALLONIA,
    "wallonie": WALLONIA,
    "brussels": (BRUSSELS,),
    "bruxelles": (BRUSSELS,),
    "brussel": (BRUSSELS,),
    "all": tuple(PROVINCES),
}
_DEPARTMENT: Final = re.compile(r"0[1-9]|[1-8]\d|9[0-5]|2A|2B|97[1-46]")
_PROVINCE: Final = re.compile(r"^(province (of|du|de|d) |provincie |provinz )")
_BOXES: Final[Mapping[str, Box]] = {
    "FR:02": (2.9, 48.8, 4.3, 50.1),
    "FR:08": (4.0, 49.2, 5.4, 50.2),
    "FR:54": (5.4, 48.3, 7.2, 49.6),
    "FR:55": (4.8, 48.4, 5.9, 49.7),
    "FR:59": (2.0, 49.9, 4.3, 51.1),
    "FR:62": (1.5, 50.0, 3.2, 51.1),
    "FR:80": (1.3, 49.5, 3.2, 50.4),
    "BE:04000": (4.2, 50.7, 4.5, 51.0),
    "BE:10000": (4.1, 50.9, 5.3, 51.6),
    "BE:20001": (3.8, 50.6, 5.2, 51.1),
    "BE:20002": (4.0, 50.5, 5.1, 50.9),
    "BE:30000": (2.5, 50.7, 3.6, 51.4),
    "BE:40000": (3.3, 50.7, 4.4, 51.4),
    "BE:50000": (2.8, 49.9, 4.7, 50.9),
    "BE:60000": (4.9, 50.1, 6.5, 50.9),
    "BE:70000": (4.9, 50.6, 6.0, 51.3),
    "BE:80000": (4.9, 49.4, 6.1, 50.5),
    "BE:90000": (4.2, 49.7, 5.4, 50.7),
}
"""West, south, east, north [degrees] of the departments along the border and of the provinces: from outlines
of IGN and INSEE (code of 2026) and of Statbel, rounded outwards to a tenth of a degree.
"""


@dataclass(frozen=True, slots=True)
class Zone:
    """Departments of France and provinces of Belgium, by official code."""

    departments: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()

    @property
    def code_starts(self) -> tuple[str, ...]:
        """How the codes of its Belgian municipalities begin; empty for the whole country."""
        if set(self.provinces) >= set(PROVINCES):
            return ()
        return tuple(start for province in self.provinces for start in PROVINCES[province])

    @property
    def box(self) -> Box | None:
        """West, south, east, north [degrees]; None where the box of a department is not known here."""
        names = [*(f"FR:{code}" for code in self.departments), *(f"BE:{code}" for code in self.provinces)]
        boxes = [_BOXES[name] for name in names if name in _BOXES]
        if len(boxes) < len(names):
            return None
        west, south, east, north = zip(*boxes, strict=True)
        return min(west), min(south), max(east), max(north)


def parse_zone(words: str) -> Zone:
    """A zone from ``FR:08,FR:59,BE:NAMUR``: departments by number, provinces by name, code or region.

    Raises
    ------
    InputError, Faults
        If it is empty, or a part of it names no department or province.
    """
    departments: list[str] = []
    provinces: list[str] = []
    faults: list[GeoalarmError] = []
    for part in filter(None, (one.strip() for one in words.split(","))):
        country, _, name = part.upper().partition(":")
        try:
            if country == "BE":
                provinces += _provinces(name or "all", part)
            else:
                departments.append(_department(country, name, part))
        except InputError as error:
            faults.append(error)
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise Faults(f"zone {words!r} cannot be used", faults)
    if not departments and not provinces:
        raise InputError(
            "zone", got=repr(words), expected="FR:08,FR:59,BE:NAMUR", hint="name at least one part"
        )
    return Zone(tuple(dict.fromkeys(departments)), tuple(dict.fromkeys(provinces)))


def province_word(code: str) -> str:
    """A province as :func:`parse_zone` reads it: ``NAMUR``."""
    name = _PROVINCE.sub("", fold(region_name("BE", code, code, "fr")))
    return name.replace(" ", "-").upper()


def _department(country: str, name: str, part: str) -> str:
    code = name.zfill(2)
    if country != "FR" or not _DEPARTMENT.fullmatch(code):
        raise InputError(
            f"zone {part!r}",
            got=part,
            expected="FR:08 (the number of a department) or BE:NAMUR (a province)",
            hint="official services are known for France and Belgium",
        )
    return code


def _provinces(name: str, part: str) -> tuple[str, ...]:
    known = {code: (code,) for code in PROVINCES} | dict(_REGIONS)
    for code in PROVINCES:
        for lang in LANGUAGES:
            full = fold(region_name("BE", code, code, lang))
            known[full] = known[_PROVINCE.sub("", full)] = (code,)
    asked = fold(name)
    if asked not in known:
        raise InputError(
            f"zone {part!r}",
            got=name,
            expected="a province or region of Belgium",
            hint=near_miss(asked, [word for word in known if not word.isdigit()]),
        )
    return known[asked]
