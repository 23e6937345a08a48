"""The pages people open: they read the table through ``analysis.Workspace`` and word it through ``present``."""
