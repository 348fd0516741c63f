import json

import pytest

from dispatch.providers.base import BadReceipt, Posted, Receipt
from tests.test_contracts import REFERENCE, a_road


def test_a_report_is_read_from_json_and_from_a_query():
    body = json.dumps({"messages": {"msg": {"reference": REFERENCE, "status": {"code": "2"}}}}).encode()
    for posted in (Posted({}, body), Posted({"REFERENCE": REFERENCE, "STATUS": "2"})):
        assert a_road("cm", 1).read_receipts(posted) == [Receipt(REFERENCE, "delivered")]


def test_an_unknown_status_is_no_receipt():
    with pytest.raises(BadReceipt):
        a_road("cm", 1).read_receipts(Posted({"REFERENCE": REFERENCE, "STATUS": "9"}))
