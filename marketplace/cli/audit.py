"""`flask audit …`: check the trail, export its head."""

from pathlib import Path

import click
from flask.cli import AppGroup

from marketplace.domain.errors import Invalid
from marketplace.services import audit_heads, audit_reports

TAMPERED = 3
commands = AppGroup("audit", help="审计链")


@commands.command("verify")
@click.option(
    "--head", "head_file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="另处保存的链头文件"
)
@click.pass_context
def verify(context: click.Context, head_file: Path | None) -> None:
    """Check every row; exit code 0 when the chain holds, 3 when somebody has been at it."""
    try:
        report = audit_reports.verify(head_file=head_file)
        heads = len(audit_heads.kept()) + (len(audit_heads.read(head_file)) if head_file else 0)
    except Invalid as error:
        raise click.ClickException("；".join(error.messages["head"])) from None
    for line in audit_reports.text(report, heads=heads):
        click.echo(line)
    if not report.is_intact:
        context.exit(TAMPERED)


@commands.command("head")
@click.option("--out", "path", type=click.Path(path_type=Path, dir_okay=False), help="写到这个文件，默认每天一个")
def head(path: Path | None) -> None:
    """Append the present head to today's file."""
    exported, written = audit_heads.export(path)
    click.echo(f"链头已导出：第{exported.number}条，编码{exported.mac}，写入{written}")
