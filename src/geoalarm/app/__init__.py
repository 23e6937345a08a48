"""The pages people open: they read the table through ``pipeline.Workspace`` and word it through ``present``."""
