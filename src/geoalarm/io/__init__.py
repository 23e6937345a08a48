"""Guarded readers, downloads and mirror: the only door to a file."""
