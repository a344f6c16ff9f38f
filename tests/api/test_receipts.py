"""A receipt is told in the form that the contract promises."""

from api.writing import ReceiptAnswer, receipt_json
from application.ledger import Receipt, Written
from domain.record import StreamId

CASE = StreamId(kind="case", key="perkara")


def test_a_receipt_has_the_fields_of_its_form_and_no_other():
    written = Written(event_id="e-1", name="conduct.assessed", stream=CASE, version=3, position=7)
    for receipt in (
        Receipt(written=(written,), versions={CASE: 3}, position=7),
        Receipt(written=(), versions={CASE: 3}, position=None),
    ):
        said = receipt_json(receipt, CASE)
        assert ReceiptAnswer.model_validate(said, strict=True).model_dump() == said
