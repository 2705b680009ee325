"""An overall level in words: which part holds it back, and how far it is to the next one."""

from collections.abc import Mapping
from decimal import Decimal

from matching import standard
from matching.standard import LevelThreshold, LevelVerdict

NAMES = standard.LEVEL_NAMES

WORTH = {
    "self": "自评结果供自己参考，不作为奖补依据。",
    "diagnosis": "诊断结果供企业安排改造参考，不作为奖补依据；奖补以第三方现场评定为准。",
    "on_site": "这是第三方现场评定的结果，奖补以它为准。",
}
WORTH_BEFORE = "2022年版和2024年版题目、算法都不同，这条记录只存档，不和2024年版比较，也不参与排序。"


def points(value: Decimal) -> str:
    """Without zeros that say nothing: 41.350 is 41.35."""
    return f"{value.normalize():f}" if value else "0"


def level_name(level: int) -> str:
    """As the certificate says it: 二级（规范级）."""
    title = standard.LEVEL_TITLES[level]
    return f"{NAMES[level]}（{title}）" if title else NAMES[level]


def reason(value: Decimal, scene_levels: Mapping[str, int], verdict: LevelVerdict) -> str:
    """Why it is this level and not the next one, with the figures of both parts."""
    if verdict.level == standard.TOP_LEVEL:
        return f"打分部分{points(value)}分，场景部分也达到要求，两部分都够{NAMES[verdict.level]}，已是最高等级。"
    if verdict.by_points == verdict.by_scenes:
        rule = _rule(verdict.level + 1)
        both = f"打分部分{points(value)}分，不到{points(rule.points)}分；{_scenes_short(scene_levels, rule)}。"
        return f"两部分都{_only(verdict.level)}：{both}"
    if verdict.by_points > verdict.by_scenes:
        rule = _rule(verdict.by_scenes + 1)
        start = f"打分部分{points(value)}分，够{NAMES[verdict.by_points]}"
        return f"{start}；卡在场景部分：{_scenes_short(scene_levels, rule)}，{_only(verdict.level)}。"
    rule = _rule(verdict.by_points + 1)
    start = f"场景部分够{NAMES[verdict.by_scenes]}；卡在打分部分：{points(value)}分，不到{points(rule.points)}分"
    return f"{start}，{_only(verdict.level)}。"


def distance(verdict: LevelVerdict) -> tuple[str, ...]:
    """What is still needed for the next level, a line a part; nothing at the top."""
    if verdict.level == standard.TOP_LEVEL:
        return ()
    name = NAMES[verdict.level + 1]
    lines = []
    if verdict.missing_points:
        lines.append(f"打分部分还差{points(verdict.missing_points)}分")
    scenes = max(verdict.missing_scenes, verdict.missing_mandatory)
    if scenes:
        among = f"，其中约束性场景至少{verdict.missing_mandatory}个" if verdict.missing_mandatory else ""
        lines.append(f"还要把{scenes}个场景提到{name}{among}")
    return tuple(lines)


def notes(level: int) -> tuple[str, ...]:
    """Where the sources of the rule disagree, for this level and the next one; each once."""
    rules = [rule for rule in reversed(standard.LEVEL_RULE) if rule.level in (level, level + 1) and rule.note]
    return tuple(dict.fromkeys(rule.note for rule in rules))


def _only(level: int) -> str:
    return f"只到{NAMES[level]}" if level else f"还没到{NAMES[1]}"


def _scenes_short(scene_levels: Mapping[str, int], rule: LevelThreshold) -> str:
    scenes, mandatory = standard.count_scenes(scene_levels, rule.level)
    said = f"达到{NAMES[rule.level]}的场景有{scenes}个，要求{rule.scenes}个"
    return f"{said}；其中约束性{mandatory}个，要求{rule.mandatory_scenes}个"


def _rule(level: int) -> LevelThreshold:
    return next(rule for rule in standard.LEVEL_RULE if rule.level == level)
