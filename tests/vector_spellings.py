"""Where two languages read a text differently unless both are told: blanks, marks, digits."""

from dataclasses import replace

from archives import LOG, ORIGIN, WITNESSES, Archive, Notary, checkpoint
from vector_log import ACCESSES, BASE, GOOD, HALF, PINNED, STRANGER, with_leaf, wrong

YES = {"ok": True, "fault": None}
MISUSE = {"ok": False, "fault": None, "misuse": True}
BOM, NEXT_LINE, UNIT_SEPARATOR = "\ufeff", "\x85", "\x1f"
BEYOND = 10**15
"""Sixteen digits: some languages' numbers no longer tell it from the one after it."""
MILLISECONDS = 1_763_800_000_000


def of_named(origin):
    """An archive of a log with this name, whole, and the key to ask with."""
    log = Notary(origin)
    note = checkpoint(BASE, (log,), origin=origin)
    archive = replace(GOOD, origin=origin, key=log.vkey, note=note)
    return archive.written(), {"key": log.vkey}


def spelt_names():
    yield "good-name-next-line", *of_named(f"jejak/{NEXT_LINE}"), YES
    yield "good-name-bom", *of_named(f"jejak/{BOM}"), YES
    yield "header-name-blank", of_named("jejak/ x")[0], {}, wrong("archive.header")
    yield (
        "header-name-unit-separator",
        of_named(f"jejak/{UNIT_SEPARATOR}")[0],
        {},
        wrong("archive.header"),
    )
    for name, spelt in (
        ("blank", f"{LOG.vkey} "),
        ("bom", BOM + LOG.vkey),
        ("next-line", LOG.vkey + NEXT_LINE),
    ):
        written = replace(GOOD, key=spelt).written()
        yield f"header-key-{name}", written, PINNED, wrong("archive.header")
    for name, signer in (("next-line", NEXT_LINE), ("bom", BOM)):
        strange = Notary(f"saksi{signer}", 4, b"9" * 32)
        note = checkpoint(BASE, (LOG, *WITNESSES, strange))
        yield f"good-signer-{name}", replace(GOOD, note=note).written(), PINNED, YES


def spelt_keys():
    written = GOOD.written()
    for name, key, answer in (
        ("blank", f" \t{LOG.vkey}\r\n", YES),
        ("bom", BOM + LOG.vkey, MISUSE),
        ("next-line", NEXT_LINE + LOG.vkey, MISUSE),
        ("witness", WITNESSES[0].vkey, MISUSE),
    ):
        yield f"key-{name}", written, {"key": key}, answer
    yield "witness-bom", written, {"witnesses": [BOM + WITNESSES[0].vkey]}, MISUSE
    yield "witness-blank", written, {"witnesses": [WITNESSES[0].vkey + "\r\n"]}, YES


def spelt_checkpoints():
    half = Archive.of(BASE[:HALF])
    closing = half.closing.decode()
    size = checkpoint(BASE[:HALF], size=BEYOND)
    for name, text, answer in (
        ("bom", BOM + half.note, YES),
        ("crlf", half.note.replace("\n", "\r\n"), YES),
        ("last-line", closing, YES),
        ("last-line-windows", BOM + closing.replace("\n", "\r\n"), YES),
        ("last-line-bare", closing.removesuffix("\n"), YES),
        ("last-line-spaced", closing.replace(":", ": ", 1), MISUSE),
        ("last-line-crlf-inside", closing.replace("\\n", "\\r\\n"), MISUSE),
        ("two-last-lines", closing * 2, MISUSE),
        ("two-boms", BOM * 2 + half.note, wrong("older.origin")),
        ("lone-cr", half.note.replace("\n", "\r"), MISUSE),
        ("sixteen-digits", size, MISUSE),
        ("empty", "", MISUSE),
    ):
        yield f"older-{name}", GOOD.written(), {**PINNED, "older": [text]}, answer


def spelt_notes():
    """What an editor may do to a file of somebody's own is a fault within an archive."""
    signed = {
        "crlf": (GOOD.note.replace("\n", "\r\n"), "checkpoint.form"),
        "bom": (checkpoint(BASE, origin=BOM + ORIGIN), "checkpoint.origin"),
        "sixteen-digits": (checkpoint(BASE, size=BEYOND), "checkpoint.form"),
        "nested": (GOOD.closing.decode(), "checkpoint.form"),
    }
    for name, (note, code) in signed.items():
        yield f"checkpoint-{name}", replace(GOOD, note=note).written(), PINNED, wrong(code)


def long_numbers():
    access = replace(BASE[ACCESSES[0]], number=BEYOND)
    yield (
        "number-sixteen-digits",
        with_leaf(ACCESSES[0], access).written(),
        PINNED,
        wrong("archive.line", {"index": ACCESSES[0]}),
    )
    yield (
        "header-sixteen-digits",
        replace(GOOD, size=BEYOND).written(),
        PINNED,
        wrong("archive.header"),
    )
    body = GOOD.note.partition("\n\n")[0] + "\n"
    for name, time in (("milliseconds", MILLISECONDS), ("end-of-time", 2**63 - 1)):
        note = body + "\n" + LOG.line(body) + STRANGER.line(body, time)
        asked = {"key": LOG.vkey, "witnesses": [STRANGER.vkey]}
        yield f"good-{name}", replace(GOOD, note=note).written(), asked, YES


def spellings():
    """Yield what `archive_vectors.vectors` does."""
    for found in (spelt_names, spelt_keys, spelt_checkpoints, spelt_notes, long_numbers):
        yield from found()
