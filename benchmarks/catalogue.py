"""Fictional solutions and demands in any number, in the shapes of solutions.json and demand.json.

Texts are recombined from sentence patterns and the lexicon's words, with a fixed seed: the same arguments give the same
rows everywhere. Nothing here names a real product or company.
"""

import random
from collections.abc import Sequence
from typing import Any

from matching import lexicon, standard

Row = dict[str, Any]

_BRANDS = "岩渡禾炉灯铜墨栈竹砺坪檐观梯焊拨"
_BRAND_ENDS = "匣口篓边芯铃线道节尺安下台田点珠"
_KINDS = ("系统", "云平台", "管家", "助手", "标准版", "轻量版", "一体机", "工作台", "套件", "小程序")
_OPENINGS = (
    "面向{workers}人左右的{industry}企业",
    "给{industry}车间用",
    "适合刚起步、没有信息员的工厂",
    "在本市{industry}企业里用过",
    "模块可以单买，也可以一起上",
    "已有系统的企业可以直接对接",
)
_FEATURES = (
    "{a}、{b}在手机上就能办，{c}自动汇总",
    "{a}扫码完成，{b}随时可查",
    "把{a}和{b}放在一张表里，{c}不用再抄",
    "{a}超出范围就提醒，{b}有记录可追",
    "从{a}到{b}一条线走完，{c}按班组统计",
    "{a}与{b}联动，{c}每天自动出报表",
    "现场的{a}直接采集，不再手工补{b}",
    "支持{a}、{b}和{c}，数据可以导出",
    "{a}到期自动提醒，{b}责任到人",
    "先理清{a}，再管{b}，分两步上线",
)
_CLOSINGS = (
    "实施顾问驻场{days}天，培训到会用为止",
    "按年付费，不用自备服务器",
    "数据放在厂里，断网也能用",
    "与财务、仓库系统有现成接口",
    "旧数据免费迁移",
    "三个人半天装完，不停产",
    "报表样式可以自己改",
    "提供评测佐证材料整理",
)
_COMPLAINTS = (
    "{a}全靠人记，{b}总对不上，月底要忙好几天",
    "一问{a}谁也说不清，{b}只能到现场去看",
    "{a}出过几回岔子，{b}还是老办法，客户意见很大",
    "想把{a}管起来，{b}也要有个数",
    "{a}在本子上，{b}在表格里，查一次要半天",
    "换个人{a}就乱，{b}没有章法",
)
_DEVICES = "厂里有{count}台设备，"
_STANDINGS = ("candidate", "listed", "listed", "listed", "recommended", "recommended", "watch", "suspended", "removed")
_DEMAND_LINES = (1, 2, 3, 3, 4, 4, 5, 6)


