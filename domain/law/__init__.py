"""The law as dated values: what held when, with its article, its source and how sure it is."""
