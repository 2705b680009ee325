"""A client that checks every page it fetches: HTML5, language, title, one h1, ids, labels, form actions."""

from collections import Counter
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask, has_app_context
from sqlalchemy import select
from werkzeug.test import TestResponse

from marketplace.extensions import db
from marketplace.models.accounts import Membership, Role, User
from marketplace.services import accounts
from marketplace.services.unit_of_work import writing

UNLABELLED = {"hidden", "submit", "button", "image", "reset"}
# html5lib knows HTML as of 2016; these are valid since, or are XML's way of speaking of an inline SVG.
TOLERATED = {"unexpected-self-closing-tag"}


class Page:
    """A fetched page that has passed all checks."""

    def __init__(self, response: TestResponse, *, is_fragment: bool = False) -> None:
        self.response = response
        self.html = response.get_data(as_text=True)
        parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
        self.tree: Element = parser.parse(self.html)
        self.errors = [(place, code) for place, code, _ in parser.errors if code not in TOLERATED]
        if not is_fragment:
            self.check()

    def check(self) -> None:
        assert not self.errors, f"invalid HTML: {self.errors[:5]}\n{self._lines()}"
        assert self.tree.get("lang") == "zh-CN"
        assert self.text("head/title"), "no title"
        assert len(self.all("h1")) == 1, f"{len(self.all('h1'))} h1"
        assert self.words(self.all("h1")[0]), "empty h1"
        repeated = [key for key, times in Counter(self.ids()).items() if times > 1]
        assert not repeated, f"ids more than once: {repeated}"
        for form in self.all("form"):
            assert form.get("action"), "a form without an action"
        self._check_labels()
        self._check_policy()

    def _check_labels(self) -> None:
        labelled = {label.get("for") for label in self.all("label")}
        inside = {id(field) for label in self.all("label") for field in label.iter()}
        for field in [*self.all("input"), *self.all("select"), *self.all("textarea")]:
            if field.tag == "input" and field.get("type", "text") in UNLABELLED:
                continue
            is_named = field.get("id") in labelled or id(field) in inside
            assert is_named or field.get("aria-label") or field.get("aria-labelledby"), f"no label: {field.attrib}"
        ids = set(self.ids())
        for element in self.tree.iter():
            for name in ("aria-describedby", "aria-labelledby", "aria-controls", "for"):
                for key in (element.get(name) or "").split():
                    assert key in ids, f"{name} points to #{key}, which is not on the page"

    def _check_policy(self) -> None:
        """The content security policy would silently drop these."""
        for element in self.tree.iter():
            assert element.get("style") is None, f"inline style on {element.tag}"
            assert not [name for name in element.attrib if name.startswith("on")], f"inline handler on {element.tag}"
            assert element.tag != "style", "inline style element"
            if element.tag == "script":
                assert element.get("src") or element.get("type") == "application/json", "inline script"

    def _lines(self) -> str:
        lines = self.html.splitlines()
        return "\n".join(lines[place[0] - 1][:200] for place, _ in self.errors[:5] if place[0] <= len(lines))

    def all(self, tag: str) -> list[Element]:
        return list(self.tree.iter(tag))

    def ids(self) -> list[str]:
        return [key for element in self.tree.iter() if (key := element.get("id"))]

    def by_id(self, key: str) -> Element:
        return next(element for element in self.tree.iter() if element.get("id") == key)

    def by_class(self, name: str) -> list[Element]:
        return [element for element in self.tree.iter() if name in (element.get("class") or "").split()]

    @staticmethod
    def words(element: Element) -> str:
        return " ".join("".join(element.itertext()).split())

    def text(self, path: str) -> str:
        found = self.tree.find(path)
        return self.words(found) if found is not None else ""

    @property
    def body(self) -> str:
        return self.text("body")

    @property
    def h1(self) -> str:
        return self.words(self.all("h1")[0])

    def links(self) -> dict[str, str]:
        """href by the words of the link; the last one of equal words."""
        return {self.words(link): link.get("href", "") for link in self.all("a")}

    def hidden(self, name: str) -> str:
        for field in self.all("input"):
            if field.get("name") == name and field.get("type") == "hidden":
                return field.get("value", "")
        raise AssertionError(f"no hidden field {name}")


class Browser:
    """`get` and `post` as a browser does them: cookies kept, CSRF token sent, pages checked."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()

    def send(self, method: str, url: str, **options: Any) -> TestResponse:
        """A request in an application context of its own, as a server gives it: nobody's login is left in `g`.

        The test's own session starts afresh after it, so that it reads what the request has written.
        """
        with self.app.app_context():
            response = self.client.open(url, method=method, **options)
        if has_app_context():
            db.session.rollback()
        return response

    def get(self, url: str, *, status: int = 200, **options: Any) -> Page:
        response = self.send("GET", url, **options)
        assert response.status_code == status, f"GET {url}: {response.status_code}, wanted {status}"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        return Page(response)

    def raw(self, url: str, *, status: int = 200, **options: Any) -> TestResponse:
        """For what is not a page: JSON, Excel, redirects."""
        response = self.send("GET", url, **options)
        assert response.status_code == status, f"GET {url}: {response.status_code}, wanted {status}"
        return response

    def token(self) -> str:
        """The CSRF token of this browser's session, read off a form of a page that everybody may see."""
        return Page(self.send("GET", "/login")).hidden("csrf_token")

    def post(self, url: str, data: dict[str, Any] | None = None, *, status: int = 303, **options: Any) -> TestResponse:
        form = {"csrf_token": self.token(), **(data or {})}
        response = self.send("POST", url, data=form, **options)
        assert response.status_code == status, (
            f"POST {url}: {response.status_code}, wanted {status}\n{response.get_data(as_text=True)[:2000]}"
        )
        return response

    def submit(self, url: str, data: dict[str, Any] | None = None, *, status: int = 200) -> Page:
        """Post a form whose answer is a page (its errors, a conflict)."""
        return Page(self.post(url, data, status=status))

    def follow(self, response: TestResponse) -> Page:
        location = urlsplit(response.headers["Location"])
        return self.get(location.path + (f"?{location.query}" if location.query else ""))

    def log_in(self, who: User | Role | str) -> "Browser":
        """As this person, or as the first person who has this role."""
        with self.app.app_context():
            query = select(Membership).options(*accounts.SEAT).order_by(Membership.id).limit(1)
            condition = Membership.user_id == who.id if isinstance(who, User) else Membership.role == Role(who)
            membership = db.session.scalars(query.where(condition)).one()
            with writing() as session:
                token = accounts.open_session(session, session.merge(membership, load=False), user_agent="test")
        with self.client.session_transaction() as session:
            session.clear()
            session["_user_id"] = token
            session["_fresh"] = True
        return self
