"""The words of the house, fields, units, errors, dataclasses, sentences. No file, no page, no model."""
