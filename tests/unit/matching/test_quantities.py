"""Numbers of machines in a factory's own words."""

import pytest

from matching import quantities


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("二十五台数控机床看着都在转", 25),
        ("卖出去一百五十来台大泵", 150),
        ("厂里有12台设备", 12),
        ("三个工位", 3),
        ("两百零五台", 205),
        ("一千二百台", 1200),
        ("十台炉子", 10),
        ("二十多台", 20),
        ("一台机器几百个零件", None),
        ("那十几台关键的贴装机", None),
        ("好几台", None),
        ("哪台炉子费", None),
        ("这三台", None),
        ("五台车床、八台铣床", None),
        ("三百多个料号", None),
        ("", None),
    ],
)
def test_a_number_is_taken_only_when_it_is_told(text: str, count: int | None) -> None:
    assert quantities.machines(text) == count
