"""What a typed text is read as."""

import pytest

from search_index import planning, settings
from search_index.analysis import Analysis, fold
from search_index.planning import Group, Match, Plan, Space

_SOUNDS = {"仓": "cang", "苍": "cang", "储": "chu", "管": "guan", "理": "li", "绿": "lv", "色": "se"}
_WORDS = ("仓储管理", "仓储", "管理", "绿色", "的")


def _cut(text: str) -> list[str]:
    pieces: list[str] = []
    while text:
        word = next((word for word in _WORDS if text.startswith(word)), text[0])
        pieces.append(word)
        text = text[len(word) :]
    return pieces


_ANALYSIS = Analysis(
    cut=_cut,
    synonyms={"WMS": ("仓储管理",), "绿色管理": ("EMS",), "管理": ("管 理",)},
    pinyin=lambda text: [_SOUNDS.get(character, "a") for character in text],
)


def _plan(text: str, *, known: frozenset[str] = frozenset()) -> Plan:
    """The plan over an index whose single document holds exactly the values `known`."""

    def is_satisfied(group: Group) -> bool:
        return any(
            all(atom.value in known and atom.match == Match.EXACT for atom in other.atoms)
            for other in group.alternatives
        )

    return planning.plan(
        text, analysis=_ANALYSIS, is_found=lambda groups, required: sum(map(is_satisfied, groups)) >= required
    )


def _read(plan: Plan) -> list[set[tuple[str, ...]]]:
    return [
        {tuple(f"{atom.space}:{atom.match}:{atom.value}" for atom in other.atoms) for other in group.alternatives}
        for group in plan.groups
    ]


def test_a_known_word_stands_for_itself_and_its_synonyms() -> None:
    (group,) = _plan("wms", known=frozenset({"wms"})).groups
    assert [other.is_direct for other in group.alternatives] == [True, False, False]
    assert {atom.value for other in group.alternatives for atom in other.atoms} == {"wms", "仓储管理"}


def test_adjacent_words_that_form_a_synonym_are_one_group() -> None:
    (group,) = _plan("绿色管理", known=frozenset({"绿色", "管理"})).groups
    assert [[atom.value for atom in other.atoms] for other in group.alternatives] == [["绿色", "管理"], ["ems"]]


def test_words_apart_are_not_taken_for_a_synonym() -> None:
    assert len(_plan("绿色 管理", known=frozenset({"绿色", "管理"})).groups) == 2


def test_a_long_word_is_also_looked_up_in_parts() -> None:
    (read,) = _read(_plan("仓储管理", known=frozenset({"仓储管理"})))
    assert read == {("words:exact:仓储管理",), ("words:exact:仓储", "words:exact:管理")}


def test_unknown_characters_are_read_together_by_their_sound() -> None:
    heard = fold("cangchu")
    read = _read(_plan("苍储", known=frozenset({heard})))
    assert read == [{(f"sounds:exact:{heard}",)}]


def test_a_known_word_beside_a_slip_stays_as_typed() -> None:
    read = _read(_plan("苍储管理", known=frozenset({fold("cangchu"), "管理"})))
    assert {(f"sounds:exact:{fold('cangchu')}",)} in read
    assert any(("words:exact:管理",) in group for group in read)


def test_what_sounds_like_nothing_stays_as_typed() -> None:
    assert _read(_plan("苍储")) == [{("words:exact:苍",)}, {("words:exact:储",)}]


@pytest.mark.parametrize("known", [frozenset({"erp"}), frozenset()])
def test_a_latin_word_is_read_as_pinyin_or_initials_only_when_no_document_has_it(known: frozenset[str]) -> None:
    (read,) = _read(_plan("erp", known=known))
    assert (("initials:exact:erp",) in read) == (not known)
    assert (("sounds:exact:erp",) in read) == (not known)
    assert ("words:prefix:erp",) in read


def test_an_abbreviation_with_synonyms_is_never_read_as_initials() -> None:
    (read,) = _read(_plan("wms"))
    assert not any(atom.startswith("initials") for other in read for atom in other)


@pytest.mark.parametrize(("text", "forgiven"), [("lims", True), ("lim", False)])
def test_one_slip_is_forgiven_from_four_letters_on(text: str, forgiven: bool) -> None:
    (read,) = _read(_plan(text))
    assert ((f"words:typo:{text}",) in read) == forgiven


def test_only_the_last_word_may_be_a_beginning() -> None:
    first, last = _read(_plan("er wm", known=frozenset({"er", "wm"})))
    assert not any("prefix" in atom for other in first for atom in other)
    assert any("prefix" in atom for other in last for atom in other)


def test_stop_words_drop_out_unless_there_is_nothing_else() -> None:
    assert [group.typed[0].text for group in _plan("绿色的", known=frozenset({"绿色"})).groups] == ["绿色"]
    assert [group.typed[0].text for group in _plan("的", known=frozenset({"的"})).groups] == ["的"]


def test_when_no_document_has_all_words_most_must_match() -> None:
    plan = _plan("仓储 abc 管理 绿色", known=frozenset({"仓储", "管理", "绿色"}))
    assert (len(plan.groups), plan.required, plan.relaxed) == (4, 2, True)


def test_when_no_document_has_most_words_fewer_will_do() -> None:
    plan = _plan("仓储 abcd efgh ijkl", known=frozenset({"仓储"}))
    assert (plan.required, plan.relaxed) == (1, True)


def test_before_words_are_given_up_they_are_heard() -> None:
    heard = fold("cangchu")
    asked: list[int] = []

    def is_found(groups: object, required: int) -> bool:
        assert isinstance(groups, (list, tuple))
        if len(groups) == 1:
            return True
        asked.append(required)
        return any(heard == atom.value for group in groups for other in group.alternatives for atom in other.atoms)

    plan = planning.plan("仓储 绿色", analysis=_ANALYSIS, is_found=is_found)
    assert (plan.required, plan.relaxed, asked) == (2, False, [2, 2])


def test_long_texts_are_cut_to_a_bounded_number_of_words() -> None:
    rule = settings.load().relevance
    assert len(_plan("仓储 " * 1000, known=frozenset({"仓储"})).groups) == rule["max_words"]


@pytest.mark.parametrize("text", ["", "   ", "，。！", "😀"])
def test_a_text_without_words_asks_for_nothing(text: str) -> None:
    assert _plan(text).groups == ()


def test_atoms_name_their_space() -> None:
    assert planning.exact(Space.WORDS, "x").match == Match.EXACT
