"""Small vendors that are Python callables, each behaving in one way."""

import asyncio
import json
import os
import sys
import threading
from typing import Any, NoReturn

Case = dict[str, Any]
HANG = threading.Event()


def right(case: Case) -> dict[str, object]:
    return {"id": case["id"], "outcome": "coded", "lines": [{"session": case["sessions"][0]["id"], "code": "77412"}]}


def text(case: Case) -> str:
    return json.dumps(right(case))


def octets(case: Case) -> bytes:
    return text(case).encode()


async def later(case: Case) -> dict[str, object]:
    await asyncio.sleep(0)
    return right(case)


class Coder:
    def code(self, case: Case) -> dict[str, object]:
        return right(case)


coder = Coder()
NUMBER = 5


def raises(case: Case) -> NoReturn:
    raise ValueError(f"no idea about {case['id']}")


def leaves(case: Case) -> NoReturn:
    sys.exit(f"leaving at {case['id']}")


def nothing(case: Case) -> None:
    del case


def not_data(case: Case) -> object:
    return {"id": case["id"], "outcome": object()}


def wrong_shape(case: Case) -> dict[str, object]:
    return {**right(case), "outcome": "maybe"}


def huge(case: Case) -> dict[str, object]:
    return {**right(case), "notes": ["x" * 2_000_000]}


def hangs(case: Case) -> dict[str, object]:
    if case["id"].endswith(":2"):
        HANG.wait(60)
    return right(case)


def wanders(case: Case) -> dict[str, object]:
    os.chdir("/")
    return right(case)


def upper(request: str) -> dict[str, object]:
    return {"id": request.removeprefix("code "), "outcome": "out_of_scope"}
