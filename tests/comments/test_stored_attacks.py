"""Attacks are kept as they were written, and their HTML is harmless (T-CO-03)."""

from comments.models import Comment
from tasks.models import Task
from tests.core.test_markdown import harm_in
from tests.support.cast import Cast, client_of
from tests.support.xss import ATTACKS


def test_attacks_come_back_as_they_were_written(cast: Cast, task: Task) -> None:
    client, path = client_of(cast.max), f"/api/tasks/{task.pk}"
    for attack in ATTACKS[::3]:
        client.ask("POST", f"{path}/comments", {"content": f"x{attack}x"}, status=201)
    client.ask("PATCH", path, {"description": "\n\n".join(ATTACKS)})
    answer = client.get(f"{path}/comments?limit=200&include=html")
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"
    items = answer.json()["data"]["items"]
    assert [item["content"] for item in items] == [f"x{attack}x" for attack in ATTACKS[::3]]
    shown = client.ask("GET", path)["data"]
    assert shown["description"] == "\n\n".join(ATTACKS)
    htmls = [shown["description_html"], *(item["content_html"] for item in items)]
    assert [harm for html in htmls for harm in harm_in(html)] == []
    assert Comment.objects.exclude(html_version=0).count() == len(ATTACKS[::3])
