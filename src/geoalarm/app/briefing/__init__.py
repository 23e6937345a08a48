"""Briefings over the web: the service behind them and the page that answers requests."""
