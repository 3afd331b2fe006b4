"""What a suite is: a named, versioned, deterministic sequence of cases or claims, any of which can be made alone by its index."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal, Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace as with_fields

from rtconform.reference.documents.adjudication import Category
from rtconform.reference.documents.claim import Claim
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import encode

Asks = Literal["case", "claim"]
"""What a suite puts to a vendor: cases to a coder, claims to an editor."""


class SuiteCase(Struct, frozen=True, gc=False):
    """A case and what its author says of it.

    `title` is one line for a person; `rule` the rule that the case is at; `heading` the source's heading; `why` the fact
    that decides; `twin` the id of the case that differs in that one fact; `expect` the lines that the author expects
    (for instance "77412 + 77387-26"), held against the reference by a test. Empty or None where there is none.

    `writing`: how the case is put into bytes, where that is not the plain way. What it writes is read and judged as the case
    (suite `respelled`). `drawn_from`: the suite whose case it was made from, where that is another.

    Where not `sound` it is not a case at all (suite `invalid`): `case` is then the sound one, with the same
    id, that it was made from, and the only right answers are needs_review or an error.
    """

    case: Case
    title: str = ""
    rule: str = ""
    heading: str = ""
    why: str = ""
    twin: str | None = None
    expect: str | None = None
    writing: Callable[[Case], bytes] | None = None
    sound: bool = True
    drawn_from: str = ""
    asks: ClassVar[Asks] = "case"

    @property
    def id(self) -> str:
        """The case's id."""
        return self.case.id

    @property
    def question(self) -> Case:
        """What is asked."""
        return self.case

    @property
    def wire(self) -> bytes:
        """What is sent to a vendor: JSON on one line, without a newline."""
        return self.writing(self.case) if self.writing else encode(self.case)

    def renamed(self, name: str) -> "SuiteCase":
        """The same under another id."""
        return with_fields(self, case=with_fields(self.case, id=name))


@dataclass(frozen=True)
class SuiteClaim:
    """A claim and what its author says of it.

    `faults` names what is wrong with the claim (none: it is a right one), `allows` what payers have wrongly stopped in claims
    like this, where it is such a claim. `stops`: the lines that its author expects to be stopped, by number, each with the
    categories of which any one fits. `lies_at`: what was combined in it. The rest is as in `SuiteCase`.
    """

    claim: Claim
    title: str = ""
    stops: Mapping[int, tuple[Category, ...]] = field(default_factory=dict)
    lies_at: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    allows: str = ""
    heading: str = ""
    why: str = ""
    twin: str | None = None
    writing: ClassVar[None] = None
    sound: ClassVar[bool] = True
    drawn_from: ClassVar[str] = ""
    asks: ClassVar[Asks] = "claim"

    @property
    def id(self) -> str:
        """The claim's id."""
        return self.claim.id

    @property
    def question(self) -> Claim:
        """What is asked."""
        return self.claim

    @property
    def wire(self) -> bytes:
        """What is sent to a vendor: JSON on one line, without a newline."""
        return encode(self.claim)

    def renamed(self, name: str) -> "SuiteClaim":
        """The same under another id."""
        return replace(self, claim=with_fields(self.claim, id=name))


SuiteItem = SuiteCase | SuiteClaim
Item_co = TypeVar("Item_co", bound=SuiteItem, covariant=True)


class SuiteOf(Protocol[Item_co]):
    """A suite of cases, or of claims."""

    @property
    def name(self) -> str:
        """What the suite is asked for by."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever any case does."""
        ...

    @property
    def about(self) -> str:
        """One line for a person."""
        ...

    @property
    def asks(self) -> Asks:
        """What it puts to a vendor."""
        ...

    @property
    def seeded(self) -> bool:
        """Whether the seed has any influence."""
        ...

    def size(self, count: int | None) -> int:
        """The number of cases. `count` sets it for a suite of free length, and is an error for others."""
        ...

    def case(self, index: int, seed: int) -> Item_co:
        """Case number `index` (from 0): a pure function of suite, version, seed and index."""
        ...

    def index_of(self, case_id: str) -> tuple[int, int]:
        """Index and seed of the case with this id. Raises UserError for an id that the suite does not have."""
        ...


Suite = SuiteOf[SuiteCase]
AnySuite = SuiteOf[SuiteCase] | SuiteOf[SuiteClaim]


def part_of(size: int, part: int, parts: int) -> range:
    """The indices of part `part`, counted from 1, of `parts`, of a suite of `size` cases."""
    return range(size * (part - 1) // parts, size * part // parts)


def cases(suite: SuiteOf[Item_co], seed: int, count: int | None = None) -> Iterator[Item_co]:
    """The whole suite, in order, one case or claim at a time."""
    for index in range(suite.size(count)):
        yield suite.case(index, seed)
