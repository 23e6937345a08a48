"""Public names of this room, and where each is defined; they load when first used."""

from .accident_footprints import AccidentFootprints as AccidentFootprints
from .effect_zones import HAZARD as HAZARD
from .effect_zones import footprint as footprint
from .effect_zones import zones_round as zones_round
from .footprints import KINDS as KINDS
from .footprints import release as release
from .individual_risk import WindRose as WindRose
from .industrial_models import find as find
from .industrial_models import models as models
from .lethality import load_probits as load_probits
from .substances import substance as substance
from .thresholds import load_effect_thresholds as load_effect_thresholds
from .toxic_thresholds import load_thresholds as load_thresholds
from .toxicity import load_toxic_probits as load_toxic_probits
from .vessel import vessel_outflow as vessel_outflow
