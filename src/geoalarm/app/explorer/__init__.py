"""The explorer: choices, views, cards, table and curve of the exposure table."""
