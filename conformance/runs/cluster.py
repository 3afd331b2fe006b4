"""Runs on more than one machine: the suites are cut into shards by index, and the ordinary runner runs each on its worker.

dask.distributed (extra `rtconform[cluster]`) carries the shards. Each shard returns what its run folder held. Joined in order
they are the folder of an unbroken run. A shard counts when it has arrived whole: if a worker is lost, another runs its
shards again, and no case is lost or there twice.
"""

import asyncio
import logging
import re
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from rtconform.conformance.adapters.processes.subreaper import adopt
from rtconform.conformance.adapters.processes.watchdog import watch
from rtconform.conformance.records import Event, Manifest, Result, now, own_profiles_of
from rtconform.conformance.runs.folder import EVENTS, RESULTS, RunWriter
from rtconform.conformance.runs.parts import EventMerge
from rtconform.conformance.runs.runner import Chosen, Progress, Tell, run
from rtconform.conformance.vendors.file import Vendor, load_vendor
from rtconform.generators.suites.rearranged import Slice
from rtconform.generators.suites.registry import any_suite
from rtconform.generators.suites.suite import SuiteOf
from rtconform.reference import RULE_SET
from rtconform.reference.documents.wire import decode_lines
from rtconform.reference.editor.payers import own_profiles
from rtconform.reference.errors import UserError

LARGEST, SMALLEST = 10_000, 500
"""Cases per shard. Each shard asks its own canary and sample again, which takes a second or two; a lost shard is asked again."""

SHARDS_A_CORE = 4
"""How many shards there are for each core, at least, so that none waits long for the last one."""

AHEAD = 3
"""How many shards for each core are on the way or waiting to be joined."""

_LOCAL = re.compile(r"local:([1-9][0-9]{0,2})")
_REMOTE = re.compile(r"(tcp|tls|ws|wss)://[^\s/]+")


@dataclass(frozen=True)
class ShippedVendor:
    """A vendor file on the way to a worker. Its secrets are not in it: they come from the worker's environment.

    `file` is where it stands: programs and modules are looked for there on the worker too, if there is such a folder.
    """

    file: str
    text: bytes
    template: tuple[str, str] | None


@dataclass(frozen=True)
class Shard:
    """`cases` cases of a suite from index `first` on. `version` and `rule_set`: what the worker must have too."""

    suite: str
    version: str
    rule_set: str
    seed: int
    first: int
    cases: int


@dataclass(frozen=True)
class ShardRecords:
    """What a shard's run folder held."""

    results: bytes
    events: bytes


class _Client(Protocol):
    """What is used of `distributed.Client`, opened asynchronously."""

    def submit(self, run: Callable[..., ShardRecords], *arguments: object, ours: bool, pure: bool) -> Awaitable[ShardRecords]: ...

    async def cancel(self, futures: list[Awaitable[ShardRecords]]) -> None: ...

    async def ncores(self) -> dict[str, int]: ...

    async def wait_for_workers(self, n_workers: int, timeout: float) -> None: ...


async def run_on_cluster(
    address: str, vendor: Vendor, chosen: Sequence[Chosen], writer: RunWriter, progress: Progress | None, tell: Tell
) -> None:
    """Ask all cases that have no result yet. Raises UserError, VendorUnreachable; cancelled, it leaves a run to be resumed.

    `progress` None: nobody watches, and the results need not be read to be joined.
    """
    # a file of some of a shipped suite's cases has that suite's name
    if own := [f"{part.name} ({part.file})" for part in writer.manifest.suites if part.file]:
        raise UserError(f"suite {own[0]} is from a file of yours, which workers don't have: run it without --cluster")
    shipped = _ship(vendor)
    done = len(writer.done())  # results stand in the order of the cases, so these are the first ones
    merge = EventMerge()
    ours = bool(_LOCAL.fullmatch(address))
    try:
        async with _connected(address) as client:
            cores = await _cores(client, address)
            shards = tuple(_shards(chosen, done, cores))
            async for records in _run_all(client, shipped, writer.manifest, shards, AHEAD * cores, ours=ours):
                writer.results_of_part(records.results)
                if progress is not None:
                    for _, result in decode_lines(records.results.splitlines(), Result, RESULTS):
                        progress(result)
                for event in merge.part(event for _, event in decode_lines(records.events.splitlines(), Event, EVENTS)):
                    _note(writer, tell, event)
        for event in merge.end():
            _note(writer, tell, event)
    except asyncio.CancelledError:
        _note(writer, tell, Event("interrupted", now(), "stopped before the end; resume it with --resume"))
        raise


def run_shard(shipped: ShippedVendor, manifest: Manifest, shard: Shard, *, ours: bool) -> ShardRecords:
    """On a worker: run one shard and return what its run folder holds. `ours`: the worker does nothing else, for nobody else."""
    if ours:
        adopt()  # what the vendor's programs leave behind ends with the shard, as in a run without a cluster
    else:
        watch()
    suite: SuiteOf[Any] = any_suite(shard.suite)
    if (RULE_SET, suite.version) != (shard.rule_set, shard.version):
        raise UserError(
            f"a worker has rule set {RULE_SET} and version {suite.version} of suite {suite.name}, this run is of "
            f"{shard.rule_set} and version {shard.version}: install the same rtconform on every worker"
        )
    from distributed import get_worker  # noqa: PLC0415 - imported already, where there is a worker

    # in the worker's own folder, which dask clears away where a worker was killed
    with tempfile.TemporaryDirectory(prefix="rtconform-shard-", dir=get_worker().local_directory) as name:
        folder = Path(name)
        vendor = _unship(shipped, folder)
        part = Chosen(Slice(suite, shard.first, shard.cases), shard.seed, shard.cases)
        with RunWriter(folder / "run", manifest, resume=False) as writer, own_profiles(own_profiles_of(manifest)):
            asyncio.run(run(vendor, (part,), writer, _quiet, _quiet))
        return ShardRecords((folder / "run" / RESULTS).read_bytes(), (folder / "run" / EVENTS).read_bytes())


