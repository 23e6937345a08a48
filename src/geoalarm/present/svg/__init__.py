"""Small inline pictures for briefings and reports: no script, no outside reference, one stylesheet and one
set of patterns a page.

Put :func:`styles` in a ``<style>`` and :func:`patterns` at the start of the body, once; then any number of
pictures.
"""

from geoalarm.present.svg.commune_map import Maps
from geoalarm.present.svg.dot_plot import dots
from geoalarm.present.svg.exceedance_plot import chance_curve
from geoalarm.present.svg.overview_map import overview
from geoalarm.present.svg.stacked_bar import class_bar
from geoalarm.present.svg.svg_style import patterns, styles

__all__ = ["Maps", "chance_curve", "class_bar", "dots", "overview", "patterns", "styles"]
