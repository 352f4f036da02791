"""The paths of what an account may have and this helpdesk has none of: honest, empty lists."""

from collections.abc import Callable

from agentdesk.sandbox.calls import Call, Endpoint
from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.paging import Listed, Listing, answer
from agentdesk.sandbox.problems import not_found

# Path, the name of its list, and whether only administrators may ask.
_LISTS = (
    ("/audit_logs", "audit_logs", True),
    ("/automations/active", "automations", True),
    ("/automations", "automations", True),
    ("/bookmarks", "bookmarks", False),
    ("/brand_agents", "brand_agents", True),
    ("/business_hours/schedules", "schedules", True),
    ("/channels/voice/phone_numbers", "phone_numbers", False),
    ("/community/posts", "posts", False),
    ("/community/topics", "topics", False),
    ("/custom_objects", "custom_objects", False),
    ("/dynamic_content/items", "items", True),
    ("/group_slas/policies", "group_sla_policies", True),
    ("/organization_fields", "organization_fields", False),
    ("/organization_subscriptions", "organization_subscriptions", False),
    ("/queues", "queues", True),
    ("/resource_collections", "resource_collections", True),
    ("/routing/attributes", "attributes", True),
    ("/satisfaction_reasons", "reasons", False),
    ("/sharing_agreements", "sharing_agreements", True),
    ("/targets", "targets", True),
    ("/target_failures", "target_failures", True),
    ("/ticket_form_statuses", "ticket_form_statuses", False),
    ("/trigger_categories", "trigger_categories", True),
    ("/triggers/active", "triggers", True),
    ("/triggers", "triggers", True),
    ("/user_fields", "user_fields", False),
    ("/webhooks", "webhooks", True),
    ("/workspaces", "workspaces", True),
)
_BELOW_ARTICLES = (("comments", "comments"), ("votes", "votes"), ("subscriptions", "subscriptions"))


def _empty(name: str) -> Callable[[Call], Doc]:
    def nothing(call: Call) -> Doc:
        return answer(call, Listing(name, Listed([]), list))

    return nothing


def _nowhere(_call: Call) -> Doc:
    raise not_found()


def _of_article(name: str) -> Callable[[Call], Doc]:
    def nothing(call: Call) -> Doc:
        call.desk.help_center.articles.get(call.id)
        return answer(call, Listing(name, Listed([]), list))

    return nothing


def _routing(call: Call) -> Doc:
    end = int(call.desk.db.now().timestamp())
    return {str(call.ids["noun"]): [], "count": 0, "end_time": end, "next_page": None, "end_of_stream": True}


def definitions(_call: Call) -> Doc:
    return {"definitions": {"conditions_all": [], "conditions_any": []}}


ENDPOINTS = (
    Endpoint("GET", "/routing/attributes/definitions", definitions, admin=True),
    *(Endpoint("GET", path, _empty(name), admin=admin) for path, name, admin in _LISTS),
    *(Endpoint("GET", f"{path}/{{id:int}}", _nowhere, admin=admin) for path, _, admin in _LISTS),
    *(Endpoint("GET", f"/help_center/articles/{{id:int}}/{path}", _of_article(name)) for path, name in _BELOW_ARTICLES),
    Endpoint("GET", "/incremental/routing/{noun}", _routing, ("incremental-exports",), admin=True),
)
