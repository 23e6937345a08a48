"""A briefing as files: self-contained HTML, JSON, PDF, a checklist to edit; batches of them, an index, and
what changed.
"""
