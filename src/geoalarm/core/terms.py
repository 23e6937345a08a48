"""The closed vocabularies: states of a figure, bases of a layer, countries, hazards, caveats.

Every view and export takes its words from here; the sentences that go with them are in ``i18n/locales``.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, Literal, get_args


class State(StrEnum):
    """What a figure in the exposure table means. Only ``EXPOSED`` and ``ZERO`` carry a
    number.
    """

    EXPOSED = "exposed"
    """Mapped, and people live in the class."""
    ZERO = "zero"
    """Mapped, and nobody lives in the class."""
    NOT_STUDIED = "not_studied"
    """The producer did not study this place; nothing is known. Never a zero."""
    OUTSIDE_COVERAGE = "outside_coverage"
    """The layer (or the population grid) ends before this place."""
    SUPPRESSED = "suppressed"
    """Known, but too few people to publish."""


class Basis(StrEnum):
    """Where a layer's authority comes from."""

    MODELLED = "modelled"
    STATUTORY = "statutory"
    OBSERVED = "observed"
    ILLUSTRATIVE = "illustrative"


class Country(StrEnum):
    """ISO 3166-1 alpha-2 codes of the territory and its neighbours."""

    FR = "FR"
    BE = "BE"
    LU = "LU"
    NL = "NL"
    DE = "DE"


CLAY: Final = "clay_shrink_swell"

BUILDING_HAZARDS: Final = frozenset({CLAY})
"""Hazards that damage buildings and hurt nobody: dwellings are counted, no total of people holds them."""


PlanProfile = Literal["covadis_ppr", "cnig_ppr", "covadis_di", "cnig_di", "walloon_flood", "flemish_flood"]
PLAN_PROFILES: Final[tuple[PlanProfile, ...]] = get_args(PlanProfile)
"""Standards in which states deliver plans and maps of hazards."""


def first_counted(declared: str, labels: Sequence[str]) -> str:
    """The class a count of people in a zone begins with: the one its hazard declares; empty where it takes
    all, because none is declared, or no class above the mildest bears that name.
    """
    return declared if declared in tuple(labels)[1:] else ""


LANGUAGES: Final = ("fr", "nl", "de", "en")

OWN_RULE: Final = "nuclear_planning"
OTHER_RULE: Final = "nuclear_neighbour_rule"
"""Scenarios of planning zones round nuclear sites: by the rule of the country the ground belongs to, and by
that of the country across the border for the same ground.
"""

STUDIED: Final = "studied"
"""Label of polygons that are the area a producer studied, in layers of the house."""

EVACUATION: Final = "nuclear_evacuation"
"""Class of these zones from which on people are to leave."""

CAVEATS: Final = (
    "illustrative",  # the layer is an example, not for decisions
    "coarse_population",  # population unit larger than the strip it is cut by: read the bounds
    "partly_mapped",  # mapped_share < 1
    "studied_area_not_stated",  # polygons without a studied area: outside them counts as mapped
    "population_outside_grid",  # part of the commune lies beyond the population layer
    "population_unknown",  # no number of people is known anywhere in the commune
    "population_partly_unknown",  # of a part of the commune it is not known how many live there
    "population_unplaced",  # people of the source without a place on the map are in no commune
    "communes_overlap",  # the commune lies in part on another one: people count in both
    "approximate_boundary",  # the outline of the commune is an approximation
    "estimated_population",  # the commune's total is an estimate
    "classes_overlap",  # named classes overlap and have no order: rows do not add up
    "overlap_highest_class",  # numbered classes overlap: each place counted in the highest
    "geometry_repaired",  # invalid polygons were repaired on the way in
    "no_data_is_dry",  # the layer says so, or the user did
    "terrain_screen",  # depth from terrain at a level of water: no flow, no defences, no pumps
    "modelled_population",  # people spread inside the commune by a rule
    "datum_shift",  # layers on different datums: places off by more than a tenth of the smaller cell
    "plan_not_approved",  # the official plan is prescribed or in the making: it has no force yet
    "plan_no_longer_in_force",  # the official plan was annulled or abrogated
    "several_hazards_not_told",  # zones of several, not told which: only in unions
    "official_count_beside",  # the state's own count of residents stands beside the figure, in the manifest
    "mild_classes_left_out",  # a union or headline leaves out classes too mild (Hazard.counted_from)
    "french_radii_to_be_confirmed",  # radii of French nuclear plans, not read in the plans themselves
)
"""Caveat keys an exposure row may carry; each has a sentence in four languages."""
