"""What happened, what may happen, and which article of law says so. No clock, no I/O, no framework."""
