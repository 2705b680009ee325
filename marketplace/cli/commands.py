"""`flask search …`, `flask demo …`: what an operator types."""

import click
import flask_migrate
from flask import Flask, current_app
from flask.cli import AppGroup

from marketplace.cli import audit, listings, mail
from marketplace.services import demo, file_exchange, search

search_commands = AppGroup("search", help="检索索引")
evidence_commands = AppGroup("evidence", help="佐证材料")
demo_commands = AppGroup("demo", help="演示数据")


def init_app(app: Flask) -> None:
    app.cli.add_command(search_commands)
    app.cli.add_command(demo_commands)
    app.cli.add_command(evidence_commands)
    app.cli.add_command(audit.commands)
    app.cli.add_command(listings.commands)
    app.cli.add_command(mail.commands)
    app.cli.add_command(prepare)


@search_commands.command("sync")
def sync() -> None:
    """Deliver the waiting changes to the index."""
    click.echo(f"已同步 {search.deliver()} 条变更。")


@search_commands.command("rebuild")
def rebuild() -> None:
    """Build the index anew from the database, aside, and swap."""
    click.echo(f"已重建索引，共 {search.rebuild()} 个产品。")


@search_commands.command("ensure")
def ensure() -> None:
    """Build the index when there is none, else deliver what waits."""
    _ensure_index()


def _ensure_index() -> None:
    if search.is_available():
        click.echo(f"索引可用，已同步 {search.deliver()} 条变更。")
    else:
        click.echo(f"已重建索引，共 {search.rebuild()} 个产品。")


@search_commands.command("fingerprint")
def fingerprint() -> None:
    """A hash of all documents in the index."""
    click.echo(search.fingerprint())


@evidence_commands.command("sweep")
def sweep() -> None:
    """Remove stored files that no record knows: what a crash between disk and database has left."""
    click.echo(f"已清理 {file_exchange.sweep()} 个没有登记的文件。")


@click.command("prepare")
def prepare() -> None:
    """Migrate, load the demo city into an empty database, bring the index up to date: all before serving."""
    flask_migrate.upgrade()
    is_demo = not current_app.config["IS_PRODUCTION"]
    if is_demo:
        _load_demo()
    _ensure_index()
    if is_demo:
        click.echo("\n演示账号（角色、登录名、口令）：")
        _print_accounts()


@demo_commands.command("load")
def load() -> None:
    """Load the fictional city; a database that already has organisations is left as it is."""
    if current_app.config["IS_PRODUCTION"]:
        raise click.ClickException("生产环境不装演示数据。")
    _load_demo()


def _load_demo() -> None:
    counts = demo.load()
    if counts is None:
        click.echo("数据库里已有单位，未装入演示数据。")
        return
    for label, count in counts.items():
        click.echo(f"{label} {count}")


@demo_commands.command("accounts")
def accounts() -> None:
    """Print the demo accounts."""
    _print_accounts()


def _print_accounts() -> None:
    for role, login in demo.accounts():
        click.echo(f"{role}\t{login}\t{demo.PASSWORD}")
