"""`flask listings …`: what a date brings about, for an operator who does not wait for the courier."""

import click
from flask.cli import AppGroup

from marketplace.services import listing_expiry

commands = AppGroup("listings", help="上架产品")


@commands.command("expire")
def expire() -> None:
    """Take what has run out off the shelf, put back what a dated suspension had taken off, tell whose end is near."""
    done = listing_expiry.sweep()
    click.echo(f"到期下架 {done.expired} 个，暂停期满恢复 {done.restored} 个，提醒续期 {done.reminded} 个。")
