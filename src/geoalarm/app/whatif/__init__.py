"""The what-if page: an accident's form, zones and figures."""
