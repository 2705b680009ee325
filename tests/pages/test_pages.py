"""Pages of words, and the page for what went wrong."""

import pytest

from tests.harness import Browser


@pytest.mark.parametrize(("url", "heading"), [("/how-it-works", "办事流程"), ("/accessibility", "无障碍说明")])
def test_pages_of_words_stand_without_any_data(client: Browser, url: str, heading: str) -> None:
    assert client.get(url).h1 == heading


def test_how_it_works_takes_its_numbers_from_the_rules(client: Browser) -> None:
    body = client.get("/how-it-works").body
    assert "至少 6 个场景达二级，其中约束性场景至少 3 个" in body
    assert "仅供估算" in body


@pytest.mark.parametrize("url", ["/nope", "/solutions/x", "/solutions/-1", "/%00", "/solutions/" + "9" * 40])
def test_an_address_that_leads_nowhere_is_a_404_with_a_way_back(client: Browser, url: str) -> None:
    assert "返回首页" in client.get(url, status=404).links()


def test_a_post_without_the_token_is_refused_in_words(client: Browser) -> None:
    response = client.client.post("/preferences/care", data={"care": "on"})
    assert response.status_code == 400
    assert "表单已过期" in response.get_data(as_text=True)
