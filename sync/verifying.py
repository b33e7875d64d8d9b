"""`ronda verify`: checks an exported ledger with no server and no database. Knows no store.

Exits 0 when every event, receipt and checkpoint holds, 1 when something is wrong and it can say what.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath

import click

from . import slips
from .keys import DEVICE, OFFICE, Keyring
from .ledger import ChainProblem, ChainReport, Checkpoint, Manifest, Receipt
from .ledger import verify as judge
from .ledger.manifest import KINDS
from .ledger_folder import Folder, NotAnExport, read_export, read_keys, read_statements, write_export

__all__ = ["verdict_on", "verify", "write_export"]

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def verdict_on(
    folder: Folder,
    *,
    receipts: list[Receipt] | None = None,
    checkpoints: list[Checkpoint] | None = None,
    keys: Keyring | None = None,
) -> ChainReport:
    """The verdict on an export, held against receipts, checkpoints and keys from outside it.

    With keys from outside, a key of the export counts only when one of them endorses it.
    """
    own = folder.keys or Keyring()
    report = judge(
        folder.entries,
        receipts=[*folder.receipts, *(receipts or [])],
        checkpoints=folder.checkpoints,
        outside=checkpoints or [],
        erasures=folder.erasures,
        keys=own if keys is None else keys.trusting(own),
        manifest=folder.manifest,
    )
    unreadable = [
        ChainProblem("unreadable", one.incarnation, one.n, f"{one.file}, line {one.line}: {one.why}")
        for one in folder.unreadable
    ]
    unreadable += _files(folder)
    if not folder.entries and not unreadable and not report.problems:
        # Nothing was checked, and nothing held is not everything holding.
        unreadable = [ChainProblem("empty", "", 0, "there are no events here")]
    notes = list(report.notes)
    if keys is None and any(key.purpose == OFFICE for key in own.keys):
        names = ", ".join(key.id for key in own.keys if key.purpose == OFFICE)
        notes.append(
            ChainProblem(
                "own_keys", "", 0, f"the office's keys come from the export itself; compare them: {names}"
            )
        )
    return replace(report, problems=(*unreadable, *report.problems), notes=tuple(notes))


def _files(folder: Folder) -> Iterator[ChainProblem]:
    """Each file the manifest names beside the ledger: is it there, and as it was?"""
    if folder.manifest is None or folder.path is None:
        return
    for name, digest in folder.manifest.files:
        parts = PurePosixPath(name).parts
        path = folder.path.joinpath(*parts)
        if not parts or PurePosixPath(name).is_absolute() or ".." in parts or "\\" in name or ":" in name:
            yield ChainProblem("bad_manifest", "", 0, f"it names a file outside the export: {name}")
        elif not path.is_file():
            yield ChainProblem("missing", "", 0, f"the file {name}, which the manifest names, is not there")
        elif sha256(path.read_bytes()).hexdigest() != digest:
            yield ChainProblem("changed", "", 0, f"the file {name} is not the one the manifest names")


@click.command()
@click.argument("path", metavar="[DIR_OR_FILE]", required=False, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--checkpoint", "checkpoint_files", multiple=True, type=FILE, help="Checkpoint held by someone else."
)
@click.option(
    "--receipts", "receipt_files", multiple=True, type=FILE, help="Receipts held outside, one a line."
)
@click.option("--keys", "keys_file", type=FILE, help="The office's public keys, held outside the export.")
@click.option("--kind", type=click.Choice(KINDS), help="Fail unless the export is of this kind.")
@click.option("--slip", metavar="TOKEN", help="Check a printed slip instead, by its token, with --keys.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def verify(
    ctx: click.Context,
    path: Path | None,
    checkpoint_files: tuple[Path, ...],
    receipt_files: tuple[Path, ...],
    keys_file: Path | None,
    kind: str | None,
    slip: str | None,
    as_json: bool,
) -> None:
    """Check an exported ledger: the folder, or its ledger.jsonl alone.

    Names every event changed, missing, inserted, moved or cut, and every fork. Only receipts,
    checkpoints and keys held outside the export are proof against someone who rewrote it whole.
    Says which kind of export it is: an office's (everything), a laptop's own, or evidence for a visit.
    """
    if slip is not None and path is None:
        ctx.exit(_slip(slip, keys_file, as_json))
    if path is None or slip is not None:
        raise click.ClickException("name an exported ledger to check, or a slip with --slip and --keys")
    try:
        folder = read_export(path)
        report = verdict_on(
            folder,
            receipts=[one for file in receipt_files for one in read_statements(file, Receipt.from_json)],
            checkpoints=[
                one for file in checkpoint_files for one in read_statements(file, Checkpoint.from_json)
            ],
            keys=None if keys_file is None else read_keys(keys_file),
        )
    except NotAnExport as wrong:
        raise click.ClickException(str(wrong)) from wrong
    except OSError as wrong:
        raise click.ClickException(f"{wrong.filename} cannot be read: {wrong.strerror}") from wrong
    found = None if report.manifest is None else report.manifest.kind
    if kind is not None and found != kind:
        other = ChainProblem(
            "other_kind", "", 0, f"the export says it is {found or 'of no kind'}, not {kind}"
        )
        report = replace(report, problems=(other, *report.problems))
    click.echo(json.dumps(report.to_json(), ensure_ascii=False) if as_json else _told(report, folder))
    ctx.exit(0 if report.ok else 1)


def _slip(said: str, keys_file: Path | None, as_json: bool) -> int:
    """Print what a slip's token proves with these keys; 0 when it is genuine."""
    if keys_file is None:
        raise click.ClickException("a slip is checked against public keys: name the file with --keys")
    token = said.strip().rpartition("/")[2]
    try:
        ring = read_keys(keys_file)
        slip, _ = slips.read_token(token)
        purpose = DEVICE if ring.find(slip.key_id, DEVICE) is not None else OFFICE
        standing, slip = slips.judge_token(token, ring, purpose, datetime.now(UTC))
    except (slips.NotASlip, NotAnExport) as wrong:
        raise click.ClickException(str(wrong)) from wrong
    told = {
        "standing": str(standing),
        "agent": "" if slip.agent == slips.NO_AGENT else slip.agent,
        "day": slip.day.isoformat(),
        "made": slip.made.isoformat(),
        "key": slip.key_id,
        "code": slips.shown(slips.code_of(token)),
    }
    lines = [f"{name}: {value or 'nobody'}" for name, value in told.items()]
    click.echo(json.dumps(told) if as_json else "\n".join(lines))
    return 0 if standing is slips.Standing.GENUINE else 1


