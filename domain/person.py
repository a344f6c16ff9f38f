"""Person: one human being. The stream's events follow; `Sex` is what custody already needs."""

from enum import Enum


class Sex(Enum):
    """Sex as in the papers."""

    MALE = "male"
    FEMALE = "female"
