"""What leaves the house of one person: a record made of the fields that a scope names, no other."""
