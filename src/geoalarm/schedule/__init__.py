"""Reports on time: cron in the time zone of the territory, catch-up, retries, delivery to folders, storage
and mailboxes.
"""
