"""The embedded territory: how ``data/demo`` is made from pinned packages, and how its quality is measured."""
