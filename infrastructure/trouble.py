"""What keeps the service from opening and a person can do something about."""


class Trouble(Exception):
    """Its words say what is wrong and what to do, in Bahasa Indonesia and then in English."""
