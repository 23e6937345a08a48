"""The pages people open: they read tables through ``analysis.Workspace``, worded by ``present``."""
