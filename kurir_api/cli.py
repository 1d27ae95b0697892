"""The `kurir` command."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import structlog
import typer
from typer.core import TyperGroup

from kurir_api.app import create_app
from kurir_api.auth import issue_token, principal_of_phone
from kurir_api.database import connected, database_url, pending_migrations
from kurir_api.database import migrate as migrate_database
from kurir_api.demo.client import WalkFailed
from kurir_api.demo.run import run_demo, run_walk
from kurir_api.dispatch.doctor import examine
from kurir_api.dispatch.policies import policies
from kurir_api.dispatch.senders import PushSender, sender_named
from kurir_api.dispatch.travel import opened_roads
from kurir_api.errors import ClientError
from kurir_api.intake.channels import channel_names
from kurir_api.logs import configure_logging
from kurir_api.models import OrganizationKind
from kurir_api.schema import build_schema
from kurir_api.server import Server, base_url, listening, serve_in_processes
from kurir_api.services.contributions.books import faults_of_books
from kurir_api.services.drills.send_drill import send_drill
from kurir_api.services.imports import Order, import_kinds
from kurir_api.services.imports.report import imported
from kurir_api.services.members.set_up_office import SetUpOffice, add_organization, set_up_office
from kurir_api.services.phones import e164
from kurir_api.services.statistics import report
from kurir_api.services.tasks.set_policy import SetPolicy, set_policy
from kurir_api.services.tasks.suggested_assignments import suggestion_lines
from kurir_api.services.threads.given_up import drop_given_up, read_given_up, retry_given_up
from kurir_api.services.threads.report_form import NAME as FORM
from kurir_api.services.threads.set_hotline import SetHotline, set_hotline
from kurir_api.settings import Settings, SettingsError, load_settings
from kurir_api.simulate.command import Options, Refused, checked, simulated
from kurir_api.vault import open_vault
from kurir_api.worker import equipped, utc_now

WRONG_SETTINGS = 2
REFUSED = 1
HOTLINE_CHANNELS = (*channel_names(), FORM)
T = TypeVar("T")


class _Commands(TyperGroup):
    """Wrong settings are the operator's to mend: the lines that say how, and no traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            typer.echo(f"Kurir can't start:\n{error}", err=True)
            raise typer.Exit(WRONG_SETTINGS) from error


kurir = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Kurir: an office and its partners accompany patients. Settings are environment variables, KURIR_...; "
    "see .env.example. Without any, Kurir runs for development, with a PostgreSQL of its own.",
)

books = typer.Typer(no_args_is_help=True, help="The books of work and money.")
kurir.add_typer(books, name="books")
inbox = typer.Typer(no_args_is_help=True, help="Messages that could not be dealt with, as `kurir doctor` lists them.")
kurir.add_typer(inbox, name="inbox")


def main() -> None:
    """The console script."""
    # Without a handler of ours the process would end at once, and leave the embedded PostgreSQL running.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    kurir()


@kurir.command()
def serve(
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Processes that answer side by side; one per CPU core is plenty.")
    ] = 1,
) -> None:
    """Answer the apps and the console, at KURIR_HOST and KURIR_PORT, until stopped with Ctrl-C or SIGTERM."""
    settings = _prepared()
    asyncio.run(_fit_tables(settings))
    with listening(settings) as listener:
        structlog.get_logger("kurir.serve").info("listening", url=base_url(listener))
        if workers == 1:
            asyncio.run(Server(create_app(settings), settings).serve([listener]))
        else:
            serve_in_processes(listener, settings, workers)


@kurir.command()
def worker() -> None:
    """Send alerts and notifications when they are due, until stopped. Run one or more beside `kurir serve`."""
    settings = _prepared()
    asyncio.run(_work(settings))


@kurir.command()
def demo(
    walk: Annotated[
        bool, typer.Option("--walk", help="Play the main job through the API, say what happens, and end.")
    ] = False,
) -> None:
    """Try Kurir out: the api and a worker over two regencies and invented people, until stopped with Ctrl-C."""
    settings = _prepared(quiet=True)
    try:
        asyncio.run((run_walk if walk else run_demo)(settings, _sender(settings), typer.echo))
    except WalkFailed as error:
        typer.echo(f"The walk ended early. {error}", err=True)
        raise typer.Exit(REFUSED) from error


@kurir.command()
def migrate(
    to: Annotated[
        str | None,
        typer.Option(metavar="NAME", help='Go to this migration, up or down; "zero" removes every table and row.'),
    ] = None,
) -> None:
    """Bring the database's tables up to this release. Run it before the first start and after every update."""
    settings = _prepared()
    try:
        done = asyncio.run(migrate_database(database_url(settings), to))
    except ValueError as error:
        typer.echo(f"There is no migration called {to}: {error}", err=True)
        raise typer.Exit(REFUSED) from error
    typer.echo("\n".join(done) or "Nothing to do: the tables fit this release.")


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
    _over_database(_prepared(), lambda: set_up_office(command))
    typer.echo(f"{name} is an administrator of {regency} for {office}, and may sign in with {phone}.")


@kurir.command("add-organization")
def add_partner(
    regency: Annotated[str, typer.Option(metavar="CODE", help="The regency's code.")],
    name: Annotated[str, typer.Option(help="What it is called.")],
    kind: Annotated[OrganizationKind, typer.Option(help="What it is.")],
) -> None:
    """Add a partner of the office; then members can be invited to it."""
    _over_database(_prepared(), lambda: add_organization(regency, name, kind))
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
    report = _over_database(_prepared(quiet=True), lambda: imported(order, refused))
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
    limit = _over_database(_prepared(), lambda: set_policy(command))
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
    changed = _over_database(_prepared(), lambda: set_hotline(command))
    state = f"is for {regency}" if regency else "is nobody's any more"
    typer.echo(f"{channel} {address} {state}." if changed else f"Nothing to do: {channel} {address} {state}.")


