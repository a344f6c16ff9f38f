"""Read models declared as data: every one is a fold of the ledger, and can be rebuilt from it."""
