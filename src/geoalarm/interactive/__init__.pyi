"""Public names of this room, and where each is defined; they load when first used."""

from .commune_elements import chance_curve as chance_curve
from .commune_elements import commune_map as commune_map
from .linked_brushing import CommuneLink as CommuneLink
from .linked_brushing import linked_views as linked_views
from .parameter_sweep import sweep as sweep
