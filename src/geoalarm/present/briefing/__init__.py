"""A commune's briefing: what is known of it (:mod:`dossier`), and the page in a language (:mod:`page`), made by :func:`briefing`."""

from geoalarm.present.briefing.compose import briefing
from geoalarm.present.briefing.plain import as_text, figures_table
from geoalarm.present.briefing.words import WORDS, words

__all__ = ["WORDS", "as_text", "briefing", "figures_table", "words"]
