"""The briefing of a commune: ``panel serve dashboards/briefing.py`` (``geoalarm serve`` adds security
headers, files and a warm start).
"""

import panel as pn

from geoalarm.app.briefing.briefing_page import briefing

pn.extension()

briefing().servable()
