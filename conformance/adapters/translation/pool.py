"""Several translators of one vendor, where a question is dear to write: files are written on all cores at the same time."""

import asyncio
import os
import sys
import zlib
from collections.abc import Sequence

from rtconform.conformance.adapters.translation.client import Translator
from rtconform.conformance.adapters.translation.formatted import Hearing, Naming
from rtconform.conformance.protocol import Question
from rtconform.conformance.vendors.settings import Vendor

MOST = 8
"""How many translators one vendor has at most."""


class TranslatorPool:
    """A question always goes to the same translator, which has kept what it wrote; everything else goes to the first."""

    def __init__(self, vendor: Vendor) -> None:
        self._first = Translator(vendor)
        others = min(MOST, cores()) - 1 if self._first.writes_files else 0
        self._all = [self._first, *(Translator(vendor) for _ in range(others))]
        self.writes_files = self._first.writes_files
        self.reads = self._first.reads
        self.reads_format = self._first.reads_format

    async def start(self, sample: Question) -> None:
        """Start them all and try the template on `sample`. Raises UserError where the vendor file's template is wrong."""
        await asyncio.gather(*(translator.start(sample) for translator in self._all))

    async def close(self) -> None:
        """End them all."""
        await asyncio.gather(*(translator.close() for translator in self._all))

    async def request(self, question: Question) -> bytes:
        """The request for `question`. Raises TranslationFault."""
        return await self._all[zlib.crc32(question.id.encode()) % len(self._all)].request(question)

    async def answer(self, document: bytes) -> bytes:
        """See Translator.answer."""
        return await self._first.answer(document)

    async def formatted_answer(self, document: bytes, question: Question) -> bytes:
        """See Translator.formatted_answer."""
        return await self._first.formatted_answer(document, question)

    async def batch(self, questions: Sequence[Question]) -> bytes:
        """See Translator.batch."""
        return await self._first.batch(questions)

    async def hear(self, documents: Sequence[bytes], asked: Sequence[tuple[Question, str]]) -> list[Hearing]:
        """See Translator.hear."""
        return await self._first.hear(documents, asked)

    async def names(self, document: bytes, likely: Sequence[tuple[Question, str]]) -> Naming:
        """See Translator.names."""
        return await self._first.names(document, likely)


def cores() -> int:
    """How many cores this process may use."""
    if sys.platform == "linux":
        found = len(os.sched_getaffinity(0))
    else:
        found = os.cpu_count() or 1
    return found
