"""Views, macros, people and articles as the API shows them."""

import asyncio

import httpx

from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.serve import announcement

from .conftest import Desk
from .served import serving

WORDS = "Dear {{ticket.requester.first_name}}, #{{ticket.id}} {{nope}}"


async def test_a_macro_is_applied_with_its_placeholders_and_changes_nothing(desk: Desk, api: httpx.AsyncClient) -> None:
    ticket = desk.ticket(tags=["old"])
    actions = [
        {"field": "comment_value", "value": ["channel:all", WORDS]},
        {"field": "comment_mode_is_public", "value": "true"},
        {"field": "current_tags", "value": "late vip"},
        {"field": "assignee_id", "value": "current_user"},
        {"field": "status", "value": "pending"},
    ]  # fmt: skip
    macro = (await api.post("/macros", json={"macro": {"title": "Late", "actions": actions}})).json()["macro"]["id"]

    result = (await api.get(f"/tickets/{ticket}/macros/{macro}/apply.json")).json()["result"]["ticket"]

    assert result["comment"]["body"] == f"Dear Hana, #{ticket} "
    assert (result["comment"]["public"], result["status"], result["tags"]) == (True, "pending", ["late", "old", "vip"])
    assert result["assignee_id"] == desk.admin["id"]
    assert desk.helpdesk.tickets.live(ticket)["status"] == "new"


def _view(*conditions: tuple[str, str, object]) -> Doc:
    rows = [{"field": field, "operator": operator, "value": value} for field, operator, value in conditions]
    return {"view": {"title": "V", "all": rows}}


async def test_a_view_finds_counts_and_shows_its_tickets(desk: Desk, api: httpx.AsyncClient) -> None:
    urgent, _ = desk.ticket(priority="urgent", tags=["vip"]), desk.ticket(priority="low", tags=["vip"])
    conditions = _view(
        ("status", "less_than", "solved"), ("current_tags", "includes", "vip"), ("priority", "is", "urgent")
    )
    view = (await api.post("/views", json=conditions)).json()["view"]["id"]

    tickets = (await api.get(f"/views/{view}/tickets.json")).json()["tickets"]
    counts = (await api.get(f"/views/count_many.json?ids={view}")).json()["view_counts"]
    executed = (await api.get(f"/views/{view}/execute.json")).json()

    assert ([one["id"] for one in tickets], counts[0]["value"]) == ([urgent], 1)
    assert [row["ticket"]["id"] for row in executed["rows"]] == [urgent]
    assert {"columns", "view", "users"} <= set(executed)


async def test_a_personal_view_is_seen_by_its_person_only(desk: Desk, api: httpx.AsyncClient) -> None:
    sent = _view(("status", "is", "new"))
    sent["view"]["restriction"] = {"type": "User", "id": desk.agent["id"]}
    view = (await api.post("/views", json=sent)).json()["view"]["id"]

    async with desk.client(desk.agent) as agent:
        assert (await agent.get(f"/views/{view}")).status_code == 200
    assert (await api.get(f"/views/{view}")).status_code == 404


async def test_view_conditions_know_me_and_nobody(desk: Desk, api: httpx.AsyncClient) -> None:
    mine, nobodys = desk.ticket(), desk.ticket()
    desk.helpdesk.tickets.update(mine, {"assignee_id": desk.admin["id"]}, desk.admin)

    found = []
    for value in ("current_user", ""):
        view = (await api.post("/views", json=_view(("assignee_id", "is", value)))).json()["view"]["id"]
        found.append([one["id"] for one in (await api.get(f"/views/{view}/tickets")).json()["tickets"]])

    assert found == [[mine], [nobodys]]


