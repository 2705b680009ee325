"""A workbook of 500 products with all their parts: uploaded, checked cell by cell, imported, over HTTP.

Two gunicorn workers over the demo city; one product in ten has a fault. The peer is reading the same workbook bare
with calamine, every sheet, nothing checked. Run: python -m benchmarks.listing_import
"""

import http.cookiejar
import io
import re
import tempfile
import time
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable
from statistics import median

from python_calamine import CalamineWorkbook

from benchmarks.pages import SERVERS, prepare, served
from tests import listing_files

PRODUCTS, PARTS, FAULTY_EVERY = 500, 3, 10
ROUNDS = 3
PATIENCE = 120.0
DONE = "怎么处理"  # the heading of the page that asks for the choice
PORT = SERVERS["market"][1]
ADDRESS = f"http://127.0.0.1:{PORT}"


class Visitor:
    """A browser of the barest kind: cookies, and the hidden fields of the page before."""

    def __init__(self) -> None:
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, address: str) -> str:
        with self.opener.open(address, timeout=PATIENCE) as answer:
            return str(answer.read().decode())

    def post(self, address: str, fields: dict[str, str]) -> str:
        """Returns where it was led to."""
        with self.opener.open(address, urllib.parse.urlencode(fields).encode(), timeout=PATIENCE) as answer:
            return str(answer.url)

    def send(self, address: str, fields: dict[str, str], content: bytes) -> str:
        mark = uuid.uuid4().hex
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="products.xlsx"\r\n\r\n'.encode()
        body = b"".join([*parts, head, content, f"\r\n--{mark}--\r\n".encode()])
        request = urllib.request.Request(address, body, {"Content-Type": f"multipart/form-data; boundary={mark}"})
        with self.opener.open(request, timeout=PATIENCE) as answer:
            return str(answer.url)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    if found is None:
        raise RuntimeError(f"no field {name}")
    return found[1]


def workbook(number: int) -> bytes:
    """Another file each round, so that every product is new to the shelf or changed."""
    sheets = listing_files.products(PRODUCTS, parts=PARTS)
    for place in range(1, PRODUCTS + 1):
        listing_files.put(sheets, "产品", place, "检索词", f"扫码、第{number}次")
    for place in range(FAULTY_EVERY, PRODUCTS + 1, FAULTY_EVERY):
        listing_files.put(sheets, "产品", place, "上线时间（天）", "两个月")
    return listing_files.workbook(sheets)


def wait(visitor: Visitor, address: str, is_there: Callable[[str], bool]) -> float:
    started = time.perf_counter()
    while not is_there(visitor.get(address)):
        if time.perf_counter() - started > PATIENCE:
            raise RuntimeError("no result")
        time.sleep(0.05)
    return time.perf_counter() - started


def bare(content: bytes) -> float:
    started = time.perf_counter()
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    cells = sum(len(row) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python())
    taken = time.perf_counter() - started
    if not cells:
        raise RuntimeError("an empty workbook")
    return taken


def run(visitor: Visitor, content: bytes) -> dict[str, float]:
    page = visitor.get(f"{ADDRESS}/listings/import")
    fields = {name: hidden(page, name) for name in ("csrf_token", "once")}
    started = time.perf_counter()
    address = visitor.send(f"{ADDRESS}/listings/import", fields, content)
    received = time.perf_counter() - started
    first = received + wait(visitor, address, lambda text: f"/ {PRODUCTS} 个产品" in text or DONE in text)
    checked = first + wait(visitor, address, lambda text: DONE in text)
    page = visitor.get(address)
    good, faults = PRODUCTS - PRODUCTS // FAULTY_EVERY, PRODUCTS // FAULTY_EVERY
    if f"导入合格的{good}个" not in page or f"问题，共{faults}处" not in page:
        raise RuntimeError("the check found something else than was put in")
    confirmed = time.perf_counter()
    visitor.post(f"{address}/confirm", {name: hidden(page, name) for name in ("csrf_token", "version", "once")})
    wait(visitor, address, lambda text: "各产品的结果" in text)
    imported = time.perf_counter() - confirmed
    return {"received": received, "first": first, "checked": checked, "imported": imported, "bare": bare(content)}


def main() -> None:
    with tempfile.TemporaryDirectory() as instance:
        prepare(instance)
        with served(*SERVERS["market"], instance):
            visitor = Visitor()
            page = visitor.get(f"{ADDRESS}/login")
            visitor.post(f"{ADDRESS}/demo-login", {"csrf_token": hidden(page, "csrf_token"), "role": "provider"})
            contents = [workbook(number) for number in range(ROUNDS)]
            rounds = [run(visitor, content) for content in contents]
    print(f"{PRODUCTS} products, {len(contents[0]) / 1024:.0f} KB, medians of {ROUNDS} rounds")
    for name, label in (
        ("received", "upload looked at and kept"),
        ("first", "first progress on the page (limit 2 s)"),
        ("checked", "row-exact result on the page (limit 20 s)"),
        ("imported", "good rows imported, from the choice on"),
        ("bare", "peer: calamine reads the same workbook bare"),
    ):
        print(f"{label:45} {median(one[name] for one in rounds):7.2f} s")
    print(f"result / peer {median(one['checked'] / one['bare'] for one in rounds):.1f}")


if __name__ == "__main__":
    main()
