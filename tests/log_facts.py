"""Ledgers to be sealed, what only a superuser can do to them, and a tree that is known whole."""

import psycopg

from infrastructure.merkle import HASH, Tile, TiledTree, leaf_hash, root_of


def record(database, count, of="person"):
    """Record pages by the plainest path there is, each the first of its stream."""
    with psycopg.connect(database) as owner:
        owner.execute(
            "INSERT INTO ledger.event (stream, version, name, event_id, page, prev_hash)"
            " SELECT %s || ':' || gen_random_uuid(), 1, 'test.recorded', gen_random_uuid(),"
            " convert_to('{\"n\":' || n || '}', 'UTF8'), decode(repeat('00', 32), 'hex')"
            " FROM generate_series(1, %s) AS n",
            (of, count),
        )


def tamper(database, *statements):
    """Do what only a superuser can: switch the guards off, and change what is recorded."""
    with psycopg.connect(database) as owner:
        for table in ("event", "leaf", "tile", "checkpoint", "cosignature"):
            owner.execute(f"ALTER TABLE ledger.{table} DISABLE TRIGGER USER")
        for statement in statements:
            owner.execute(statement)
        for table in ("event", "leaf", "tile", "checkpoint", "cosignature"):
            owner.execute(f"ALTER TABLE ledger.{table} ENABLE TRIGGER USER")


LEAVES = [b"%d" % number for number in range(70_000)]
HASHES = b"".join(map(leaf_hash, LEAVES))


def tiles_of(hashes):
    """All tiles of a tree, full and partial, and a reader that counts what is asked of it."""
    tiles, level, row = {}, 0, hashes
    while row:
        for number, at in enumerate(range(0, len(row), 256 * HASH)):
            tiles[Tile(level, number)] = row[at : at + 256 * HASH]
        full = len(row) // (256 * HASH)
        row = b"".join(root_of(tiles[Tile(level, number)]) for number in range(full))
        level += 1
    return tiles


TILES = tiles_of(HASHES)
ASKED = []


def read(tiles):
    ASKED[:] = tiles
    return {tile: TILES[tile] for tile in tiles}


TREE = TiledTree(read)
