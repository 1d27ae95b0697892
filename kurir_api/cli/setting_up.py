"""Commands by which an office is set up, and set differently."""

from pathlib import Path
from typing import Annotated

import typer

from kurir_api.cli.app import kurir
from kurir_api.cli.prepared import REFUSED, WRONG_SETTINGS, over_database, prepared
from kurir_api.dispatch.policies import policies
from kurir_api.intake.channels import channel_names
from kurir_api.models import OrganizationKind
from kurir_api.services.drills.send_drill import send_drill
from kurir_api.services.imports import Order, import_kinds
from kurir_api.services.imports.report import imported
from kurir_api.services.members.set_up_office import SetUpOffice, add_organization, set_up_office
from kurir_api.services.tasks.set_policy import SetPolicy, set_policy
from kurir_api.services.threads.report_form import NAME as FORM
from kurir_api.services.threads.set_hotline import SetHotline, set_hotline
from kurir_api.worker import utc_now

HOTLINE_CHANNELS = (*channel_names(), FORM)


@kurir.command()
def set_up(
    regency: Annotated[str, typer.Option(metavar="CODE", help="33.02 is Banyumas, 33.05 Kebumen.")],
    office: Annotated[str, typer.Option(help="The office's own organisation.")],
    name: Annotated[str, typer.Option(help="The first administrator.")],
    phone: Annotated[str, typer.Option(help="The administrator's phone number, such as 0812-3456-7890.")],
) -> None:
    """Begin an office: its regions and facilities, its organisation, and an administrator, who invites the others.

    Again, it brings the places up to date and changes nothing else.
    """
    command = SetUpOffice(regency=regency, office=office, name=name, phone=phone)
    over_database(prepared(), lambda: set_up_office(command))
    typer.echo(f"{name} is an administrator of {regency} for {office}, and may sign in with {phone}.")


@kurir.command("add-organization")
def add_partner(
    regency: Annotated[str, typer.Option(metavar="CODE", help="The regency's code.")],
    name: Annotated[str, typer.Option(help="What it is called.")],
    kind: Annotated[OrganizationKind, typer.Option(help="What it is.")],
) -> None:
    """Add a partner of the office; then members can be invited to it."""
    over_database(prepared(), lambda: add_organization(regency, name, kind))
    typer.echo(f"{name} is a partner of {regency}.")


@kurir.command("import")
def import_rows(  # noqa: PLR0917 - options, each by its name
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"One of {', '.join(import_kinds())}.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV in UTF-8, with a header; docs/imports.md.")],
    regency: Annotated[
        str | None, typer.Option(metavar="CODE", help="Whose they are, such as 33.02; the regency is there already.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, and write nothing.")] = False,
    refused: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write refused rows' lines and reasons there, as CSV."),
    ] = None,
    complete: Annotated[
        bool, typer.Option("--complete", help="The file holds all there are; only for a registry of people.")
    ] = False,
) -> None:
    """Bring a file's rows into the database; again, it changes nothing. Rows that can't be used are named with what
    to mend, and the others are imported. Status 1: there were some, or nothing was imported.
    """
    order = Order(kind=kind, file=file, regency=regency, dry_run=dry_run, now=utc_now(), complete=complete)
    report = over_database(prepared(quiet=True), lambda: imported(order, refused))
    typer.echo("\n".join(report.lines))
    if report.outcome.refused:
        raise typer.Exit(REFUSED)


@kurir.command("set-policy")
def choose_policy(
    regency: Annotated[str, typer.Argument(metavar="REGENCY", help="The regency's code, such as 33.02.")],
    policy: Annotated[str, typer.Argument(metavar="POLICY", help=f"One of {', '.join(sorted(policies()))}.")],
    kind: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Only for this kind of task, such as AMBULANCE_RUN; default every other."),
    ] = None,
    weekly_alerts: Annotated[
        int | None,
        typer.Option(help="Alerts that a member gets in seven days at most, emergencies apart; default as it is."),
    ] = None,
) -> None:
    """Choose whom the waves of a regency alert, from the next wave on; docs/dispatch.md describes the policies."""
    command = SetPolicy(regency=regency, policy=policy, kind=kind, weekly_alerts=weekly_alerts)
    limit = over_database(prepared(), lambda: set_policy(command))
    typer.echo(
        f"{regency} follows {policy} for {kind or 'every kind without a policy of its own'}; "
        f"a member gets at most {limit} alerts in seven days, emergencies apart."
    )


@kurir.command()
def hotline(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help=f"One of {', '.join(HOTLINE_CHANNELS)}.")],
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="As its provider calls it: docs/channels.md.")],
    regency: Annotated[
        str | None, typer.Argument(metavar="REGENCY", help="The regency's code, such as 33.02.")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Forget the address.")] = False,
) -> None:
    """Say for which regency the messages are that arrive at an address, such as a WhatsApp number's id, where offices
    of several regencies share one Kurir. Again, it changes the regency.
    """
    if remove == (regency is not None):
        typer.echo("Sebutkan kabupatennya, atau --remove.\nName a regency, or --remove.", err=True)
        raise typer.Exit(WRONG_SETTINGS)
    command = SetHotline(channel=channel, address=address, regency=regency, channels=HOTLINE_CHANNELS)
    changed = over_database(prepared(), lambda: set_hotline(command))
    state = f"is for {regency}" if regency else "is nobody's any more"
    typer.echo(f"{channel} {address} {state}." if changed else f"Nothing to do: {channel} {address} {state}.")


@kurir.command()
def drill(
    regency: Annotated[str, typer.Argument(metavar="REGENCY", help="The regency's code, such as 33.02.")],
) -> None:
    """Send the test alert now to every volunteer on duty in a regency, to learn whom alerts reach. An hour later the
    API's `reachability` tells coordinators and reviewers whom it reached, and how fast.
    """
    members = over_database(prepared(), lambda: send_drill(regency, utc_now()))
    typer.echo(f"The test alert goes to {members} members on duty in {regency}, as soon as a worker sends it.")