async def test_users_are_found_made_and_merged(desk: Desk, api: httpx.AsyncClient) -> None:
    made = await api.post("/users/create_or_update", json={"user": {"name": "Twin", "email": "twin@example.com"}})
    again = await api.post("/users/create_or_update", json={"user": {"name": "Twin II", "email": "TWIN@example.com"}})
    twin = made.json()["user"]["id"]
    ticket, _ = desk.helpdesk.tickets.create({"comment": {"body": "hi"}}, desk.helpdesk.people.users.get(twin))

    await api.put(f"/users/{twin}/merge", json={"user": {"id": desk.customer["id"]}})

    assert (made.status_code, again.status_code, again.json()["user"]["name"]) == (201, 200, "Twin II")
    assert desk.helpdesk.tickets.live(ticket["id"])["requester_id"] == desk.customer["id"]
    found = (await api.get("/users/search?query=twin@example.com")).json()["users"]
    identities = (await api.get(f"/users/{desk.customer['id']}/identities")).json()["identities"]
    assert (found, [one["type"] for one in identities]) == ([], ["email", "phone_number", "email"])


async def test_plain_agents_make_customers_and_no_administrators(agent_api: httpx.AsyncClient) -> None:
    customer = await agent_api.post("/users", json={"user": {"name": "C", "email": "c@example.com"}})
    admin = await agent_api.post("/users", json={"user": {"name": "A", "email": "a@example.com", "role": "admin"}})

    assert (customer.status_code, admin.status_code) == (201, 403)


async def test_articles_are_found_in_their_language_by_part_of_a_sentence(desk: Desk, api: httpx.AsyncClient) -> None:
    center = desk.helpdesk.help_center
    center.sections.put(center.new_place({"id": 5, "name": "S", "category_id": 4}))
    for locale, title, body in (
        ("en-us", "Reset your password", "<p>Open <b>Settings</b></p>"),
        ("ja", "パスワードの再設定", "<p>設定画面を開きます</p>"),
    ):
        article = {"id": 9, "section_id": 5, "locale": locale, "source_locale": "en-us", "title": title, "body": body}
        center.add(center.new_article(article))

    japanese = (await api.get("/help_center/ja/articles/search.json?query=パスワードを忘れた")).json()["results"]
    english = (await api.get("/help_center/en-us/articles/9.json")).json()["article"]
    locales = (await api.get("/help_center/locales.json")).json()

    assert [(one["title"], one["locale"]) for one in japanese] == [("パスワードの再設定", "ja")]
    assert english["title"] == "Reset your password"
    assert locales == {"locales": ["en-us", "ja"], "default_locale": "en-us"}


async def test_twenty_requests_at_once_are_answered_right_over_a_socket(desk: Desk) -> None:
    tickets = [desk.ticket() for _ in range(20)]
    signed = desk.helpdesk.credentials()

    with serving(desk.helpdesk) as port:
        auth = (f"{signed.user}/token", signed.token)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/v2", auth=auth, timeout=30) as client:
            await asyncio.gather(
                *(
                    client.put(f"/tickets/{one}.json", json={"ticket": {"comment": {"body": str(one)}}})
                    for one in tickets
                )
            )
            audits = await asyncio.gather(*(client.get(f"/tickets/{one}/audits.json") for one in tickets))
        told = announcement(desk.helpdesk, port)

    bodies = [answer.json()["audits"][-1]["events"][0]["body"] for answer in audits]
    assert bodies == [str(one) for one in tickets]
    assert (told["tickets"], told["user"]) == (20, "ana@desk.example")


async def test_text_that_is_no_unicode_is_kept_without_harm(api: httpx.AsyncClient) -> None:
    body = b'{"ticket": {"subject": "\\ud800\\u0000", "comment": {"body": "half \\udc00 \\u001b[31m"}}}'

    made = await api.post("/tickets", content=body, headers={"Content-Type": "application/json"})

    assert made.json()["ticket"]["description"] == "half \ufffd \x1b[31m"


async def test_a_value_of_the_wrong_form_is_refused(desk: Desk, api: httpx.AsyncClient) -> None:
    ticket = desk.ticket()

    for wrong in ("nobody", 10**30):
        answer = await api.put(f"/tickets/{ticket}", json={"ticket": {"assignee_id": wrong}})
        assert answer.status_code in (400, 422)
