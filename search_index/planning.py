"""What a typed text asks for, as data: groups of alternatives, decided before any engine's query is built.

Pure, but for one question that only the index answers: `is_found(alternatives)`, does any document hold one of
them? A word that some document holds is taken as typed; only an unknown one is read as a slip.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from search_index import settings
from search_index.analysis import Analysis, Word, fold, normalise


class Space(StrEnum):
    """Where a value is looked up."""

    WORDS = "words"
    SOUNDS = "sounds"
    INITIALS = "initials"


class Match(StrEnum):
    EXACT = "exact"
    PREFIX = "prefix"
    TYPO = "typo"


@dataclass(frozen=True, slots=True)
class Atom:
    """One value to be found in one space."""

    space: Space
    match: Match
    value: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """All of these atoms; `is_direct` when it is what was typed, and counts full."""

    atoms: tuple[Atom, ...]
    is_direct: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """One thing that was asked for: any of the alternatives. `typed` are the words it was read from."""

    alternatives: tuple[Alternative, ...]
    typed: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The groups of a text, how many of them a document must satisfy, and the text as a name."""

    groups: tuple[Group, ...]
    required: int
    relaxed: bool
    name: str


Found = Callable[[Sequence[Group], int], bool]


def exact(space: Space, value: str) -> Atom:
    return Atom(space, Match.EXACT, value)


def plan(text: str, *, analysis: Analysis, is_found: Found) -> Plan:
    """Read `text`. `is_found(groups, required)`: does any live document satisfy that many of the groups?"""
    rule = settings.load().relevance
    text = text[: int(rule["max_characters"])]
    words = _content(analysis.words(text))[: int(rule["max_words"])]
    groups = _resolve(_typed_groups(words, analysis), analysis=analysis, is_found=is_found)
    name = name_key(text)
    required = len(groups)
    if required < 2 or is_found(groups, required):
        return Plan(groups, required, relaxed=False, name=name)
    heard = tuple(_with_sound(group, analysis) for group in groups)
    if heard != groups and is_found(heard, required):
        return Plan(heard, required, relaxed=False, name=name)
    most = math.ceil(required * rule["relaxed_share"])
    satisfiable = (number for number in range(most, 1, -1) if is_found(groups, number))
    return Plan(groups, next(satisfiable, 1), relaxed=True, name=name)


def name_key(text: str) -> str:
    """A name without spaces, case and width: what "the whole query is the name" compares."""
    return "".join(normalise(text).split())


def _content(words: Sequence[Word]) -> list[Word]:
    stop = settings.stop_words()
    return [word for word in words if word.text not in stop] or list(words)


def _typed_groups(words: Sequence[Word], analysis: Analysis) -> list[Group]:
    groups: list[Group] = []
    position = 0
    while position < len(words):
        span = _span(words, position, analysis)
        groups.append(_group(span, analysis, is_last=position + len(span) == len(words)))
        position += len(span)
    return groups


def _span(words: Sequence[Word], position: int, analysis: Analysis) -> tuple[Word, ...]:
    """The longest stretch of adjacent words that is a synonym's key; else the one word."""
    for length in range(settings.load().typing["synonym_span"], 1, -1):
        stretch = tuple(words[position : position + length])
        if len({word.run for word in stretch}) == 1 and _joined(stretch) in analysis.synonyms_by_word:
            return stretch
    return (words[position],)


def _joined(words: Sequence[Word]) -> str:
    return "".join(word.text for word in words)


def _group(span: tuple[Word, ...], analysis: Analysis, *, is_last: bool) -> Group:
    typed = Alternative(tuple(exact(Space.WORDS, word.text) for word in span), is_direct=True)
    synonyms = [_phrase(other, analysis) for other in analysis.synonyms_by_word.get(_joined(span), ())]
    more = _parts(span) if span[0].is_han else _beginning(span[0].text, is_last=is_last)
    return Group((typed, *(other for other in synonyms if other.atoms), *more), span)


def _phrase(text: str, analysis: Analysis) -> Alternative:
    return Alternative(tuple(exact(Space.WORDS, word.text) for word in analysis.words(text)))