def generate(n: int, seed: int) -> list[Row]:
    """`n` solutions in the shape of solutions.json, some of them with gaps, as catalogues have them."""
    rng = random.Random(seed)
    providers = [_provider(rng, at) for at in range(max(n // 4, 1))]
    return [_solution(rng, f"G{at:05d}", rng.choice(providers)) for at in range(n)]


def demands(n: int, seed: int) -> list[Row]:
    """`n` demands in the shape of demand.json."""
    rng = random.Random(seed)
    return [_demand(rng, f"N{at:05d}") for at in range(n)]


def _words(rng: random.Random, scenes: Sequence[str]) -> list[str]:
    """Words of the lexicon around the scenes, shuffled."""
    found = [
        word
        for concept in lexicon.default().concepts.values()
        if not concept.scenes or set(concept.scenes).intersection(scenes)
        for word in (*concept.names, *concept.words)
    ]
    rng.shuffle(found)
    return found


def _filled(rng: random.Random, pattern: str, words: list[str], industry: str) -> str:
    a, b, c = (words[rng.randrange(len(words))] for _ in range(3))
    label = standard.INDUSTRIES[industry]
    return pattern.format(
        a=a, b=b, c=c, industry=label, workers=rng.choice((20, 50, 100, 300)), days=rng.choice((3, 5))
    )


def _provider(rng: random.Random, at: int) -> Row:
    count = rng.choice((0, 3, 8, 20, 40))
    rating = {"rating_sum": sum(rng.choice((3, 4, 5, 5)) for _ in range(count)), "rating_count": count}
    return {"id": f"V{at:04d}", "provider": {"standing": rng.choice(_STANDINGS), **rating}}


def _solution(rng: random.Random, solution_id: str, provider: Row) -> Row:
    scenes = rng.sample(list(standard.SCENES), rng.choice((1, 1, 1, 2, 2, 3, 6)))
    industries = rng.choice(([], rng.sample(list(standard.INDUSTRIES), rng.choice((1, 2)))))
    industry = rng.choice(industries or list(standard.INDUSTRIES))
    words = _words(rng, scenes)
    patterns = [rng.choice(_OPENINGS), *rng.sample(_FEATURES, 4), rng.choice(_CLOSINGS)]
    brand = rng.choice(_BRANDS) + rng.choice(_BRAND_ENDS)
    row: Row = {
        "id": solution_id,
        "name": brand + standard.SCENES[scenes[0]].name + rng.choice(_KINDS),
        "provider_id": provider["id"],
        "summary": _filled(rng, rng.choice(_FEATURES), words, industry),
        "description": "。".join(_filled(rng, pattern, words, industry) for pattern in patterns) + "。",
        "coverage": [{"scene": scene, "level": rng.choice((1, 2, 2, 2, 3, 3, 4))} for scene in scenes],
        "provider": provider["provider"],
    }
    facts: Row = {
        "industries": industries,
        "sizes": rng.sample(list(standard.SIZES), rng.choice((1, 2, 3))),
        "deployment": rng.sample(list(standard.DEPLOYMENTS), rng.choice((1, 2))),
        "days_to_deploy": rng.choice((7, 15, 30, 45, 60, 90, 120)),
        "price": _price(rng),
        "cases": [_case(rng, industry, scene) for scene in scenes if rng.random() < 0.5],
    }
    return row | {key: value for key, value in facts.items() if rng.random() < 0.9}


def _price(rng: random.Random) -> Row:
    model = rng.choice(("one_off", "annual", "annual", "per_device", "per_user"))
    amounts = {
        "one_off": (30_000, 600_000),
        "annual": (3_000, 80_000),
        "per_device": (800, 30_000),
        "per_user": (100, 900),
    }
    return {
        "model": model,
        "amount": rng.randrange(*amounts[model], 100),
        "eligible_share": rng.choice((0.5, 0.8, 1.0)),
    }


def _case(rng: random.Random, industry: str, scene: str) -> Row:
    before = rng.choice((0, 1, 2))
    return {"industry": industry, "scene": scene, "level_before": before, "level_after": before + 1}


def _demand(rng: random.Random, demand_id: str) -> Row:
    industry = rng.choice(list(standard.INDUSTRIES))
    scenes = rng.sample(list(standard.SCENES), rng.choice(_DEMAND_LINES))
    share = 100 // len(scenes)
    weights = [100 - share * (len(scenes) - 1), *[share] * (len(scenes) - 1)]
    lines = [
        _line(rng, f"L{at + 1}", scene, weight) for at, (scene, weight) in enumerate(zip(scenes, weights, strict=True))
    ]
    return {
        "id": demand_id,
        "enterprise": {
            "industry": industry,
            "size": rng.choice(list(standard.SIZES)),
            "employees": rng.randrange(8, 500),
        },
        "lines": lines,
        "budget": rng.randrange(20_000, 1_000_000, 10_000),
        "deadline_days": rng.choice((30, 60, 90, 180)),
        "deployment": rng.sample(list(standard.DEPLOYMENTS), 2),
    }


def _line(rng: random.Random, line_id: str, scene: str, weight: int) -> Row:
    words = _words(rng, [scene])
    opening = _DEVICES.format(count=rng.randrange(2, 90)) if rng.random() < 0.2 else ""
    current = rng.choice((0, 1, 1, 2))
    return {
        "id": line_id,
        "scene": scene,
        "current_level": current,
        "target_level": current + rng.choice((1, 1, 2)),
        "text": opening + _filled(rng, rng.choice(_COMPLAINTS), words, "modern_food"),
        "weight": weight,
        "essential": rng.random() < 0.5,
    }
