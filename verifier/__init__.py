"""The auditor's verifier: reads a sealed archive and says whether it is whole and unchanged.

It reads one leaf's proof as well, and says what that proves.

It stands alone: nothing here imports anything but the standard library and `cryptography`, so this
folder can be copied to any machine and run there as ``python3 -m verifier``. The arithmetic
of trees, notes and pages is written a second time on purpose: what wrote the archive does not
decide whether it is right.
"""
