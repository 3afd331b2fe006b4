"""How strong suites of claims are: which faulty editors each stops, on several processes, under payer profiles of one's own too.

There is no table of rules to mutate behind a claim editor as there is behind a coder: faulty editors are the catalogue, with one
for every row, number, indicator and modifier of the national tables that the suites ask of.
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from rtconform.conformance.editor.faults import EDITOR_FAULTS
from rtconform.conformance.editor.faulty import FaultyEditor
from rtconform.conformance.editor.judge import judge_disposition
from rtconform.conformance.editor.table_faults import table_faults
from rtconform.conformance.records import ProfileRecord
from rtconform.conformance.strength.document import EditorStrength, Row, SuiteOfClaims
from rtconform.conformance.strength.matrix import FIELD, LARGEST, Progress, counted
from rtconform.conformance.verdicts import VERDICTS
from rtconform.generators.suites.registry import any_suite
from rtconform.generators.suites.suite import SuiteClaim
from rtconform.reference import RULE_SET
from rtconform.reference.documents.adjudication import Adjudication
from rtconform.reference.documents.claim import Claim
from rtconform.reference.editor.editor import adjudicate
from rtconform.reference.editor.payers import PayerProfile, digest_of, own_profiles
from rtconform.reference.errors import UserError

TABLE = "table"

Judged = tuple[tuple[Claim, Adjudication], ...]


def measured_editors(
    names: Sequence[str], seed: int, own: Sequence[PayerProfile], processes: int, progress: Progress
) -> EditorStrength:
    """Every faulty editor against these suites of claims, judged by the payer profiles `own` where these name the payer.

    A faulty editor goes by the same profiles: it has one fault, and is right in all else. Raises UserError for a suite that
    can't be measured: of cases, or too large.
    """
    for name in names:
        _refuse_unmeasurable(name)
    with ProcessPoolExecutor(processes, initializer=_prepare, initargs=(tuple(names), seed, tuple(own))) as pool:
        finished = pool.map(_row, EDITOR_FAULTS, chunksize=4)
        rows = tuple(counted(progress, "editors", finished, len(EDITOR_FAULTS)))
    suites = tuple(
        SuiteOfClaims(name, any_suite(name).version, any_suite(name).size(None), sum(bool(row.killed_by[name]) for row in rows))
        for name in names
    )
    used = tuple(ProfileRecord(profile.name, profile.payers, digest_of(profile), profile) for profile in own)
    return EditorStrength(RULE_SET, seed, used, suites, len(rows), rows)


_judged: dict[str, Judged] = {}
"""The suites of this process: each claim with what is due."""

_own: list[PayerProfile] = []


def _prepare(names: tuple[str, ...], seed: int, own: tuple[PayerProfile, ...]) -> None:
    _own[:] = own
    with own_profiles(own):
        for name in names:
            suite = any_suite(name)
            items = (suite.case(index, seed) for index in range(suite.size(None)))
            _judged[name] = tuple((item.claim, adjudicate(item.claim)) for item in items if isinstance(item, SuiteClaim))


def _row(name: str) -> Row:
    """What each suite makes of one faulty editor."""
    fault = EDITOR_FAULTS[name]
    with own_profiles(_own):
        stopped = {suite: next(filter(partial(_stops, fault), judged), None) for suite, judged in _judged.items()}
    killed = {suite: found[0].id if found else None for suite, found in stopped.items()}
    return Row(fault.id, fault.says, TABLE if fault.id in _TABLES else FIELD, fault.rules, killed)


_TABLES = frozenset(fault.id for fault in table_faults())


def _stops(fault: FaultyEditor, judged: tuple[Claim, Adjudication]) -> bool:
    claim, due = judged
    return not VERDICTS[judge_disposition(claim, due, fault.edit(claim)).verdict].conformant


def _refuse_unmeasurable(name: str) -> None:
    suite = any_suite(name)
    if suite.asks != "claim":
        raise UserError(f"suite {name} asks cases, and others of these ask claims: measure them in two commands")
    if suite.size(None) > LARGEST:
        raise UserError(f"suite {name} has {suite.size(None):,} claims: strength is measured for suites of at most {LARGEST:,}")
