"""Use cases: what is done with a proposed event, and the ports it needs. No SQL, HTTP, JSON."""
