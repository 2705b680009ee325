"""What is kept in the process is never older than the last committed change of the catalogue."""

import threading

from flask import Flask

from marketplace.extensions import db
from marketplace.models.outbox import OutboxMessage
from marketplace.models.providers import Provider, Standing
from marketplace.models.solutions import Solution
from marketplace.services import clock, kept_views, outbox, solution_cards, solution_details
from marketplace.services.unit_of_work import writing
from tests.factories import Factory


def message(number: int) -> OutboxMessage:
    return OutboxMessage(id=number, topic=outbox.SOLUTION, subject_id=1, created_at=clock.now())


def add(row: object) -> None:
    with writing() as session:
        session.add(row)


def test_a_second_reading_asks_the_database_for_nothing_but_the_mark(app: Flask, make: Factory) -> None:
    asked = []

    def make_views(keys: object) -> dict[int, str]:
        asked.append(keys)
        return {1: "eins"}

    for _ in range(2):
        assert kept_views.get("test", [1], make_views) == {1: "eins"}
    assert asked == [[1]]
    make.solution()
    assert kept_views.get("test", [1], make_views) == {1: "eins"}
    assert asked == [[1], [1]]


def test_a_changed_listing_shows_at_once_on_card_and_page(app: Flask, make: Factory) -> None:
    solution_id = make.solution(name="旧名").id
    assert solution_cards.load([solution_id])[0].name == "旧名"
    assert solution_details.get(None, solution_id=solution_id).name == "旧名"
    with writing() as session:
        session.get_one(Solution, solution_id).name = "新名"
        outbox.put(session, topic=outbox.SOLUTION, subject_id=solution_id)
    assert solution_cards.load([solution_id])[0].name == "新名"
    assert solution_details.get(None, solution_id=solution_id).name == "新名"


def test_a_changed_provider_shows_at_once_without_any_message(app: Flask, make: Factory) -> None:
    solution = make.solution()
    assert len(solution_cards.load([solution.id])) == 1
    with writing() as session:
        session.get_one(Provider, solution.provider_id).standing = Standing.SUSPENDED
    assert solution_cards.load([solution.id]) == ()


def test_a_message_with_a_lower_id_that_is_committed_later_changes_the_mark(app: Flask) -> None:
    add(message(7))
    before = kept_views.mark()
    add(message(6))
    assert kept_views.mark() != before


def test_what_was_made_under_a_mark_that_is_past_is_not_kept(app: Flask) -> None:
    def make_late(keys: object) -> dict[int, str]:
        add(message(99))
        kept_views.get("test", [2], lambda _: {2: "newer"})
        return {1: "stale"}

    assert kept_views.get("test", [1], make_late) == {1: "stale"}
    assert kept_views.get("test", [1], lambda _: {1: "fresh"}) == {1: "fresh"}


def test_the_least_recently_used_views_go_first() -> None:
    shelf = kept_views.Shelf(size=2)
    shelf.find((1,), [])
    shelf.put((1,), {1: "a", 2: "b"})
    shelf.find((1,), [1])
    shelf.put((1,), {3: "c"})
    assert shelf.find((1,), [1, 2, 3]) == {1: "a", 3: "c"}


def test_many_threads_read_and_change_without_an_old_view_surviving(app: Flask, make: Factory) -> None:
    solution_id = make.solution(contracts=0).id
    wrong: list[tuple[int, int]] = []

    def read() -> None:
        with app.app_context():
            for _ in range(30):
                db.session.rollback()
                least = db.session.get_one(Solution, solution_id, populate_existing=True).contracts
                db.session.rollback()
                shown = solution_cards.load([solution_id])[0].contracts
                if shown < least:
                    wrong.append((shown, least))

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(1, 15):
        with writing() as session:
            session.get_one(Solution, solution_id).contracts = number
            outbox.put(session, topic=outbox.SOLUTION, subject_id=solution_id)
    for reader in readers:
        reader.join()
    assert wrong == []
