"""A briefing as files: HTML, JSON, PDF, a checklist to edit; batches, an index, and what changed."""
