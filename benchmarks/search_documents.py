"""Generated solutions as search documents, with the application's way of reading text, and queries over them."""

import functools
import random
from collections.abc import Sequence
from typing import Any

import pypinyin
import rjieba

from benchmarks import catalogue
from matching import lexicon, standard
from search_index.analysis import Analysis
from search_index.documents import Document
from search_index.queries import FACETS, SORTS, Query

_PRICE_BANDS = ((10_000, "to_10k"), (30_000, "to_30k"), (100_000, "to_100k"), (300_000, "to_300k"))
_DAY_BANDS = ((7, "week"), (30, "month"), (90, "quarter"))
_GBT = {
    "electronic_components": ("397", "398", "382"),
    "advanced_metals": ("311", "313", "325", "331", "336"),
    "advanced_equipment": ("342", "344", "345", "348", "352", "367"),
    "modern_food": ("139", "143", "146", "151", "153"),
}
_STAGES_OF_PLAN = tuple(f"stage_{number}" for number in range(1, 10))
_KINDS = ("lead", "product", "product", "product", "support")
_FILTERED = 0.7


@functools.cache
def analysis() -> Analysis:
    """The lexicon's words and synonyms, as the application gives them to the engines."""
    words = lexicon.default()
    jieba = rjieba.Jieba()
    for word in words.cutter_words():
        jieba.add_word(word, None, "n")
    return Analysis(cut=jieba.cut, synonyms=words.synonyms(), pinyin=pypinyin.lazy_pinyin)


@functools.cache
def documents(number: int, seed: int = 1) -> tuple[Document, ...]:
    """`number` documents; the same arguments give the same ones everywhere."""
    rng = random.Random(seed)
    return tuple(_document(row, at, rng) for at, row in enumerate(catalogue.generate(number, seed), start=1))


def queries(number: int, seed: int = 2, *, contents: Sequence[Document]) -> list[Query]:
    """Texts of one or two words that the documents use (a tenth are empty), with filters, in every order."""
    rng = random.Random(seed)
    words = sorted({word for document in rng.sample(contents, min(200, len(contents))) for word in document.keywords})
    return [_query(rng, words, contents) for _ in range(number)]


def _query(rng: random.Random, words: Sequence[str], contents: Sequence[Document]) -> Query:
    typed = rng.choices((0, 1, 2, 3), (1, 5, 3, 1))[0]
    filters: dict[str, frozenset[str]] = {}
    if rng.random() < _FILTERED:
        for facet in rng.sample(FACETS, rng.choice((1, 1, 2, 2, 3))):
            filters[facet] = frozenset(rng.sample(_VALUES[facet], min(len(_VALUES[facet]), rng.choice((1, 1, 2, 3)))))
    sort = rng.choice(("relevance", "relevance", *SORTS))
    return Query(" ".join(rng.choices(words, k=typed)), filters, sort, page=rng.choice((1, 1, 1, 2, 5)))


def _document(row: dict[str, Any], number: int, rng: random.Random) -> Document:
    return Document(id=str(number), **_texts(row, rng), **_coverage(row, rng), **_facts(row, rng))


def _texts(row: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    scenes = [entry["scene"] for entry in row["coverage"]]
    return {
        "name": row["name"],
        "provider_id": row["provider_id"],
        "provider_name": f"{row['name'][:2]}软件",
        "summary": row["summary"],
        "description": row["description"],
        "functions": row["summary"],
        "keywords": tuple(word for scene in scenes for word in _keywords(scene, rng)),
        "families": (standard.SCENES[scenes[0]].name + rng.choice(("软件", "设备", "服务")),),
    }


def _coverage(row: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    levels = {entry["scene"]: entry["level"] for entry in row["coverage"]}
    industries = row.get("industries", ())
    return {
        "industries": tuple(sorted(industries or standard.INDUSTRIES)),
        "gbt4754": tuple(sorted({rng.choice(_GBT[each]) for each in industries})),
        "groups": tuple(sorted({_group(scene) for scene in levels})),
        "scenes": tuple(sorted(levels)),
        "levels": tuple(str(level) for level in range(1, max(levels.values()) + 1)),
        "scene_levels": tuple(f"{scene}:{level}" for scene in sorted(levels) for level in range(1, levels[scene] + 1)),
        "city_stages": tuple(sorted(rng.sample(_STAGES_OF_PLAN, rng.choice((1, 1, 2, 3))))),
    }


def _facts(row: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    provider, price, days = row["provider"], row.get("price", {}), row.get("days_to_deploy")
    count = provider["rating_count"]
    return {
        "deployments": tuple(sorted(row.get("deployment", ()))),
        "price_bands": _band(price.get("amount"), _PRICE_BANDS),
        "day_bands": _band(days, _DAY_BANDS),
        "sizes": tuple(sorted(row.get("sizes", ()))),
        "provider_kinds": (rng.choice(_KINDS),),
        "standings": (provider["standing"],),
        "has_case": bool(row.get("cases")),
        "is_subsidy_eligible": price.get("eligible_share", 0) > 0.5,
        "rating": round(provider["rating_sum"] / count, 1) if count else None,
        "price": price.get("amount"),
        "days": days,
        "contracts": len(row.get("cases", ())) + rng.choice((0, 0, 2, 7, 15)),
        "listed_at": 1_760_000_000 - rng.randrange(400) * 86_400,
    }


def _keywords(scene: str, rng: random.Random) -> list[str]:
    return [standard.SCENES[scene].name, *rng.sample(_words_of(scene), 2)]


@functools.cache
def _words_of(scene: str) -> list[str]:
    return sorted({name for each in lexicon.default().concepts.values() if scene in each.scenes for name in each.names})


def _group(scene: str) -> str:
    return str(standard.SCENES[scene].group)


def _band(value: int | None, bands: Sequence[tuple[int, str]]) -> tuple[str, ...]:
    if value is None:
        return ()
    return (next((name for top, name in bands if value <= top), "above"),)


_VALUES: dict[str, list[str]] = {
    "industry": list(_GBT),
    "gbt4754": [code for codes in _GBT.values() for code in codes],
    "stage": sorted({_group(scene) for scene in standard.SCENES}),
    "scene": list(standard.SCENES),
    "level": ["1", "2", "3", "4"],
    "city_stage": list(_STAGES_OF_PLAN),
    "deployment": list(standard.DEPLOYMENTS),
    "price_band": [*(name for _, name in _PRICE_BANDS), "above"],
    "days_band": [*(name for _, name in _DAY_BANDS), "above"],
    "size": list(standard.SIZES),
    "provider_kind": sorted(set(_KINDS)),
    "standing": ["listed", "recommended", "watch"],
    "has_case": ["yes"],
    "subsidy": ["yes"],
}
