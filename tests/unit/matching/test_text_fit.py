"""The text fit adds kinds of evidence and stays defined where there is none."""

import numpy as np
import pytest

from matching import cutting, lexicon, weights
from matching.text_fit import TextFit

DOCUMENTS = [
    "一种耐高温涂层材料的制备方法，用于燃气轮机叶片表面防护",
    "基于机器视觉的表面缺陷检测系统，检测划痕和缺口",
    "冷链仓库温湿度监测与批次效期管理",
    "水性环氧树脂防腐涂料及其施工工艺",
    "数控机床主轴振动监测与故障预警",
    "低温余热回收发电装置",
    "出入库扫码，盘点准确，找料方便",
    "农产品农残快速检测试剂盒",
]


def fitted(documents: list[str] | None = None, queries: tuple[str, ...] = ()) -> TextFit:
    text = TextFit(cutting.cutter(lexicon.default()), weights.default().textfit)
    return text.fit(DOCUMENTS if documents is None else documents, queries)


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("叶片需要耐高温的涂层", 0),
        ("产品外观有划痕，想用机器视觉检测缺陷", 1),
        ("快过期的货压在里头，温度也说不清", 2),
        ("机床主轴老坏，想提前预警", 4),
        ("账实不符，盘库要停产", 6),
    ],
)
def test_the_document_that_answers_comes_first(query: str, best: int) -> None:
    assert int(fitted().scores([query])[0].argmax()) == best


def test_scores_are_finite_not_negative_and_zero_without_a_word() -> None:
    scores = fitted().scores(["", "！！", "余热发电", "qwxz"])
    assert scores.shape == (4, len(DOCUMENTS))
    assert np.isfinite(scores).all()
    assert (scores >= 0).all()
    assert not scores[[0, 1, 3]].any()


@pytest.mark.parametrize("documents", [[], [""], ["", "，"], ["盘点"], ["盘点", "盘点", "盘点"]])
def test_catalogues_without_substance_are_no_error(documents: list[str]) -> None:
    scores = fitted(documents).scores(["盘点", ""])
    assert scores.shape == (2, len(documents))
    assert np.isfinite(scores).all()


def test_one_query_scores_the_same_alone_and_in_company() -> None:
    text = fitted()
    queries = ["耐高温涂层", "盘点找料", "振动"]
    alone = np.vstack([text.scores([query]) for query in queries])
    assert text.scores(queries) == pytest.approx(alone, abs=1e-4)


def test_the_ground_of_a_score_are_shared_words_or_else_shared_concepts() -> None:
    text = fitted()
    assert text.grounds("出入库盘点", [6, 0]) == [["出入库", "盘点"], []]
    assert text.grounds("货位", [6]) == [["WMS"]]
