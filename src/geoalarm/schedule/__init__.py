"""Reports on time: cron in the territory's time zone, catch-up, retries, delivery."""
