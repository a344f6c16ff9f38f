"""Where it is kept: ledger, codec, keys, read-model tables, PostgreSQL. No rule of law."""
