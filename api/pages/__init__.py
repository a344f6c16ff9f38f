"""Pages for people: rendered here, without scripts, and with nothing fetched from elsewhere."""
