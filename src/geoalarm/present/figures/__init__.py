"""Static figures as PNG (matplotlib, Agg; no pyplot, so that threads do not meet): a map, a curve by yearly chance, bars by class."""

from geoalarm.present.figures.bars import class_bars
from geoalarm.present.figures.curve import chance_curve
from geoalarm.present.figures.map import commune_map, difference_map

__all__ = ["chance_curve", "class_bars", "commune_map", "difference_map"]
