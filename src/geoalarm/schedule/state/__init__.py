"""What the service remembers: runs, deliveries, log, one database, one lock."""
