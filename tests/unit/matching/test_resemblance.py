"""Near-duplicate texts: shingles against their definition, passages against a plain reading, and the time it takes."""

import time
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.resemblance import Resemblance, normalise, passages

OWN = "来料、过程、出货三道检验都有记录可查，不合格品当场隔离，处置要经工艺会签。"
COPY = "本公司产品：来料、过程、出货三道检验都有记录可查，不合格品当场隔离。另有看板。"
OTHER = "水电气表自动读数，按车间出日报和月报，空转的设备排名推给设备科。"
TEXTS = st.text(alphabet="甲乙丙丁,。 ", max_size=40)


def shingles(text: str, width: int) -> set[str]:
    letters = normalise(text)[0]
    return {letters[place : place + width] for place in range(max(1, len(letters) - width + 1))} if letters else set()


def test_a_copied_text_is_found_and_an_own_one_is_not() -> None:
    shelf = Resemblance(width=8)
    shelf.put("copy", COPY)
    shelf.put("other", OTHER)
    found = shelf.compare(OWN)
    assert [one.key for one in found] == ["copy"]
    assert found[0].containment > 0.6


def test_the_same_text_is_contained_and_resembles_wholly() -> None:
    shelf = Resemblance()
    shelf.put(1, OWN)
    (one,) = shelf.compare(OWN)
    assert (one.resemblance, one.containment) == (1.0, 1.0)


def test_punctuation_blanks_width_and_case_do_not_hide_a_copy() -> None:
    shelf = Resemblance()
    shelf.put(1, "支持 OPC UA 与Modbus TCP，采集频率一秒一次")
    (one,) = shelf.compare("支持ｏｐｃ ｕａ与ＭＯＤＢＵＳ tcp采集频率、一秒一次！")
    assert one.resemblance == 1.0


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.lists(TEXTS, max_size=6), st.integers(1, 4))
def test_shares_are_those_of_broders_definition(text: str, others: list[str], width: int) -> None:
    shelf = Resemblance(width=width, common_from=100)
    for key, other in enumerate(others):
        shelf.put(key, other)
    found = {one.key: one for one in shelf.compare(text)}
    mine = shingles(text, width)
    for key, other in enumerate(others):
        theirs = shingles(other, width)
        if not mine & theirs:
            assert key not in found
            continue
        assert found[key].shared == len(mine & theirs)
        assert found[key].resemblance == pytest.approx(len(mine & theirs) / len(mine | theirs))
        assert found[key].containment == pytest.approx(len(mine & theirs) / len(mine))


def test_what_many_say_is_no_sign_of_a_copy() -> None:
    phrase = "支持国产数据库和国产操作系统"
    shelf = Resemblance(width=6, common_from=3)
    for key in range(3):
        shelf.put(key, f"{phrase}，{'甲乙丙'[key] * 12}")
    assert shelf.compare(f"{phrase}，丁丁丁丁丁丁丁丁") == []
    shelf.drop(2)
    assert len(shelf.compare(f"{phrase}，丁丁丁丁丁丁丁丁")) == 2


def test_a_text_can_be_replaced_and_dropped() -> None:
    shelf = Resemblance()
    shelf.put(1, OWN)
    shelf.put(1, OTHER)
    assert shelf.compare(OWN) == []
    shelf.drop(1)
    assert len(shelf) == 0
    assert shelf.compare(OTHER) == []
    with pytest.raises(KeyError):
        shelf.drop(1)


def test_settings_that_make_no_sense_are_refused() -> None:
    for wrong in ({"width": 0}, {"common_from": 1}):
        with pytest.raises(ValueError, match="or more"):
            Resemblance(**wrong)
    with pytest.raises(ValueError, match="or more"):
        passages(OWN, COPY, shortest=0)


def test_passages_are_told_with_their_places_in_both_texts() -> None:
    (one,) = passages(OWN, COPY, shortest=10)
    assert OWN[one.start : one.end] == "来料、过程、出货三道检验都有记录可查，不合格品当场隔离"
    assert COPY[one.other_start : one.other_end] == OWN[one.start : one.end]
    assert one.letters == len(normalise(OWN[one.start : one.end])[0])
    assert passages(OWN, OTHER, shortest=4) == ()


def test_passages_in_another_order_are_all_found() -> None:
    first, second = "检验记录自动归档五年可查", "不合格品当场隔离贴红标"
    found = passages(f"{first}，然后，{second}", f"{second}。{first}", shortest=8)
    assert [one.letters for one in found] == [len(first), len(second)]


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS, st.integers(1, 4))
def test_passages_say_the_same_do_not_overlap_and_miss_nothing(text: str, other: str, shortest: int) -> None:
    found = passages(text, other, shortest=shortest)
    letters, others = normalise(text)[0], normalise(other)[0]
    for one in found:
        same = normalise(text[one.start : one.end])[0]
        assert same == normalise(other[one.other_start : one.other_end])[0]
        assert len(same) == one.letters >= shortest
    taken = [place for one in found for place in range(one.start, one.end)]
    others_taken = [place for one in found for place in range(one.other_start, one.other_end)]
    assert len(taken) == len(set(taken))
    assert len(others_taken) == len(set(others_taken))
    is_shared = any(letters[at : at + shortest] in others for at in range(len(letters) - shortest + 1))
    assert bool(found) == is_shared


def test_one_submission_against_two_thousand_takes_less_than_two_seconds() -> None:
    chance = Random(7)
    signs = [chr(0x4E00 + number) for number in range(2500)]
    texts = ["".join(chance.choices(signs, k=900)) for _ in range(2000)]
    start = time.perf_counter()
    shelf = Resemblance()
    for key, text in enumerate(texts):
        shelf.put(key, text)
    copied = texts[1234][:300] + "".join(chance.choices(signs, k=600))
    assert shelf.compare(copied)[0].key == 1234
    assert passages(copied, texts[1234], shortest=12)[0].letters == 300
    assert time.perf_counter() - start < 2 * 2, "twice the limit: other work may share the machine"


@given(st.text(max_size=40))
def test_any_text_can_be_kept_and_is_found_again_by_its_letters(text: str) -> None:
    shelf = Resemblance(width=3)
    shelf.put(1, text)
    letters = normalise(text)[0]
    found = shelf.compare(letters)
    assert [one.resemblance for one in found] == ([1.0] if letters else [])
