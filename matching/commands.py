"""The commands of `python -m matching`; a further command is a function and a row of `COMMANDS`.

Results are JSON in UTF-8 on standard output; the status is 0, or with one line on standard error 2 for bad input and 3
for input that nothing can satisfy.
"""

import argparse
import dataclasses
import json
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from matching import cutting, evaluation, fields, lexicon, reading, weights
from matching.bundles import command as bundle_command
from matching.meetings import command as meeting_command
from matching.ranking import Ranker
from matching.results import Ranking
from matching.text_fit import TextFit

BAD_INPUT, IMPOSSIBLE = 2, 3
_BATCH = 128


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one line."""

    def error(self, message: str) -> NoReturn:
        raise fields.InputError(f"{self.prog}: {message}")


@dataclass(frozen=True, slots=True)
class Command:
    """What a command is called, takes and does; `run` yields what is written, line by line."""

    name: str
    help: str
    declare: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], Iterable[str]]


def _whole(text: str) -> int:
    if not text.isdecimal() or not text.isascii() or len(text) > 9:
        raise argparse.ArgumentTypeError(f"应为不小于 0 的整数，不是 {fields.quote(text)}")
    return int(text)


def _declare_rank(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--demand", type=Path, help="需求文件 demand.json")
    what.add_argument("--demands", type=Path, help="放需求文件的目录，逐个读其中的 .json")
    parser.add_argument("--solutions", type=Path, required=True, help="产品文件 solutions.json")
    parser.add_argument("--top", type=_whole, help="只列前几个")


def _rank(options: argparse.Namespace) -> Iterable[str]:
    solutions = reading.load_solutions(options.solutions)
    paths = [options.demand] if options.demand else _demand_files(options.demands)
    demands = [reading.load_demand(path) for path in paths]
    ranker = Ranker(weights.default(), lexicon.default()).fit(solutions)
    for ranking in ranker.rank_many(demands, options.top):
        yield _json(_ranking(ranking))


def _demand_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        fields.refuse(str(folder), "不是目录")
    files = sorted(folder.glob("*.json"))
    return files or fields.refuse(str(folder), "没有 .json 文件")


def _ranking(ranking: Ranking) -> dict[str, object]:
    return {
        "demand": ranking.demand,
        "ranking": [
            {
                "solution": result.solution,
                "score": result.score,
                "criteria": [dataclasses.asdict(criterion) for criterion in result.criteria],
            }
            for result in ranking.results
        ],
        "providers": [dataclasses.asdict(provider) for provider in ranking.providers],
    }


def _declare_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--judgements", type=Path, required=True, help="评分文件 judgements.json")
    parser.add_argument("--solutions", type=Path, required=True, help="产品文件 solutions.json")


def _evaluate(options: argparse.Namespace) -> Iterable[str]:
    solutions = reading.load_solutions(options.solutions)
    judgements = reading.load_judgements(options.judgements, solutions)
    ranker = Ranker(weights.default(), lexicon.default())
    yield _json(dataclasses.asdict(evaluation.evaluate(ranker, solutions, judgements)))


def _declare_textfit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--documents", type=Path, required=True, help="文档，一行一个 {id, text}")
    parser.add_argument("--queries", type=Path, required=True, help="查询，一行一个 {id, text}")
    parser.add_argument("--pairs", type=Path, required=True, help="要打分的配对，制表符分列：query、document")


def _textfit(options: argparse.Namespace) -> Iterable[str]:
    documents, queries = dict(sorted(_texts(options.documents).items())), _texts(options.queries)
    pairs = _pairs(options.pairs, queries, documents)
    text = TextFit(cutting.cutter(lexicon.default()), weights.default().textfit)
    text.fit(list(documents.values()), list(queries.values()))
    column_of = {document: column for column, document in enumerate(documents)}
    columns: dict[str, list[int]] = defaultdict(list)
    for query, document in pairs:
        columns[query].append(column_of[document])
    scores = {query: iter(found) for query, found in _chosen(text, queries, columns)}
    for query, document in pairs:
        yield f"{query}\t{document}\t{next(scores[query]):.6f}"


def _chosen(
    text: TextFit, queries: Mapping[str, str], columns: Mapping[str, Sequence[int]]
) -> Iterator[tuple[str, list[float]]]:
    """Scores of the chosen documents by query; a batch of queries at a time, so that memory stays bounded."""
    names = list(columns)
    for start in range(0, len(names), _BATCH):
        batch = names[start : start + _BATCH]
        for query, row in zip(batch, text.scores([queries[query] for query in batch]), strict=True):
            yield query, row[columns[query]].tolist()


def _texts(path: Path) -> dict[str, str]:
    """Texts by id from a JSON Lines file."""
    texts: dict[str, str] = {}
    for number, line in enumerate(fields.read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        place = f"{path.name} 第 {number} 行"
        row = fields.Record(fields.parse_json(line, place=place), place, required=("id", "text"))
        if (name := row.text("id")) in texts:
            fields.refuse(place, f"编号 {fields.quote(name)} 重复")
        texts[name] = row.text("text", may_be_blank=True)
    return texts


def _pairs(path: Path, queries: Collection[str], documents: Collection[str]) -> list[tuple[str, str]]:
    """Pairs of ids from a table with the columns query and document; further columns are not looked at."""
    lines = [line.rstrip("\r").split("\t") for line in fields.read_text(path).split("\n")]
    columns = {name: at for at, name in enumerate(lines[0])}
    if not {"query", "document"} <= columns.keys():
        fields.refuse(f"{path.name} 第 1 行", "应有列名 query 和 document，以制表符分开")
    pairs = []
    for number, cells in enumerate(lines[1:], start=2):
        if cells == [""]:
            continue
        place = f"{path.name} 第 {number} 行"
        if len(cells) < len(columns):
            fields.refuse(place, f"应有 {len(columns)} 列，只有 {len(cells)} 列")
        pair = cells[columns["query"]], cells[columns["document"]]
        for name, known in zip(pair, (queries, documents), strict=True):
            if name not in known:
                fields.refuse(place, f"不认识的编号 {fields.quote(name)}")
        pairs.append(pair)
    return pairs


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


COMMANDS = (
    Command("rank", "按需求给产品排序并说明理由", _declare_rank, _rank),
    Command("bundle", "配出达到目标等级、自付最少的产品组合", bundle_command.declare, bundle_command.run),
    Command("schedule", "排供需对接会的会面时间表", meeting_command.declare, meeting_command.run),
    Command("evaluate", "用人工评分检验排序", _declare_evaluate, _evaluate),
    Command("textfit", "只算文字相似度", _declare_textfit, _textfit),
)


def run(arguments: Sequence[str]) -> int:
    """Run a command; the exit status."""
    parser = _Parser(prog="matching", description="供需匹配工具")
    commands = parser.add_subparsers(dest="command", required=True)
    for command in COMMANDS:
        sub = commands.add_parser(command.name, help=command.help)
        command.declare(sub)
        sub.set_defaults(run=command.run)
    try:
        options = parser.parse_args(arguments)
        for line in options.run(options):
            sys.stdout.buffer.write(line.encode() + b"\n")
        sys.stdout.buffer.flush()
    except fields.InputError as error:
        message = str(error).encode("utf-8", "backslashreplace").replace(b"\n", b" ")
        sys.stderr.buffer.write(message + b"\n")
        return IMPOSSIBLE if isinstance(error, meeting_command.ImpossibleError) else BAD_INPUT
    except BrokenPipeError:  # the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
