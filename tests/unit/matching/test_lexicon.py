"""The lexicon ties factory words to product words, and its data keep to the standard's vocabulary."""

import pytest

from matching import cutting, lexicon, standard

WORDS = lexicon.default()
CUTTER = cutting.cutter(WORDS)


def test_concepts_belong_to_scenes_of_the_standard() -> None:
    for concept in WORDS.concepts.values():
        assert set(concept.scenes) <= set(standard.SCENES), concept.id
        assert concept.names, concept.id


def test_every_scene_has_concepts() -> None:
    assert {scene for concept in WORDS.concepts.values() for scene in concept.scenes} == set(standard.SCENES)


def test_a_concept_names_no_word_twice() -> None:
    for concept in WORDS.concepts.values():
        terms = [term.lower() for term in concept.names + concept.words]
        assert len(terms) == len(set(terms)), concept.id


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("上MES", "制造执行系统"),
        ("月底盘点", "账实不符"),
        ("赊账记不清", "应收账款"),
        ("老师傅的手艺", "经验传承"),
        ("插单一来全乱", "高级排产"),
        ("oee", "设备综合效率"),
    ],
)
def test_different_words_for_one_thing_share_a_concept(one: str, other: str) -> None:
    assert set(WORDS.find(one)).intersection(WORDS.find(other))


def test_abbreviations_count_as_whole_words_only() -> None:
    assert "ems" not in WORDS.find("SYSTEMS")
    assert "ems" in WORDS.find("MES/EMS两套")


def test_abbreviations_have_their_full_names_as_synonyms() -> None:
    synonyms = WORDS.synonyms()
    assert "仓储管理" in synonyms["WMS"]
    assert "WMS" in synonyms["仓储管理"]
    assert all(name not in others for name, others in synonyms.items())


def test_the_cutter_keeps_domain_words_whole_and_drops_stop_words() -> None:
    assert CUTTER.words("我们的漆包线，先进先出") == ["漆包线", "先进", "先进先出"]


def test_letters_are_characters_and_pairs_of_chinese_and_whole_latin_words() -> None:
    assert CUTTER.letters("查批次MES2") == ["查", "批", "次", "查批", "批次", "mes2"]


def test_texts_without_words_have_no_features() -> None:
    assert CUTTER.words("，。 \n") == CUTTER.letters("!!") == CUTTER.concepts("") == []