def _told(report: ChainReport, folder: Folder) -> str:
    lines = [
        _kind(report.manifest),
        f"{report.events} events in {len(report.heads)} installations, "
        f"{len(folder.receipts)} receipts, {len(folder.checkpoints)} checkpoints.",
    ]
    if report.erased or report.withheld:
        lines.append(f"{report.erased} erased, {report.withheld} withheld.")
    lines += [_line(problem) for problem in report.problems]
    lines += [f"note: {_line(note)}" for note in report.notes]
    lines += [str(one) for one in report.outside]
    lines.append("Everything holds." if report.ok else f"{len(report.problems)} problems found.")
    return "\n".join(lines)


def _kind(manifest: Manifest | None) -> str:
    if manifest is None:
        return "An export that does not say of which kind it is; judged as an office's full one."
    kinds = {
        "office": "An office's full export",
        "laptop": "A laptop's own export",
        "evidence": f"Evidence for event {manifest.about}",
    }
    by = "not signed" if manifest.key_id is None else f"signed with key {manifest.key_id}"
    return f"{kinds[manifest.kind]}, made {manifest.at:%Y-%m-%d %H:%M:%SZ}, {by}."


def _line(problem: ChainProblem) -> str:
    if not problem.incarnation:
        return f"{problem.kind}: {problem.detail}"
    last = "" if problem.until in (None, problem.n) else f"-{problem.until}"
    return f"{problem.kind}: {problem.incarnation} event {problem.n}{last}: {problem.detail}"
