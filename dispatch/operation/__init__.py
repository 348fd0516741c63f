"""What keeps the program running and what it remembers: backups, restoring, health."""
