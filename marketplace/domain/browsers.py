"""A browser's own description in a few words, so that its owner knows which device a session is on."""

SYSTEMS = (
    ("HarmonyOS", "鸿蒙"),
    ("Android", "安卓"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
PROGRAMS = (
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("QQBrowser", "QQ浏览器"),
    ("Firefox", "火狐"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def describe(user_agent: str) -> str:
    """The first match of each table: derived browsers name their ancestors as well, so they stand above them."""
    program = next((label for mark, label in PROGRAMS if mark in user_agent), "浏览器未知")
    system = next((label for mark, label in SYSTEMS if mark in user_agent), "系统未知")
    return f"{program}，{system}"
