"""Who may see no unit sees no row of any read model: nor one that is nobody's or shared."""

from application.read_models import Access
from infrastructure.asking import Asking
from infrastructure.master_key import MasterKey
from infrastructure.read_models import PostgresReadModels
from infrastructure.row_table import RowSeals
from projections.catalogue import PROJECTIONS

NOWHERE = Access(everywhere=False, units=frozenset())


def test_of_no_read_model_is_there_a_condition_that_could_hold(ledger, pool):
    seals = RowSeals("store", ledger.keys, MasterKey(b"k" * 32))
    tables = PostgresReadModels(ledger, pool, seals, PROJECTIONS).follower.tables
    asking = Asking(tables, seals)
    conditions = {name: asking.within(table, NOWHERE).as_string() for name, table in tables.items()}
    assert conditions == dict.fromkeys(tables, "(false)")
    assert conditions.keys() == {one.name for one in PROJECTIONS}
