"""Small inline pictures for briefings and reports: no script, no outside reference, one stylesheet and one set of patterns a page.

Put :func:`styles` in a ``<style>`` and :func:`patterns` at the start of the body, once; then any number of pictures.
"""

from geoalarm.present.svg.maps import Maps
from geoalarm.present.svg.style import patterns, styles

__all__ = ["Maps", "patterns", "styles"]
