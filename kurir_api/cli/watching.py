"""Commands that say how things stand, and mend what they find."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from kurir_api.cli.app import books, inbox, kurir
from kurir_api.cli.prepared import REFUSED, WRONG_SETTINGS, over_database, prepared
from kurir_api.dispatch.doctor import examine
from kurir_api.dispatch.travel import opened_roads
from kurir_api.services.contributions.books import faults_of_books
from kurir_api.services.statistics import report
from kurir_api.services.tasks.suggested_assignments import suggestion_lines
from kurir_api.services.threads.given_up import drop_given_up, read_given_up, retry_given_up
from kurir_api.simulate.command import Options, Refused, checked, simulated
from kurir_api.worker import utc_now


@kurir.command()
def doctor() -> None:
    """List every open task, claim, alarm, message and report that nothing would take up again, or that nobody answers
    for. Nothing printed and status 0: all is well. Status 1: there are some.
    """
    findings = over_database(prepared(), lambda: examine(utc_now()))
    for finding in findings:
        typer.echo(f"{finding.item}: {finding.problem}")
    if findings:
        raise typer.Exit(REFUSED)


GivenUp = Annotated[UUID, typer.Argument(metavar="ID", help="As `kurir doctor` lists it.")]


@inbox.command("retry")
def retry_inbox(
    message: Annotated[UUID | None, typer.Argument(metavar="ID", help="Only this one; default all.")] = None,
) -> None:
    """Have messages that were given up dealt with again, such as after an update that mends the fault."""
    retried = over_database(prepared(), lambda: retry_given_up(message, utc_now()))
    typer.echo(f"Messages to be tried again: {retried}.")


@inbox.command("show")
def show_inbox(message: GivenUp) -> None:
    """Print all that is kept of a message that was given up: what somebody in need wrote. Keep it from others."""
    typer.echo(over_database(prepared(), lambda: read_given_up(message)))


@inbox.command("drop")
def drop_inbox(message: GivenUp) -> None:
    """Forget a message that was given up, once somebody took care of who wrote it."""
    over_database(prepared(), lambda: drop_given_up(message))
    typer.echo("Forgotten.")


@books.command("verify")
def verify_books(
    regency: Annotated[
        str | None, typer.Argument(metavar="REGENCY", help="Only this one's, such as 33.02; default all.")
    ] = None,
) -> None:
    """Recompute the digest of every closed month, and check that every transaction sums up to zero and that costs and
    pledges are as they were booked. Nothing printed and status 0: all is well. Status 1: it isn't.
    """
    faults = over_database(prepared(), lambda: faults_of_books(regency))
    for fault in faults:
        typer.echo(fault)
    if faults:
        raise typer.Exit(REFUSED)


@kurir.command()
def statistics(
    region: Annotated[str, typer.Argument(metavar="REGION", help="33.02 is Banyumas, 33.02.23 a sub-district.")],
    first: Annotated[str, typer.Option("--from", metavar="DATE", help="The first day, such as 2026-01-01.")],
    last: Annotated[str, typer.Option("--to", metavar="DATE", help="The last day, which is included.")],
    csv: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Also write the tables there, as CSV.")] = None,
    charts: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Also draw the charts there, as SVG.")] = None,
) -> None:
    """Show what was done and spent in a region, exactly: for its office only.

    docs/statistics.md explains the figures.
    """
    try:
        order = report.checked(region, first, last, csv, charts)
        lines = over_database(prepared(), lambda: report.statistics_report(order, utc_now()))
    except report.Unusable as error:
        typer.echo(error, err=True)
        raise typer.Exit(WRONG_SETTINGS) from error
    typer.echo("\n".join(lines))


@kurir.command()
def suggest(
    region: Annotated[str, typer.Option(metavar="CODE", help="33.02 is Banyumas, 33.02.23 a sub-district.")],
) -> None:
    """Show who could take all the open tasks of a region with the least travel, and what taking them one by one would
    come to. Nothing is changed and nobody is told: coordinators assign.
    """
    settings = prepared()

    async def lines() -> list[str]:
        async with opened_roads(settings.router_url) as roads:
            return await suggestion_lines(region, utc_now(), roads)

    typer.echo("\n".join(over_database(settings, lines)))


@kurir.command()
def simulate(  # noqa: PLR0917 - options, each by its name
    regency: Annotated[str, typer.Option(help="banyumas or kebumen.")] = "banyumas",
    policy: Annotated[list[str] | None, typer.Option(help="Again for more; default all of them.")] = None,
    members: Annotated[int | None, typer.Option(help="How many people to invent; default 139.")] = None,
    tasks_per_week: Annotated[float | None, typer.Option(help="How many tasks to invent; default 12.")] = None,
    weeks: Annotated[int | None, typer.Option(help="For how long; default 26.")] = None,
    weekly_alerts: Annotated[int | None, typer.Option(help="At most so many for a member; default 4.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same table.")] = 1,
    seeds: Annotated[int, typer.Option(help="Play so many, put together; adaptive is compared to nearest.")] = 1,
    processes: Annotated[int | None, typer.Option(help="Side by side; default one per CPU core.")] = None,
    form: Annotated[str, typer.Option("--format", help="text or csv.")] = "text",
    chart: Annotated[Path | None, typer.Option(help="Also draw how soon tasks are claimed, as an SVG.")] = None,
    bound: Annotated[
        bool, typer.Option("--bound", help="Also what would be, were all asked at once who never tire.")
    ] = False,
    replay: Annotated[bool, typer.Option("--replay", help="Play the database's tasks and members instead.")] = False,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Default 30 days before --until.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="That day not included; default now.")] = None,
) -> None:
    """Try dispatch policies on a regency: how soon tasks are claimed, how often people are alerted, how evenly.

    docs/simulation.md explains the model and the table.
    """
    options = Options(
        regency=regency,
        policies=policy or (),
        members=members,
        tasks_per_week=tasks_per_week,
        weeks=weeks,
        weekly_alerts=weekly_alerts,
        seed=seed,
        seeds=seeds,
        processes=processes,
        format=form,
        chart=chart,
        bound=bound,
        replay=replay,
        since=since,
        until=until,
    )
    try:
        order = checked(options, utc_now())
    except Refused as error:
        typer.echo(error, err=True)
        raise typer.Exit(WRONG_SETTINGS) from error
    typer.echo(simulated(order, order.invented or over_database(prepared(), lambda: order.past(utc_now()))), nl=False)
