"""The embedded territory: how ``data/demo`` is made from pinned Python packages, and how its quality is
measured.
"""
