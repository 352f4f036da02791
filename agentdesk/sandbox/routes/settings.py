"""The paths of what the account is: its brand, languages, roles, settings, and the mail that was suspended."""

from agentdesk.sandbox.calls import Answer, Call, Endpoint
from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.fields import BRAND_ID
from agentdesk.sandbox.paging import Listed, Listing, Stored, answer
from agentdesk.sandbox.problems import not_found
from agentdesk.sandbox.records import Shelf
from agentdesk.sandbox.tickets import via_of
from agentdesk.sandbox.uploads import MAX_BYTES

_LOCALES = ((1, "en-US", "English"), (67, "ja", "日本語"))


def _since(call: Call) -> str:
    return call.desk.db.setting("created_at") or call.desk.db.stamp()


def _brand(call: Call, known: Doc) -> Doc:
    stamp = _since(call)
    return {
        "id": known["id"], "url": f"{call.base}/brands/{known['id']}.json", "name": known["name"],
        "brand_url": call.root, "subdomain": "desk", "has_help_center": True, "help_center_state": "enabled",
        "active": True, "default": known["id"] == BRAND_ID,
        "is_deleted": False, "logo": None, "ticket_form_ids": [row["id"] for row in call.desk.fields.forms.where()],
        "signature_template": "{{agent.signature}}", "host_mapping": None, "created_at": stamp, "updated_at": stamp,
    }  # fmt: skip


def brands(call: Call) -> Doc:
    return answer(call, Listing("brands", Listed([_brand(call, one) for one in call.desk.fields.brands()]), list))


def brand(call: Call) -> Doc:
    known = next((one for one in call.desk.fields.brands() if one["id"] == call.id), None)
    if known is None:
        raise not_found()
    return {"brand": _brand(call, known)}


def addresses(call: Call) -> Doc:
    stamp = _since(call)
    address: Doc = {
        "id": BRAND_ID, "brand_id": BRAND_ID, "default": True, "name": "Support", "email": "support@desk.example",
        "forwarding_status": "verified", "spf_status": "verified", "cname_status": "verified",
        "domain_verification_status": "verified", "created_at": stamp, "updated_at": stamp,
    }  # fmt: skip
    return answer(call, Listing("recipient_addresses", Listed([address]), list))


def _locales(call: Call) -> list[Doc]:
    stamp = _since(call)
    return [
        {"id": number, "locale": name, "name": title, "native_name": title, "default": number == 1,
         "url": f"{call.base}/locales/{name}.json", "created_at": stamp, "updated_at": stamp}
        for number, name, title in _LOCALES
    ]  # fmt: skip


def locales(call: Call) -> Doc:
    return answer(call, Listing("locales", Listed(_locales(call)), list))


def locale(call: Call) -> Doc:
    name = str(call.ids.get("locale") or call.user.get("locale") or "en-US").lower()
    for row in _locales(call):
        if name in (str(row["id"]), row["locale"].lower()):
            return {"locale": row}
    raise not_found()


def roles(call: Call) -> Doc:
    """This account has only the roles every account has, none of its own."""
    return answer(call, Listing("custom_roles", Listed([]), list))


