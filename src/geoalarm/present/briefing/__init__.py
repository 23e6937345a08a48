"""A commune's briefing: what is known of it (:mod:`dossier`), and the page in a language (:mod:`page`)."""
