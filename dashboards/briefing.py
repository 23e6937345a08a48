"""The briefing of a commune: ``panel serve dashboards/briefing.py`` (``geoalarm serve`` adds security headers, files and a warm start)."""

import panel as pn

from geoalarm.app.briefing import briefing

pn.extension()

briefing().servable()