@kurir.command()
def drill(
    regency: Annotated[str, typer.Argument(metavar="REGENCY", help="The regency's code, such as 33.02.")],
) -> None:
    """Send the test alert now to every volunteer on duty in a regency, to learn whom alerts reach. An hour later the
    API's `reachability` tells coordinators and reviewers whom it reached, and how fast.
    """
    members = _over_database(_prepared(), lambda: send_drill(regency, utc_now()))
    typer.echo(f"The test alert goes to {members} members on duty in {regency}, as soon as a worker sends it.")


@kurir.command()
def suggest(
    region: Annotated[str, typer.Option(metavar="CODE", help="33.02 is Banyumas, 33.02.23 a sub-district.")],
) -> None:
    """Show who could take all the open tasks of a region with the least travel, and what taking them one by one would
    come to. Nothing is changed and nobody is told: coordinators assign.
    """
    settings = _prepared()

    async def lines() -> list[str]:
        async with opened_roads(settings.router_url) as roads:
            return await suggestion_lines(region, utc_now(), roads)

    typer.echo("\n".join(_over_database(settings, lines)))


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
        lines = _over_database(_prepared(), lambda: report.statistics_report(order, utc_now()))
    except report.Unusable as error:
        typer.echo(error, err=True)
        raise typer.Exit(WRONG_SETTINGS) from error
    typer.echo("\n".join(lines))


@kurir.command()
def token(
    phone: Annotated[str, typer.Option(help="The member's phone number, such as 0812-3456-7890.")],
) -> None:
    """Print an access token for a member, to try the API with. It is as good as the member's own: keep it safe."""
    settings = _prepared()
    principal = _over_database(settings, lambda: principal_of_phone(e164(phone, "phone")))
    typer.echo(issue_token(settings, principal.member_id))


@kurir.command()
def doctor() -> None:
    """List every open task, claim, alarm, message and report that nothing would take up again, or that nobody answers
    for. Nothing printed and status 0: all is well. Status 1: there are some.
    """
    findings = _over_database(_prepared(), lambda: examine(utc_now()))
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
    retried = _over_database(_prepared(), lambda: retry_given_up(message, utc_now()))
    typer.echo(f"Messages to be tried again: {retried}.")


@inbox.command("show")
def show_inbox(message: GivenUp) -> None:
    """Print all that is kept of a message that was given up: what somebody in need wrote. Keep it from others."""
    typer.echo(_over_database(_prepared(), lambda: read_given_up(message)))


@inbox.command("drop")
def drop_inbox(message: GivenUp) -> None:
    """Forget a message that was given up, once somebody took care of who wrote it."""
    _over_database(_prepared(), lambda: drop_given_up(message))
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
    faults = _over_database(_prepared(), lambda: faults_of_books(regency))
    for fault in faults:
        typer.echo(fault)
    if faults:
        raise typer.Exit(REFUSED)


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
    typer.echo(
        simulated(order, order.invented or _over_database(_prepared(), lambda: order.past(utc_now()))), nl=False
    )


@kurir.command()
def export_schema(
    file: Annotated[Path | None, typer.Argument(help="Where to write it; default standard output.")] = None,
) -> None:
    """Write the GraphQL schema in GraphQL's own language, for those who write clients."""
    text = f"{build_schema().as_str()}\n"
    if file is None:
        typer.echo(text, nl=False)
        return
    try:
        file.write_text(text)
    except OSError as error:
        typer.echo(f"{file} can't be written ({error.strerror}).", err=True)
        raise typer.Exit(REFUSED) from error


def _prepared(*, quiet: bool = False) -> Settings:
    """`quiet`: what it prints is for people, who needn't read of every request unless they ask for it."""
    settings = load_settings()
    quiet = quiet and "log_level" not in settings.model_fields_set
    configure_logging(settings.model_copy(update={"log_level": "WARNING"}) if quiet else settings)
    return settings


async def _fit_tables(settings: Settings) -> None:
    """Migrate a database of our own; refuse to work with another that lacks migrations. Raises SettingsError."""
    url = database_url(settings)
    if settings.database_url is None:
        await migrate_database(url)
        return
    async with connected(url, minsize=1, maxsize=1):
        pending = await pending_migrations()
    if pending:
        raise SettingsError(
            f"The database's tables don't fit this release; missing: {', '.join(pending)}. Run: kurir migrate"
        )


def _over_database(settings: Settings, work: Callable[[], Awaitable[T]]) -> T:
    """What `work` gives over the office's database; a refusal is told in both languages and ends the command."""

    async def done() -> T:
        await _fit_tables(settings)
        open_vault(settings)
        async with connected(database_url(settings), minsize=1, maxsize=1):
            return await work()

    try:
        return asyncio.run(done())
    except ClientError as error:
        typer.echo(f"{error.message('id')}\n{error.message('en')}", err=True)
        raise typer.Exit(REFUSED) from error


async def _work(settings: Settings) -> None:
    await _fit_tables(settings)
    open_vault(settings)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with equipped(settings, _sender(settings)) as working:
        structlog.get_logger("kurir.worker").info("working")
        await working.run(stop)


def _sender(settings: Settings) -> PushSender:
    credentials = settings.firebase_credentials
    return sender_named(
        settings.push_sender,
        credentials=str(credentials) if credentials else None,
        project_id=settings.firebase_project,
    )
