"""Commands by which an office accounts for people's data: who read it, and what a person may ask for."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from kurir_api.cli.app import audit, privacy
from kurir_api.cli.prepared import REFUSED, WRONG_SETTINGS, over_database, prepared
from kurir_api.models import Patient
from kurir_api.services.accesses.verify import Head, Verified, verify
from kurir_api.services.accesses.who import lines_of_accesses
from kurir_api.services.privacy.breach_scope import Period, Scope, breach_scope
from kurir_api.services.privacy.erase import Erasure, erase
from kurir_api.services.privacy.export import export
from kurir_api.services.privacy.finding import member_named, patient_named, patients_named
from kurir_api.worker import utc_now

ASKED = "-"
"""In place of a patient's id: the NIK is asked for, since what stands in a command line others can read."""

WHOM = "The patient's id, as the app or a list has it; - asks for the NIK."
Named = Annotated[str, typer.Argument(metavar="PATIENT", help=WHOM)]
Moment = Annotated[datetime | None, typer.Option(metavar="TIME", help="Such as 2026-01-31T08:00; UTC.")]


@audit.command("verify")
def verify_log(
    regency: Annotated[
        str | None, typer.Argument(metavar="REGENCY", help="Its code, such as 33.02; default all.")
    ] = None,
    head: Annotated[
        str | None,
        typer.Option(metavar="NUMBER:DIGEST", help="As it was printed before: finds rows cut off at the end."),
    ] = None,
) -> None:
    """Reckon the log of accesses again, and name each row that was altered, taken out or put in. Prints where each
    log stands: note it down where nobody who administers the database can change it. Status 1: something is wrong.
    """

    async def work() -> list[Verified]:
        return await verify(regency, None if head is None else Head.of(head))

    found = over_database(prepared(quiet=True), work)
    for log in found:
        for fault in log.faults:
            typer.echo(f"{log.regency}: {fault}")
        typer.echo(f"{log.regency}: {log.rows} rows, head {log.head}")
    if any(log.faults for log in found):
        raise typer.Exit(REFUSED)


@audit.command("who")
def who(
    patient: Annotated[
        str,
        typer.Option(metavar="PATIENT", help=WHOM),
    ],
    since: Moment = None,
) -> None:
    """Print who read and wrote a patient's data, and why, by the regency's clock."""
    named = _named(patient)

    async def work() -> list[str]:
        return await lines_of_accesses(await patients_named(named), _utc(since))

    typer.echo("\n".join(over_database(prepared(quiet=True), work)) or "Nobody.")


@privacy.command("export")
def export_person(
    patient: Named,
    file: Annotated[Path, typer.Option("-o", metavar="FILE", help="A new file; JSON.")],
) -> None:
    """Write all that is held about a patient into a file, for the patient. It is opened: hand it over safely."""
    named = _named(patient)

    async def work() -> bytes:
        return await export(await patient_named(named), utc_now())

    _written(file, over_database(prepared(quiet=True), work))


@privacy.command("erase")
def erase_person(
    patient: Named,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask for the id again.")] = False,
) -> None:
    """Remove a patient's data for good, and say what was removed and what stays. Again, it removes what came since.
    Not while a case is open.
    """
    named = _named(patient)
    found: Patient = over_database(prepared(quiet=True), lambda: patient_named(named))
    if not yes:
        typer.echo(f"This can't be undone. The patient's id is {found.id}.")
        if typer.prompt("Type it to go on", confirmation_prompt="Once more") != str(found.id):
            typer.echo("Nothing was removed.", err=True)
            raise typer.Exit(REFUSED)
    erasure: Erasure = over_database(prepared(quiet=True), lambda: erase(found, utc_now()))
    for what, count in erasure.removed.items():
        typer.echo(f"Removed: {what}, {count}")
    for what in erasure.stays:
        typer.echo(f"Stays: {what}")


@privacy.command("breach-scope")
def scope_of_breach(
    since: Annotated[datetime, typer.Option(metavar="TIME", help="From when on, such as 2026-01-31T08:00; UTC.")],
    until: Moment = None,
    member: Annotated[
        str | None, typer.Option(metavar="MEMBER", help="The account: the member's number, or id; default all.")
    ] = None,
    noticed: Moment = None,
    file: Annotated[
        Path | None, typer.Option("-o", metavar="FILE", help="A new file; default standard output.")
    ] = None,
) -> None:
    """Write whose data was read in a period, and which fields, as CSV; and until when to notify them, and how many
    others the account could have seen of what isn't logged.
    """
    now = utc_now()

    async def work() -> Scope:
        account = None if member is None else await member_named(member)
        period = Period(since=_utc(since) or now, until=_utc(until) or now, member=account)
        return await breach_scope(period, _utc(noticed) or now)

    scope: Scope = over_database(prepared(quiet=True), work)
    if file is None:
        typer.echo(scope.csv, nl=False)
    else:
        _written(file, scope.csv.encode())
    typer.echo(
        f"Patients: {scope.patients}. Notify by {scope.notify_by:%Y-%m-%d %H:%M} UTC (UU 27/2022 art. 46).\n"
        "The log doesn't hold who read names in lists, reports and their conversations, reasons in timelines, "
        "titles of tasks, notes of costs and pictures of receipts. "
        f"Of these at most: {scope.nameable} patients by name, {scope.reports} reports with their reporters. "
        "Decide whether they are told, too.",
        err=True,
    )


def _named(patient: str) -> str:
    return str(typer.prompt("NIK", hide_input=True)) if patient == ASKED else patient


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=utc_now().tzinfo)


def _written(file: Path, content: bytes) -> None:
    """Into a new file that nobody else may read."""
    try:
        file.touch(mode=0o600, exist_ok=False)
        file.write_bytes(content)
    except OSError as error:
        typer.echo(f"{file} can't be written ({error.strerror}).", err=True)
        raise typer.Exit(WRONG_SETTINGS) from error
