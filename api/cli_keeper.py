"""The keeper's work: `forget`, `retention`, `backup`, `restore`, `user`, `token`.

Takes a park file and whom or what it is about. Passwords are asked for, read from standard input,
or made and shown once; they are never arguments. What the store removes, keeps and audits is
decided there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.accounts import (
    TOKEN_LIFE_DAYS,
    Belongs,
    add_account,
    close_account,
    find_account,
    open_account,
    reset_password,
)
from api.accounts import add_token as make_token
from api.cli_park import open_workspace, read_deployment
from api.cli_session import KEEPER, OUT, ParkArgument, ask_secret, now, print_table
from geo_risk.records import Role
from geo_risk.settings import Settings
from geo_risk.store import Forgotten
from geo_risk.store import restore as restore_backup

_user = typer.Typer(help="Accounts: add, list, password, disable.", no_args_is_help=True)
_token = typer.Typer(help="Bearer tokens: add, list, revoke.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="As typed at sign-in.")]
RoleOption = Annotated[Role, typer.Option(help="What the account is.", show_default=False)]
EnterpriseOption = Annotated[
    str, typer.Option(help="Id of the enterprise, for the role enterprise.", show_default=False)
]
RandomOption = Annotated[bool, typer.Option("--random", help="Make a password and show it once.")]


def register(app: typer.Typer) -> None:
    """Add this topic's commands."""
    app.command()(forget)
    app.command()(retention)
    app.command()(backup)
    app.command()(restore)
    app.add_typer(_user, name="user")
    app.add_typer(_token, name="token")


