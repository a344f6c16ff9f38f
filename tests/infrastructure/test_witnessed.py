"""Under which checkpoint a proof is given: the one that most witnesses have seen lately."""

import psycopg
from log_facts import record

from infrastructure.log import Log
from infrastructure.log_key import log_seed
from infrastructure.sealer import Sealer, sealer_pool
from infrastructure.signed_note import COSIGNATURE, Note, Signer

ONE = Signer("saksi.example/1", b"w" * 32, COSIGNATURE)
OTHER = Signer("saksi.example/2", b"o" * 32, COSIGNATURE)
NOW = 1_700_000_000


def cosigned_by(witness, checkpoint, database, ago="0 s"):
    line = witness.cosign(Note.of(checkpoint.note).text, NOW)
    with psycopg.connect(database) as owner:
        owner.execute(
            "INSERT INTO ledger.cosignature (size, vkey, line, received_at)"
            " VALUES (%s, %s, %s, clock_timestamp() - %s::interval)",
            (checkpoint.size, str(witness.key), line, ago),
        )


def test_a_proof_is_given_under_the_checkpoint_that_most_witnesses_saw(database, tmp_path):
    with sealer_pool(database) as pool:
        sealer, log = Sealer(pool, log_seed(tmp_path), tmp_path), Log(pool)
        for count, seen in ((3, (ONE, OTHER)), (2, (ONE,)), (1, ())):
            record(database, count)
            newest = sealer.seal()
            for witness in seen:
                cosigned_by(witness, newest, database)
        sizes = [log.inclusion("event", it).checkpoint.size for it in (1, 3, 4, 5, 6)]
        assert sizes == [3, 3, 5, 5, 6]
        both = log.inclusion("event", 1).checkpoint.note
        assert len(Note.of(both).verified([ONE.key, OTHER.key])) == 2
        cosigned_by(OTHER, log.inclusion("event", 4).checkpoint, database)
        assert log.inclusion("event", 1).checkpoint.size == 5


def test_a_witness_that_left_an_hour_ago_is_not_waited_for(database, tmp_path):
    with sealer_pool(database) as pool:
        sealer, log = Sealer(pool, log_seed(tmp_path), tmp_path), Log(pool)
        for count, seen, ago in ((3, (ONE, OTHER), "61 min"), (2, (ONE,), "0 s")):
            record(database, count)
            newest = sealer.seal()
            for witness in seen:
                cosigned_by(witness, newest, database, ago)
        assert log.witnessed().size == log.inclusion("event", 1).checkpoint.size == 5
