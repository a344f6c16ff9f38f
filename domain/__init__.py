"""What happened, what may happen, and which article says so. No clock, no I/O, no framework."""
