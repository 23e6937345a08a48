"""The explorer: ``panel serve dashboards/explorer.py`` (``geoalarm serve`` adds security headers and a warm
start).
"""

import panel as pn

from geoalarm.app.explorer.build_explorer import explorer

pn.extension(respect_explicit_sizing=True)

explorer().servable()
