"""A commune's briefing: what is known of it (:mod:`dossier`), and the page in a language (:mod:`page`), made
by :func:`briefing`.
"""

from geoalarm.present.briefing.build_briefing import briefing
from geoalarm.present.briefing.page_strings import WORDS, words
from geoalarm.present.briefing.plain_text import as_text, figures_table

__all__ = ["WORDS", "as_text", "briefing", "figures_table", "words"]
