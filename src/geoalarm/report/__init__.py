"""A briefing as files: self-contained HTML, JSON, PDF, the checklist as a text to edit; batches of them, an index, and what changed since the last."""
