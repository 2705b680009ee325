"""`flask mail …`: for who sends by a timer instead of by the courier."""

import click
from flask.cli import AppGroup

from marketplace.domain import wording
from marketplace.services import mail_delivery, mail_digests

commands = AppGroup("mail", help="邮件")


@commands.command("deliver")
def deliver() -> None:
    """Send what waits; safe beside a courier and beside another one of itself."""
    happened = mail_delivery.deliver()
    if not happened:
        click.echo("没有要发送的邮件。")
    for state, count in sorted(happened.items()):
        click.echo(f"{wording.MAIL_STATES[state]} {count}")


@commands.command("digest")
def digest() -> None:
    """Put today's summaries on their way, once a person and day; before the hour there are none."""
    click.echo(f"已生成 {mail_digests.send_due()} 封每日摘要。")
