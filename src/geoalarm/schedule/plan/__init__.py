"""What a schedule file asks for and when it is due: file, jobs, cron times, units of systemd."""