def _parts(span: Sequence[Word]) -> list[Alternative]:
    """A long Chinese word also as its two-character parts, wherever they stand."""
    text = span[0].text
    if len(span) > 1 or len(text) < settings.load().typing["part_from"] or len(text) % 2:
        return []
    return [Alternative(tuple(exact(Space.WORDS, text[at : at + 2]) for at in range(0, len(text), 2)))]


def _beginning(text: str, *, is_last: bool) -> list[Alternative]:
    if not is_last or len(text) < settings.load().typing["prefix_from"]:
        return []
    return [Alternative((Atom(Space.WORDS, Match.PREFIX, text),))]


def _resolve(groups: list[Group], *, analysis: Analysis, is_found: Found) -> tuple[Group, ...]:
    """Read anew what no document holds: Latin words as pinyin or slips, Chinese ones by their sound."""
    known = [is_found([group], 1) for group in groups]
    resolved: list[Group] = []
    position = 0
    while position < len(groups):
        group = groups[position]
        if group.typed[0].is_han:
            end = _unknown_stretch(groups, known, position)
            resolved.extend(_by_sound(groups[position:end], known[position:end], analysis, is_found))
            position = end
        else:
            is_last = position + 1 == len(groups)
            resolved.append(_latin(group, analysis, is_known=known[position], is_last=is_last, is_found=is_found))
            position += 1
    return tuple(resolved)


def _unknown_stretch(groups: Sequence[Group], known: Sequence[bool], position: int) -> int:
    """End of the stretch of unknown words and single characters from `position`; one group when it is known."""
    end = position
    while end < len(groups) and groups[end].typed[0].run == groups[position].typed[0].run:
        if known[end] and len(_joined(groups[end].typed)) > 1:
            break
        end += 1
    return max(end, position + 1) if not all(known[position:end]) else position + 1


def _by_sound(groups: Sequence[Group], known: Sequence[bool], analysis: Analysis, is_found: Found) -> Sequence[Group]:
    if all(known):
        return groups
    typed = tuple(word for group in groups for word in group.typed)
    text = _joined(typed)
    heard = Group((Alternative((exact(Space.SOUNDS, _sound(text, analysis)),)),), typed)
    return [heard] if len(text) > 1 and is_found([heard], 1) else groups


def _sound(text: str, analysis: Analysis) -> str:
    longest = settings.load().typing["sound_syllables"]
    return fold("".join(analysis.syllables(text)[:longest]))


def _latin(group: Group, analysis: Analysis, *, is_known: bool, is_last: bool, is_found: Found) -> Group:
    text = group.typed[0].text
    written = replace(group, alternatives=group.alternatives[:1])
    if text in analysis.synonyms_by_word or (is_known and is_found([written], 1)):
        return group
    heard = replace(group, alternatives=(*group.alternatives, *_spelled(text, is_last=is_last)))
    if is_known or is_found([heard], 1) or len(text) < settings.load().typing["typo_from"]:
        return heard
    slips = (Atom(Space.WORDS, Match.TYPO, text), Atom(Space.SOUNDS, Match.TYPO, fold(text)))
    return replace(heard, alternatives=(*heard.alternatives, *(Alternative((slip,)) for slip in slips)))


def _spelled(text: str, *, is_last: bool) -> list[Alternative]:
    """A Latin word read as pinyin written together, or as the initials of a Chinese one."""
    atoms = [exact(Space.SOUNDS, fold(text)), exact(Space.INITIALS, text)]
    if is_last and len(text) >= settings.load().typing["prefix_from"]:
        atoms.append(Atom(Space.SOUNDS, Match.PREFIX, fold(text)))
    return [Alternative((atom,)) for atom in atoms]


def _with_sound(group: Group, analysis: Analysis) -> Group:
    text = _joined(group.typed)
    if not group.typed[0].is_han or len(text) < 2:
        return group
    heard = Alternative((exact(Space.SOUNDS, _sound(text, analysis)),))
    return replace(group, alternatives=(*group.alternatives, heard))
