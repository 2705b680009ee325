"""What a verification found, in words; the last one is kept beside the exported heads for the auditor's page."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from marketplace.domain import wording
from marketplace.domain.audit_findings import Finding, Kind
from marketplace.services import audit_heads, audit_verification
from marketplace.services.audit_verification import Head, Report

SHOWN = 50  # findings in words; the count is always whole
FILE = "verification.json"
WORDS = {
    Kind.CHANGED: "内容或编码被改动",
    Kind.MISSING: "缺失，编号在此中断",
    Kind.CUT_OFF: "末尾被截去",
    Kind.FORKED: "编码有效，但不是链上原来的记录，可能用另一份备份替换过",
}


@dataclass(frozen=True, slots=True)
class Verification:
    """As it is kept and shown."""

    at: datetime
    rows: int
    last: int
    found: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class State:
    """What the auditor's page says of the chain."""

    verification: Verification | None
    head: Head | None


def verify(*, head_file: Path | None = None) -> Report:
    """Check the chain against itself, the heads of the default folder, and those of a file kept elsewhere."""
    heads = audit_heads.kept() + (audit_heads.read(head_file) if head_file else [])
    report = audit_verification.verify(heads=heads)
    _keep(report)
    return report


def state() -> State:
    return State(_kept(), audit_heads.newest())


def lines(report: Report) -> tuple[str, ...]:
    return tuple(line(finding) for finding in report.findings[:SHOWN])


def line(finding: Finding) -> str:
    """Which row, and what is wrong with it."""
    if finding.kind == Kind.HEAD:
        return f"链头登记被改动：登记到第{finding.last}条，实际写到第{finding.first}条"
    where = f"第{finding.first}条" if finding.first == finding.last else f"第{finding.first}至{finding.last}条"
    if finding.kind == Kind.MOVED:
        return f"{where}：次序被改动，{_origin(finding)}"
    if finding.kind == Kind.INSERTED:
        copied = f"是第{finding.origin}条的复制件" if finding.origin else "不是平台写入的"
        return f"{where}：被插入，{copied}"
    return f"{where}：{WORDS[finding.kind]}"


def _origin(finding: Finding) -> str:
    first = finding.origin or 0
    last = first + finding.last - finding.first
    return f"原为第{first}条" if first == last else f"原为第{first}至{last}条"


def _keep(report: Report) -> None:
    """Set in place whole: a reader finds the old one or the new one."""
    content = {
        "at": report.at.isoformat(timespec="seconds"),
        "rows": report.rows,
        "last": report.last.number if report.last else 0,
        "found": len(report.findings),
        "lines": lines(report),
    }
    folder = audit_heads.folder()
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{FILE}.new"
    draft.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    draft.replace(folder / FILE)


def _kept() -> Verification | None:
    path = audit_heads.folder() / FILE
    if not path.exists():
        return None
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    at = datetime.fromisoformat(content["at"])
    return Verification(at, content["rows"], content["last"], content["found"], tuple(content["lines"]))


def text(report: Report, *, heads: int) -> Iterable[str]:
    """What the command prints."""
    last = report.last.number if report.last else 0
    if report.is_intact:
        yield (
            f"审计链完好：共{report.rows}条，编号1至{last}连续，编码全部相符。" if last else "审计链完好：还没有记录。"
        )
    else:
        yield f"审计链不完好：共{report.rows}条，发现{len(report.findings)}处问题。"
        yield from (f"- {one}" for one in lines(report))
        if len(report.findings) > SHOWN:
            yield f"- 另有{len(report.findings) - SHOWN}处未列出"
    if heads:
        yield f"已对照{heads}个导出的链头。"
    else:
        yield "没有可对照的链头：末尾连同链头登记一起被删时查不出来，请每天导出并另处保存（flask audit head）。"
    yield f"核对时间：{wording.moment(report.at)}"