def forget(
    park: ParkArgument,
    subject: Annotated[
        str, typer.Argument(metavar="ID", help="Record whose person data goes.", show_default=False)
    ],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove a person's data from store, files and later restores; no figure changes."""
    if not yes:
        typer.confirm(f"Remove all person data of {subject}? This cannot be undone.", abort=True)
    with open_workspace(park) as workspace:
        _print_forgotten(workspace.store.forget(subject, actor=KEEPER, at=now()))


def retention(park: ParkArgument) -> None:
    """Remove person data whose time has come; run it every night."""
    with open_workspace(park) as workspace:
        _print_forgotten(workspace.store.expire(now(), actor=KEEPER))


def backup(
    park: ParkArgument,
    to: Annotated[
        Path,
        typer.Argument(metavar="TO", help="File, or folder to put it in.", show_default=False),
    ],
) -> None:
    """Copy the park's whole state into one file, while others write."""
    with open_workspace(park) as workspace:
        written = workspace.store.backup(to, at=now())
    OUT.print(f"{written}: {written.stat().st_size / 1e6:.1f} MB", markup=False)


def restore(
    park: ParkArgument,
    archive: Annotated[
        Path, typer.Argument(metavar="FROM", help="What `backup` wrote.", show_default=False)
    ],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put a backup in place of the park's state; who was forgotten since stays forgotten."""
    if not yes:
        typer.confirm("Replace the park's present state by the backup?", abort=True)
    settings = Settings()
    checked = read_deployment(park, settings)
    aside = restore_backup(
        archive,
        settings.url_of_store(checked),
        park_id=checked.park.id,
        state_dir=settings.state_dir(checked),
        at=now(),
    )
    OUT.print("Restored. Restart the service if it is running.")
    if aside is not None:
        OUT.print(f"The state before is kept in {aside}; remove it when all is well.", markup=False)


@_user.command("add")
def add_user(
    park: ParkArgument,
    name: NameArgument,
    role: RoleOption,
    zone: Annotated[
        list[str] | None, typer.Option(help="Id of an officer's zone; repeat.", show_default=False)
    ] = None,
    station: Annotated[str, typer.Option(help="Id of the station.", show_default=False)] = "",
    enterprise: EnterpriseOption = "",
    *,
    random: RandomOption = False,
) -> None:
    """Make an account; its password is asked for."""
    password = None if random else ask_secret(f"Password of {name}")
    with open_workspace(park) as workspace:
        _, secret = add_account(
            workspace.store,
            name,
            role,
            Belongs(tuple(zone or ()), enterprise, station),
            actor=KEEPER,
            now=now(),
            password=password,
        )
    OUT.print(f"{name}: {role}", markup=False)
    if secret is not None:
        OUT.print(f"Password, shown this once: {secret.text}", markup=False)


@_user.command("list")
def list_users(park: ParkArgument) -> None:
    """Show accounts, without secrets."""
    with open_workspace(park) as workspace:
        users = workspace.store.users()
    print_table(
        ("name", "role", "zones", "enterprise", "made", "disabled", "id"),
        [
            (
                *(one.name, one.role.value, " ".join(one.zone_ids), one.enterprise_id),
                *(_day(one.created_at), _day(one.disabled_at), one.id),
            )
            for one in users
        ],
    )


@_user.command("password")
def change_password(
    park: ParkArgument, name: NameArgument, *, random: RandomOption = False
) -> None:
    """Give an account another password."""
    with open_workspace(park) as workspace:
        user = find_account(workspace.store, name)
        password = None if random else ask_secret(f"New password of {name}")
        secret = reset_password(workspace.store, user, actor=KEEPER, now=now(), password=password)
    OUT.print(f"Password, shown this once: {secret.text}" if secret else "Changed.", markup=False)


@_user.command("disable")
def disable_user(park: ParkArgument, name: NameArgument) -> None:
    """Close an account: no sign-in, no session; what it did stays."""
    with open_workspace(park) as workspace:
        user = find_account(workspace.store, name)
        close_account(workspace.store, user, actor=KEEPER, now=now())
    OUT.print(f"{name} is disabled.", markup=False)


@_user.command("enable")
def enable_user(park: ParkArgument, name: NameArgument) -> None:
    """Open a disabled account again, with the password it had."""
    with open_workspace(park) as workspace:
        user = find_account(workspace.store, name)
        open_account(workspace.store, user, actor=KEEPER, now=now())
    OUT.print(f"{name} may sign in again.", markup=False)


@_token.command("add")
def add_token(
    park: ParkArgument,
    label: Annotated[str, typer.Argument(metavar="LABEL", help="What it is for.")],
    role: RoleOption,
    days: Annotated[int, typer.Option(help="Good for so many days.", min=1)] = TOKEN_LIFE_DAYS,
    user: Annotated[str, typer.Option(help="Whose it is, if someone's.", show_default=False)] = "",
    enterprise: EnterpriseOption = "",
) -> None:
    """Make a bearer token and show it once."""
    with open_workspace(park) as workspace:
        token, secret = make_token(
            workspace.store,
            label,
            role,
            actor=KEEPER,
            now=now(),
            days=days,
            user=find_account(workspace.store, user) if user else None,
            enterprise=enterprise,
        )
    OUT.print(f"{token.id}, good until {_day(token.expires_at)}, shown this once:", markup=False)
    OUT.print(secret.text, markup=False)


@_token.command("list")
def list_tokens(park: ParkArgument) -> None:
    """Show tokens, without secrets."""
    with open_workspace(park) as workspace:
        tokens = workspace.store.tokens()
    print_table(
        ("id", "label", "role", "made", "expires", "revoked"),
        [
            (
                *(one.id, one.label, one.role.value, _day(one.created_at)),
                *(_day(one.expires_at), _day(one.revoked_at)),
            )
            for one in tokens
        ],
    )


@_token.command("revoke")
def revoke_token(
    park: ParkArgument, token: Annotated[str, typer.Argument(metavar="ID", help="As in `list`.")]
) -> None:
    """End a token at once."""
    with open_workspace(park) as workspace:
        workspace.store.revoke_token(token, actor=KEEPER, at=now())
    OUT.print(f"{token} is revoked.", markup=False)


def _day(moment: object) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""


def _print_forgotten(done: Forgotten) -> None:
    OUT.print(f"Removed {done.values} pieces of person data of {done.records} records.")
    for name in done.files:
        OUT.print(f"  {name}", markup=False)
