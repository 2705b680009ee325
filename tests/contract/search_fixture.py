"""The hand-made catalogue as documents, and the analysis that goes with it."""

import functools
import tomllib
from pathlib import Path
from typing import Any

import pypinyin
import rjieba

from search_index.analysis import Analysis
from search_index.documents import Document

_HERE = Path(__file__).parent
_ALL_INDUSTRIES = ("advanced_equipment", "advanced_metals", "electronic_components", "modern_food")
_STAGES = {
    "product_lifecycle": ("product_design", "process_design", "marketing", "after_sales"),
    "production": ("production_planning", "production_control", "quality", "equipment", "safety", "energy"),
    "supply_chain": ("procurement", "warehousing"),
    "management": ("finance", "human_resources", "collaboration", "decision_support"),
}
_GBT = {"modern_food": "146", "advanced_metals": "325", "advanced_equipment": "345", "electronic_components": "398"}
_DAY = 86_400
_OPENED_AT = 1_760_000_000


def load(name: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / f"{name}.toml").read_text(encoding="utf-8"))


@functools.cache
def analysis() -> Analysis:
    lexicon = load("search_lexicon")
    jieba = rjieba.Jieba()
    for word in lexicon["words"]:
        jieba.add_word(word, None, "n")
    synonyms = {word: tuple(others) for word, others in lexicon["synonyms"].items()}
    return Analysis(cut=jieba.cut, synonyms=synonyms, pinyin=pypinyin.lazy_pinyin, scene_names=lexicon["scene_names"])


@functools.cache
def catalogue() -> tuple[Document, ...]:
    return tuple(_document(entry) for entry in load("search_catalogue")["solutions"])


def _document(entry: dict[str, Any]) -> Document:
    return Document(**_texts(entry), **_coverage(entry), **_facts(entry))


def _texts(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": entry["id"],
        "name": entry["name"],
        "provider_id": f"P-{entry['provider']}",
        "provider_name": entry["provider"],
        "summary": entry["summary"],
        "description": entry["description"],
        "functions": entry["functions"],
        "keywords": tuple(entry["keywords"]),
        "families": (entry["family"],),
    }


def _coverage(entry: dict[str, Any]) -> dict[str, Any]:
    coverage: dict[str, int] = entry["coverage"]
    return {
        "industries": tuple(entry["industries"]) or _ALL_INDUSTRIES,
        "gbt4754": tuple(_GBT[industry] for industry in entry["industries"]),
        "groups": tuple(stage for stage, scenes in _STAGES.items() if coverage.keys() & set(scenes)),
        "scenes": tuple(coverage),
        "levels": tuple(str(level) for level in range(1, max(coverage.values()) + 1)),
        "scene_levels": tuple(f"{scene}:{level}" for scene, top in coverage.items() for level in range(1, top + 1)),
        "city_stages": tuple(sorted({f"stage_{len(scene) % 9}" for scene in coverage})),
    }


def _facts(entry: dict[str, Any]) -> dict[str, Any]:
    price, days = entry.get("price"), entry.get("days")
    return {
        "deployments": tuple(entry["deployment"]),
        "price_bands": () if price is None else ("under_20k" if price < 20_000 else "from_20k",),
        "day_bands": () if days is None else ("within_month" if days <= 30 else "longer",),
        "sizes": tuple(entry["sizes"]),
        "provider_kinds": (entry["kind"],),
        "standings": ("recommended",) if entry["contracts"] >= 20 else ("listed",),
        "has_case": entry.get("has_case", False),
        "is_subsidy_eligible": entry.get("subsidy", False),
        "rating": entry.get("rating"),
        "price": price,
        "days": days,
        "contracts": entry["contracts"],
        "listed_at": _OPENED_AT - entry["listed"] * _DAY,
    }
