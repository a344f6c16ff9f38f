"""The texts of law, one file each: changing the law is adding a file.

Each module here gives ``RULE_SETS``, its answers to the topics that it settles. None is ever edited
once a decision names it: what changes a text is a text of its own, with its own first day.
"""
