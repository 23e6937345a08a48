"""The what-if page: ``panel serve dashboards/whatif.py`` (``geoalarm serve`` shows it beside the explorer,
with security headers).
"""

import panel as pn

from geoalarm.app.whatif.build_whatif import whatif

pn.extension(respect_explicit_sizing=True)

whatif().servable()
