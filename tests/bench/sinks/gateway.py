"""A gateway that takes many messages a request and answers for each, as Infobip's SMS API does.

https://www.infobip.com/docs/api/channels/sms · Usage: python -m tests.bench.sinks.gateway PORT
"""

import json
from itertools import count

from tests.bench.sinks import asking

STATUS = {
    "groupId": 1,
    "groupName": "PENDING",
    "id": 26,
    "name": "PENDING_ACCEPTED",
    "description": "Accepted",
}
numbers = count(1)


def answer(body: bytes) -> tuple[bytes, bytes, bytes]:
    asked = json.loads(body)["messages"] if body else []
    told = [_told(one) for message in asked for one in message.get("destinations", ())]
    said = json.dumps({"bulkId": f"bulk-{next(numbers)}", "messages": told})
    return b"200 OK", b"application/json", said.encode()


def _told(destination: dict) -> dict:
    """Version 2 of the API says `to`, version 3 says `destination`."""
    to = destination.get("to", "")
    name = destination.get("messageId") or f"gateway-{next(numbers)}"
    return {"messageId": name, "to": to, "destination": to, "status": STATUS, "smsCount": 1}


if __name__ == "__main__":
    asking.serve(answer)
