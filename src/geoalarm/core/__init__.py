"""The words of the house: terms, fields, units, errors, dataclasses, sentences. Knows no file, no page, no
model.
"""
