"""A project folder begun: what lies in a folder, what it could be, and a catalog and a scenario for it."""
