"""The interactive map: communes, hazard overlays, basemap."""
