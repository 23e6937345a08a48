"""Reports on time: cron expressions in the time zone of the territory, catch-up, retries, and delivery to folders, storage and mailboxes."""
