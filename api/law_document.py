"""The law in one document, written from its texts: what is in force since when, and how sure.

``python -m api.law_document > docs/law.md`` writes it anew.
"""

import sys
from collections.abc import Iterator
from typing import Any, Final

from api.law_answers import by_topic
from api.law_words import CERTAINTIES, of_topic, parts
from domain.law.book import LAW
from domain.law.choosing import policies
from domain.law.rule_set import Law, RuleSet

COMMAND: Final = ".venv/bin/python -m api.law_document > docs/law.md"
HEAD: Final = f"""\
# The law, as Jejak reckons with it

Every number of the law is a value of a dated rule set in `domain/law/texts/`, one file for each
text. This page is written from them; do not edit it, run `{COMMAND}`.

The rule set of a decision is the one in force on the day that the law looks at (of a proposal, its
own day); of several, the one that came into force last. Changing the law is adding a file: nothing
recorded is reckoned anew by it. What the texts leave open is a policy: it has a default, can be
chosen otherwise in a what-if, and is named in every answer that rests on it. The same is served by
`GET /v1/law` and shown at `/hukum`.
"""


def law_document(law: Law = LAW) -> str:
    """Return the document of the book, in Markdown."""
    lines = [HEAD, *_certainties()]
    for topic, several in by_topic(law):
        lines += _topic(topic, several)
    return "\n".join([*lines, *_policies()])


def _certainties() -> Iterator[str]:
    yield "## How sure\n"
    yield "| mark | a rule that is |"
    yield "|---|---|"
    for mark, words in CERTAINTIES.items():
        yield f"| `{mark.value}` | {words[1]} |"
    yield ""


def _topic(topic: str, several: list[RuleSet[Any]]) -> Iterator[str]:
    yield f"## {of_topic(topic)[1]} (`{topic}`)\n"
    for one in several:
        until = one.valid_until.isoformat() if one.valid_until else "further notice"
        title = one.title[1]
        yield f"### {title[:1].upper()}{title[1:]}: `{one.id}`\n"
        yield f"From {one.valid_from} until {until}; promulgated {one.promulgated}."
        yield f"{one.legal_basis}. Certainty `{one.certainty.value}`: {one.source}.\n"
        yield "| part | says |"
        yield "|---|---|"
        for part, said in parts(one.values):
            yield f"| {_cell(part[1])} | {_cell(said[1])} |"
        yield ""


def _policies() -> Iterator[str]:
    yield "## What the texts leave open\n"
    yield "| policy | question | options, the default first | article | certainty |"
    yield "|---|---|---|---|---|"
    for one in policies().values():
        others = [f"`{option}`" for option in one.options if option != one.default]
        options = ", ".join([f"**`{one.default}`**", *others])
        article = _cell(one.article)
        mark = f"`{one.certainty.value}`"
        yield f"| `{one.name}` | {_cell(one.question[1])} | {options} | {article} | {mark} |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


if __name__ == "__main__":
    sys.stdout.write(law_document())
