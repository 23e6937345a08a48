"""Public names of this room, and where each is defined; they load when first used."""

from .bar_chart import class_bars as class_bars
from .choropleth import commune_map as commune_map
from .choropleth import difference_map as difference_map
from .exceedance_chart import chance_curve as chance_curve
