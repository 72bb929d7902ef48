"""Running the platform on a server: what strangers may not forge, probes, metrics, logs, the timetable, backups."""
