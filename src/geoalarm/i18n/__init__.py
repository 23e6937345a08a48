"""Texts in four languages: messages by key, ICU message format, numbers and dates, names of places."""

from geoalarm.i18n.messages import (
    area_km2,
    communes,
    date_long,
    has,
    in_place,
    languages,
    locale,
    measure,
    minutes,
    number,
    people,
    percent,
    sentences,
    term,
    text,
)

__all__ = [
    "area_km2",
    "communes",
    "date_long",
    "has",
    "in_place",
    "languages",
    "locale",
    "measure",
    "minutes",
    "number",
    "people",
    "percent",
    "sentences",
    "term",
    "text",
]