def _shards(chosen: Sequence[Chosen], done: int, cores: int) -> Iterator[Shard]:
    """The cases that are still to be asked, in order."""
    left = sum(part.size for part in chosen) - done
    size = max(SMALLEST, min(LARGEST, -(-left // (SHARDS_A_CORE * cores))))
    for part in chosen:
        first = min(done, part.size)
        done -= first
        for begin in range(first, part.size, size):
            cases = min(size, part.size - begin)
            yield Shard(part.suite.name, part.suite.version, RULE_SET, part.seed, begin, cases)


def _ship(vendor: Vendor) -> ShippedVendor:
    template = (vendor.template.name, vendor.template.text) if vendor.template else None
    try:
        return ShippedVendor(str(vendor.file.absolute()), vendor.file.read_bytes(), template)
    except OSError as error:
        raise UserError(f"{vendor.file}: {error.strerror}") from None


def _unship(shipped: ShippedVendor, folder: Path) -> Vendor:
    file = folder / "vendor.toml"
    file.write_bytes(shipped.text)
    if shipped.template:
        name, text = shipped.template
        path = folder / Path(name).name
        path.write_text(text, encoding="utf-8", newline="")
    vendor = load_vendor(file)
    return replace(vendor, file=Path(shipped.file)) if Path(shipped.file).parent.is_dir() else vendor


@asynccontextmanager
async def _connected(address: str) -> AsyncIterator["_Client"]:
    """A client of the cluster at `address`; one of processes here lives as long as the client."""
    local = _LOCAL.fullmatch(address)
    if not local and not _REMOTE.fullmatch(address):
        raise UserError(
            f"--cluster {address!r}: write tcp://HOST:PORT of a dask scheduler, or local:N for N processes on this machine"
        )
    try:
        import distributed  # noqa: PLC0415 - an optional extra, a second to import
    except ImportError:
        raise UserError("clusters need the extra cluster: pip install 'rtconform[cluster]'") from None
    connect: Callable[..., Any] = distributed.Client  # the library declares no types
    start: Callable[..., Any] = distributed.LocalCluster
    if not local:
        try:
            client = await connect(address, asynchronous=True, timeout=20)
        except (OSError, ValueError) as error:
            raise UserError(f"--cluster {address}: no dask scheduler answers there: {error}") from None
        async with client:
            yield client
        return
    try:  # anyone who can connect to a worker can have it run anything, so on this machine only we may connect
        make: Callable[[], Any] = distributed.Security.temporary  # the library declares no types
        security = make()
    except ImportError:
        raise UserError("clusters need the extra cluster: pip install 'rtconform[cluster]'") from None
    async with (
        start(
            n_workers=int(local[1]),
            threads_per_worker=1,
            processes=True,
            asynchronous=True,
            scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},  # several clusters may run side by side
            silence_logs=logging.CRITICAL,
            security=security,
            protocol="tls://",
        ) as cluster,
        connect(cluster, asynchronous=True) as client,
    ):
        yield client


def open_to_all(address: str) -> str:
    """A warning where a cluster's members can't tell who connects to them; empty: they can."""
    if not address.startswith(("tcp://", "ws://")):
        return ""
    return (
        f"--cluster {address}: the members of this cluster let anybody who reaches their ports run code; give them TLS (tls://, "
        "dask's own: distributed.comm.tls), or a network of their own"
    )


async def _cores(client: _Client, address: str) -> int:
    try:
        await client.wait_for_workers(1, timeout=30)
    except TimeoutError:
        raise UserError(f"--cluster {address}: the scheduler has no workers; start some with: dask worker {address}") from None
    return sum((await client.ncores()).values())


async def _run_all(
    client: _Client, shipped: ShippedVendor, manifest: Manifest, shards: Sequence[Shard], ahead: int, *, ours: bool
) -> AsyncIterator[ShardRecords]:
    """The records of all shards, in order. As many shards are under way as keep every core busy, and no more."""
    under_way: deque[Awaitable[ShardRecords]] = deque()
    try:
        for shard in shards:
            under_way.append(client.submit(run_shard, shipped, manifest, shard, ours=ours, pure=False))
            if len(under_way) >= ahead:
                yield await _result(under_way.popleft())
        while under_way:
            yield await _result(under_way.popleft())
    finally:
        await client.cancel(list(under_way))


async def _result(future: Awaitable[ShardRecords]) -> ShardRecords:
    from distributed import KilledWorker  # noqa: PLC0415 - imported already, where there is a client

    try:
        return await future
    except KilledWorker as error:
        raise UserError(f"a shard was given up, because every worker that it was given to ended: {error}") from None


def _note(writer: RunWriter, tell: Tell, event: Event) -> None:
    writer.event(event)
    tell(event)


def _quiet(happened: Result | Event) -> None:
    """Nobody watches a shard: its results come back whole."""
    del happened