def settings(_call: Call) -> Doc:
    return {
        "settings": {
            "active_features": {
                "customer_satisfaction": True, "user_tagging": True, "ticket_tagging": True, "on_hold_status": True,
                "ticket_forms": True, "user_org_fields": False, "business_hours": False, "voice": False, "chat": False,
                "twitter": False, "facebook": False, "light_agents": False, "sandbox": True, "markdown": False,
                "organization_access_enabled": True, "dynamic_contents": False, "allow_ccs": True,
            },
            "agents": {"agent_workspace": True, "aw_self_serve_migration_enabled": False},
            "api": {"accepted_api_agreement": True, "api_password_access": "false", "api_token_access": "true"},
            "brands": {"default_brand_id": BRAND_ID, "require_brand_on_new_tickets": False},
            "groups": {"check_group_name_uniqueness": True},
            "limits": {"attachment_size": MAX_BYTES},
            "localization": {"locale_ids": [number for number, _, _ in _LOCALES]},
            "rule": {"macro_most_used": True, "macro_order": "position"},
            "side_conversations": {"email_channel": False, "msteams_channel": False, "show_in_context_panel": False,
                                   "slack_channel": False, "tickets_channel": False},
            "tickets": {
                "comments_public_by_default": True, "tagging": True, "custom_statuses_enabled": True,
                "agent_ticket_deletion": True, "agent_collision": False, "collaboration": True, "status_hold": True,
                "rich_text_comments": True, "markdown_ticket_comments": False, "private_attachments": False,
                "is_first_comment_private_enabled": True, "assign_tickets_upon_solve": True,
                "follower_and_email_cc_collaborations": True, "email_attachments": False,
            },
            "user": {"agent_created_welcome_emails": False, "have_gravatars_enabled": False,
                     "language_selection": True, "multiple_organizations": False, "tagging": True,
                     "time_zone_selection": True, "end_user_phone_number_validation": False},
        }
    }  # fmt: skip


# Mail that was suspended


def _suspended(call: Call) -> Shelf:
    return call.desk.db.shelf("suspended_tickets")


def _shown(call: Call, row: Doc) -> Doc:
    return {"url": f"{call.base}/suspended_tickets/{row['id']}.json", **row}


def suspended(call: Call) -> Doc:
    def shown(rows: list[Doc]) -> list[Doc]:
        return [_shown(call, row) for row in rows]

    return answer(call, Listing("suspended_tickets", Stored(_suspended(call)), shown))


def suspended_one(call: Call) -> Doc:
    return {"suspended_ticket": _shown(call, _suspended(call).get(call.id))}


def recover(call: Call) -> Doc:
    return {"ticket": [_recovered(call, call.id)]}


def recover_many(call: Call) -> Doc:
    return {"tickets": [_recovered(call, one) for one in call.numbers()]}


def _recovered(call: Call, suspended_id: int) -> Doc:
    """The suspended mail, now a ticket of its author's."""
    row = _suspended(call).get(suspended_id)
    author = row.get("author") or {}
    email = author.get("email")
    requester = call.desk.people.resolve({"id": author.get("id"), "email": email, "name": author.get("name") or email})
    via = via_of("email", rel="recovered_from_suspended_tickets")
    fields: Doc = {"subject": row["subject"], "comment": {"body": row["content"], "author_id": requester["id"]}}
    made, _ = call.desk.tickets.create({**fields, "requester_id": requester["id"]}, requester, via)
    _suspended(call).remove(suspended_id)
    return _shown(call, row | {"ticket_id": made["id"]})


def drop(call: Call) -> Answer:
    _suspended(call).remove(_suspended(call).get(call.id)["id"])
    return Answer(204)


def drop_many(call: Call) -> Answer:
    for one in call.numbers():
        _suspended(call).remove(one)
    return Answer(204)


ENDPOINTS = (
    Endpoint("GET", "/brands", brands),
    Endpoint("GET", "/brands/{id:int}", brand),
    Endpoint("GET", "/recipient_addresses", addresses),
    Endpoint("GET", "/locales", locales),
    Endpoint("GET", "/locales/agent", locales),
    Endpoint("GET", "/locales/public", locales),
    Endpoint("GET", "/locales/current", locale),
    Endpoint("GET", "/locales/{locale}", locale),
    Endpoint("GET", "/custom_roles", roles, admin=True),
    Endpoint("GET", "/account/settings", settings),
    Endpoint("GET", "/suspended_tickets", suspended),
    Endpoint("PUT", "/suspended_tickets/recover_many", recover_many),
    Endpoint("DELETE", "/suspended_tickets/destroy_many", drop_many),
    Endpoint("GET", "/suspended_tickets/{id:int}", suspended_one),
    Endpoint("PUT", "/suspended_tickets/{id:int}/recover", recover),
    Endpoint("DELETE", "/suspended_tickets/{id:int}", drop),
)
