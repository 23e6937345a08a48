"""Static figures as PNG (matplotlib, Agg; no pyplot, so that threads do not meet): a map, a curve by yearly
chance, bars by class.
"""

from geoalarm.present.figures.bar_chart import class_bars
from geoalarm.present.figures.choropleth import commune_map, difference_map
from geoalarm.present.figures.exceedance_chart import chance_curve

__all__ = ["chance_curve", "class_bars", "commune_map", "difference_map"]
