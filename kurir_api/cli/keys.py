"""Commands about keys, and about who is let in."""

from typing import Annotated

import typer

from kurir_api.cli.app import kurir
from kurir_api.cli.prepared import WRONG_SETTINGS, over_database, prepared
from kurir_api.services.keys.rotate import rotate
from kurir_api.services.keys.status import report, uses
from kurir_api.services.members.deactivate_member import deactivate_phone
from kurir_api.services.phones import e164
from kurir_api.services.sessions.sign_out_member import sign_out_phone
from kurir_api.worker import utc_now

keys = typer.Typer(no_args_is_help=True, help="The keys under which people's data is kept; docs/keys.md.")
kurir.add_typer(keys, name="keys")


@keys.command("status")
def keys_status() -> None:
    """Count what is under which key, and say which older key may be taken out, or when."""
    found = over_database(prepared(quiet=True), lambda: uses(utc_now()))
    typer.echo("\n".join(report(found)))


@keys.command("rotate")
def rotate_keys() -> None:
    """Put everything under the first keys of KURIR_ENCRYPTION_KEY and KURIR_INDEX_KEY, while Kurir runs. Every
    process must have the new keys first: docs/keys.md. Stopped, it goes on where it was when it is run again.
    """
    written = over_database(prepared(quiet=True), lambda: rotate(lambda line: typer.echo(line, err=True)))
    typer.echo(f"Everything is under the first keys; rows written: {written}. `kurir keys status` says what may go.")


@kurir.command("sign-out")
def sign_out(
    phone: Annotated[
        str | None, typer.Argument(metavar="PHONE", help="The member's number, such as 0812-3456-7890.")
    ] = None,
    everybody: Annotated[bool, typer.Option("--everybody", help="All members', such as after a restore.")] = False,
) -> None:
    """End all sessions of a member, such as one whose phone was stolen. They may sign in again: take the number's SIM
    card out of use first. Tokens of Firebase are revoked there.
    """
    if everybody == (phone is not None):
        typer.echo("Sebutkan nomornya, atau --everybody.\nGive a number, or --everybody.", err=True)
        raise typer.Exit(WRONG_SETTINGS)
    ended = over_database(prepared(), lambda: sign_out_phone(phone and e164(phone, "phone"), utc_now()))
    typer.echo(f"Sessions ended: {ended}.")


@kurir.command("deactivate")
def deactivate(
    phone: Annotated[str, typer.Argument(metavar="PHONE", help="The member's number, such as 0812-3456-7890.")],
) -> None:
    """Take a member out of the network at once, such as a coordinator who was dismissed: sessions end, phones get no
    pushes, what they had to do is open to others, and they can't sign in again until somebody invites them.
    """
    opened = over_database(prepared(), lambda: deactivate_phone(e164(phone, "phone"), utc_now()))
    typer.echo(f"Deactivated. Claims taken away: {opened}.")
