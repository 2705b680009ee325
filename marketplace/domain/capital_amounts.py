"""中文大写金额: an amount in the characters that cannot be altered, as 支付结算办法 附一 writes them."""

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿")
GROUP = 10_000
LIMIT = GROUP ** len(GROUPS)


def of(yuan: int) -> str:
    """Whole yuan in words, closed by 整; a zero between figures is said once. ValueError below 0 or from 万亿 on."""
    if not 0 <= yuan < LIMIT:
        raise ValueError(f"an amount from 0 to {LIMIT - 1}, not {yuan}")
    if yuan == 0:
        return "零元整"
    text, is_gap = "", False
    for place in reversed(range(len(GROUPS))):
        part = yuan // GROUP**place % GROUP
        if part == 0:
            is_gap = bool(text)
            continue
        if text and (is_gap or part < GROUP // 10):
            text += DIGITS[0]
        text += _group(part) + GROUPS[place]
        is_gap = False
    return f"{text}元整"


def _group(number: int) -> str:
    """1 to 9999, zeros before the first and after the last figure left out."""
    text, is_gap = "", False
    for place in reversed(range(len(PLACES))):
        digit = number // 10**place % 10
        if digit == 0:
            is_gap = bool(text)
            continue
        text += (DIGITS[0] if is_gap else "") + DIGITS[digit] + PLACES[place]
        is_gap = False
    return text
