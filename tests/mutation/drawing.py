"""Which mutants an area has, and which of them are tried.

What only changes the letters of a sentence is none of them: how a sentence is worded is read by
people, while codes, fields and articles are held by tests.
"""

import contextlib
import random
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from libcst import FunctionDef, SimpleString
from mutmut.mutation.file_mutation import (
    Mutation,
    combine_mutations_to_source,
    create_mutations,
    group_by_top_level_node,
)
from mutmut.utils.format_utils import get_mutant_name

from .areas import Area


def drawn(place: Path, area: Area, sample: int, seed: int) -> tuple[int, Sequence[str]]:
    """Return how many mutants an area has, and the names of those to be tried."""
    with contextlib.chdir(place):
        files = sorted({file for pattern in area.sources for file in Path().glob(pattern)})
        names = [name for file in files for name in mutants_of(file)]
    if 0 < sample < len(names):
        return len(names), random.Random(seed).sample(names, sample)  # noqa: S311 - no secret
    return len(names), names


def mutants_of(file: Path) -> Iterator[str]:
    """Go through the names of a file's mutants, as `mutmut run` takes them."""
    module, mutations, *ignored = create_mutations(str(file), file.read_text(encoding="utf-8"))
    made = combine_mutations_to_source(module, mutations, *ignored).mutant_names
    groups = group_by_top_level_node(mutations).items()
    within = [those for node, those in groups if isinstance(node, FunctionDef)]
    for name, mutation in zip(made, chain(*within), strict=True):
        if not is_wording(mutation):
            yield get_mutant_name(file, name)


def is_wording(mutation: Mutation) -> bool:
    """Whether it is of the letters of a sentence: whatever has a blank between its words."""
    node = mutation.original_node
    return isinstance(node, SimpleString) and " " in node.value.strip("\"' ")
