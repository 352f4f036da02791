"""The people: users with their identities, organizations, groups and who belongs to them, and what happened to them."""

from collections.abc import Iterable

from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.problems import invalid, missing, not_found
from agentdesk.sandbox.records import Database, Query, Value, marks, pattern

STAFF = ("agent", "admin")

_NEW_USER: Doc = {
    "name": "", "email": None, "created_at": None, "updated_at": None, "time_zone": "UTC", "iana_time_zone": "Etc/UTC",
    "phone": None, "shared_phone_number": None, "photo": None, "locale_id": 1, "locale": "en-US",
    "organization_id": None, "role": "end-user", "verified": False, "external_id": None, "tags": [], "alias": None,
    "active": True, "shared": False, "shared_agent": False, "last_login_at": None, "two_factor_auth_enabled": None,
    "signature": None, "details": None, "notes": None, "role_type": None, "custom_role_id": None, "moderator": False,
    "ticket_restriction": None, "only_private_comments": False, "restricted_agent": False, "suspended": False,
    "default_group_id": None, "report_csv": False, "chat_only": False, "user_fields": {},
}  # fmt: skip
_WRITABLE_USER = frozenset(_NEW_USER) - {"created_at", "updated_at", "active", "shared", "shared_agent"} | {"id"}

_NEW_ORGANIZATION: Doc = {
    "name": "", "shared_tickets": False, "shared_comments": False, "external_id": None, "created_at": None,
    "updated_at": None, "domain_names": [], "details": None, "notes": None, "group_id": None, "tags": [],
    "organization_fields": {}, "deleted_at": None,
}  # fmt: skip

_NEW_GROUP: Doc = {
    "name": "", "description": "", "default": False, "deleted": False, "is_public": True,
    "created_at": None, "updated_at": None,
}  # fmt: skip


class People:
    """Everybody the helpdesk knows."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.users = db.shelf("users")
        self.identities = db.shelf("identities")
        self.organizations = db.shelf("organizations")
        self.groups = db.shelf("groups")
        self.memberships = db.shelf("memberships")
        self.organization_memberships = db.shelf("organization_memberships")
        self.events = db.shelf("events")

    # Users

    def new_user(self, fields: Doc) -> Doc:
        """A whole user from the fields that are known."""
        stamp = self.db.stamp()
        user = {**_NEW_USER, "created_at": stamp, "updated_at": stamp, **fields}
        user["name"] = user["name"] or user["email"] or "Unknown"
        user["email"] = user["email"].lower() if user["email"] else None
        user["role"] = user["role"] or "end-user"
        user["restricted_agent"] = user["role"] == "end-user"
        return user

    def create_user(self, fields: Doc) -> Doc:
        """A new user with the identities its e-mail and phone make; 422 when the e-mail is taken."""
        if not fields.get("name") and not fields.get("email"):
            raise invalid(name="Name: is too short (minimum one character)")
        email = fields.get("email")
        if email and self.by_identity(email):
            raise invalid(email=f"Email: {email} is already being used by another user")
        known = {name: value for name, value in fields.items() if name in _WRITABLE_USER}
        user = self.users.put(self.new_user(known | {"id": None}))
        for extra in identities_of(user, fields.get("identities") or ()):
            self.identities.put(self.new_identity(user["id"], extra))
        return user

    def update_user(self, user_id: int, fields: Doc) -> Doc:
        """The user with these fields changed; another e-mail becomes a further identity, as in Zendesk."""
        user = self.users.get(user_id)
        known = {name: fields[name] for name in (_WRITABLE_USER - {"id", "email"}) & fields.keys()}
        if isinstance(known.get("user_fields"), dict):
            known["user_fields"] = {**user["user_fields"], **known["user_fields"]}
        email = fields.get("email")
        if email and not self.by_identity(email):
            self.identities.put(self.new_identity(user_id, {"type": "email", "value": email, "primary": False}))
        return self.users.put({**user, **known, "updated_at": self.db.stamp()})

    def create_or_update(self, fields: Doc) -> tuple[Doc, bool]:
        """The user that the external id or e-mail names, changed or newly made, and whether it is new."""
        user = None
        if fields.get("external_id"):
            user = self.users.first(Query("external_id = ? AND active", (str(fields["external_id"]),)))
        if user is None and fields.get("email"):
            user = self.by_identity(fields["email"])
        if user is None:
            return self.create_user(fields), True
        return self.update_user(user["id"], fields), False

    def delete_user(self, user_id: int) -> Doc:
        """The user, no longer active."""
        user = self.users.get(user_id)
        for identity in self.identities.where(Query("user_id = ?", (user_id,))):
            self.identities.remove(identity["id"])
        return self.users.put({**user, "active": False, "email": None, "updated_at": self.db.stamp()})

    def forget_user(self, user_id: int) -> Doc:
        """The deleted user without a name; 404 unless it was deleted first."""
        user = self.users.get(user_id)
        if user["active"]:
            raise not_found()
        blank: Doc = {"name": "Permanently Deleted User", "phone": None, "notes": None, "details": None, "tags": []}
        return self.users.put({**user, **blank, "external_id": None, "updated_at": self.db.stamp()})

    def merge(self, loser_id: int, winner_id: int) -> Doc:
        """The winner, with the loser's identities and tickets; the loser is no longer active."""
        loser, winner = self.users.get(loser_id), self.users.get(winner_id)
        if loser["role"] != "end-user" or loser_id == winner_id:
            raise invalid(base="Only end users can be merged")
        for identity in self.identities.where(Query("user_id = ?", (loser_id,))):
            self.identities.put({**identity, "user_id": winner_id, "primary": False})
        self.users.put({**loser, "active": False, "email": None, "updated_at": self.db.stamp()})
        return self.users.put({**winner, "updated_at": self.db.stamp()})

    def by_identity(self, value: str) -> Doc | None:
        """The user who has this e-mail or phone number."""
        user = self.users.first(Query("email = ? AND active", (value.lower(),)))
        if user:
            return user
        identity = self.identities.first(Query("value = ?", (value.lower(),)))
        return self.users.find(identity["user_id"]) if identity else None

    def resolve(self, person: Doc) -> Doc:
        """The user that `{id}` or `{email, name, ..}` names, made when it is a new e-mail or a name alone."""
        if person.get("id"):
            return self.users.get(int(person["id"]))
        found = self.by_identity(person["email"]) if person.get("email") else None
        return found or self.create_user(person)

    def search(self, text: str) -> Query:
        """The active users whose name, e-mail, phone or notes contain the text."""
        like = pattern(text)
        fields = ("name", "email", "phone", "notes", "details", "external_id")
        where = " OR ".join(f"{field} LIKE ? ESCAPE '\\'" for field in fields)
        return Query("active").and_(where, *([like] * len(fields)))

    def staff(self) -> list[Doc]:
        """The active agents and administrators."""
        return self.users.where(Query("role IN ('agent', 'admin') AND active"))

    # Identities

    def new_identity(self, user_id: int, fields: Doc) -> Doc:
        """A whole identity from the fields that are known."""
        stamp = self.db.stamp()
        value = str(fields.get("value") or "")
        return {
            "id": fields.get("id"),
            "user_id": user_id,
            "type": fields.get("type") or "email",
            "value": value.lower() if "@" in value else value,
            "verified": bool(fields.get("verified")),
            "primary": bool(fields.get("primary")),
            "created_at": fields.get("created_at") or stamp,
            "updated_at": fields.get("updated_at") or stamp,
            "undeliverable_count": fields.get("undeliverable_count") or 0,
            "deliverable_state": fields.get("deliverable_state") or "deliverable",
            "verification_method": fields.get("verification_method") or ("low" if fields.get("verified") else "none"),
            "verified_at": fields.get("verified_at") or (stamp if fields.get("verified") else None),
        }

    def add_identity(self, user_id: int, fields: Doc) -> Doc:
        """A further identity of a user; 422 when somebody has it."""
        self.users.get(user_id)
        if not fields.get("value"):
            raise missing("value")
        identity = self.new_identity(user_id, {**fields, "id": None})
        if self.identities.first(Query("type = ? AND value = ?", (identity["type"], identity["value"]))):
            raise invalid(value=f"Value: {identity['value']} is already being used by another user")
        return self.identities.put(identity)

    def make_primary(self, user_id: int, identity_id: int) -> list[Doc]:
        """The user's identities, this one first among its type."""
        chosen = self.identities.get(identity_id)
        for identity in self.identities.where(Query("user_id = ? AND type = ?", (user_id, chosen["type"]))):
            self.identities.put({**identity, "primary": identity["id"] == identity_id})
        if chosen["type"] == "email":
            self.users.put({**self.users.get(user_id), "email": chosen["value"], "updated_at": self.db.stamp()})
        return self.identities.where(Query("user_id = ?", (user_id,)))

    # Organizations and groups

    def new_organization(self, fields: Doc) -> Doc:
        """A whole organization from the fields that are known."""
        stamp = self.db.stamp()
        return {**_NEW_ORGANIZATION, "created_at": stamp, "updated_at": stamp, **fields}

    def create_organization(self, fields: Doc) -> Doc:
        """A new organization; 422 when the name is missing or taken."""
        name = fields.get("name")
        if not name:
            raise invalid(name="Name: cannot be blank")
        if self.organizations.first(Query("lower(name) = lower(?)", (name,))):
            raise invalid(name=f"Name: {name} has already been taken")
        return self.organizations.put(self.new_organization({**fields, "id": None}))

    def update_organization(self, organization_id: int, fields: Doc) -> Doc:
        """The organization with these fields changed."""
        organization = self.organizations.get(organization_id)
        known = {name: fields[name] for name in fields if name in _NEW_ORGANIZATION}
        return self.organizations.put({**organization, **known, "updated_at": self.db.stamp()})

    def delete_organization(self, organization_id: int) -> None:
        """Remove an organization from the lists and from its members; the export still tells of it."""
        gone = self.organizations.get(organization_id)
        stamp = self.db.stamp()
        self.organizations.put({**gone, "deleted_at": stamp, "updated_at": stamp})
        for user in self.users.where(Query("organization_id = ?", (organization_id,))):
            self.users.put({**user, "organization_id": None, "updated_at": stamp})

    def join(self, user_id: int, organization_id: int) -> Doc:
        """The user, now of an organization; 422 when of one already, as in accounts without several per user."""
        user = self.users.get(user_id)
        if self.organizations.get(organization_id)["deleted_at"]:
            raise invalid(organization="Organization: is invalid")
        if user["organization_id"] is not None:
            raise invalid(organization="Organization: users of this account belong to one organization")
        return self.users.put({**user, "organization_id": organization_id, "updated_at": self.db.stamp()})

    def leave(self, user_id: int) -> None:
        """Take a user out of the organization."""
        self.users.put({**self.users.get(user_id), "organization_id": None, "updated_at": self.db.stamp()})

    def merge_organizations(self, loser_id: int, winner_id: int) -> None:
        """Give an organization's users to another one and delete it."""
        loser, winner = self.organizations.get(loser_id), self.organizations.get(winner_id)
        if loser_id == winner_id or loser["deleted_at"] or winner["deleted_at"]:
            raise invalid(base="These organizations cannot be merged")
        stamp = self.db.stamp()
        for user in self.users.where(Query("organization_id = ?", (loser_id,))):
            self.users.put({**user, "organization_id": winner_id, "updated_at": stamp})
        names = [*winner["domain_names"], *loser["domain_names"]]
        self.organizations.put({**winner, "domain_names": list(dict.fromkeys(names)), "updated_at": stamp})
        self.delete_organization(loser_id)

    def new_group(self, fields: Doc) -> Doc:
        """A whole group from the fields that are known."""
        stamp = self.db.stamp()
        return {**_NEW_GROUP, "created_at": stamp, "updated_at": stamp, **fields}

    def new_membership(self, fields: Doc) -> Doc:
        """A whole group membership from the fields that are known."""
        stamp = self.db.stamp()
        return {"id": None, "default": False, "created_at": stamp, "updated_at": stamp, **fields}

    def group_ids(self, user_id: int) -> list[int]:
        """The groups an agent works in, the default one first."""
        rows = self.memberships.where(Query("user_id = ?", (user_id,)))
        return [row["group_id"] for row in sorted(rows, key=lambda row: not row["default"])]

    # Events outside the helpdesk

    def new_event(self, user_id: int, fields: Doc) -> Doc:
        """A whole outside event from the fields that are known."""
        stamp = self.db.stamp()
        return {
            "id": fields.get("id"),
            "user_id": user_id,
            "type": fields.get("type") or "unknown",
            "source": fields.get("source") or "api",
            "description": fields.get("description") or "",
            "properties": fields.get("properties") or {},
            "created_at": fields.get("created_at") or stamp,
            "received_at": fields.get("received_at") or fields.get("created_at") or stamp,
        }

    def add_event(self, user_id: int, fields: Doc) -> Doc:
        """Note that something happened to a user outside the helpdesk."""
        self.users.get(user_id)
        for name in ("type", "source"):
            if not fields.get(name):
                raise missing(f"event.{name}")
        return self.events.put(self.new_event(user_id, {**fields, "id": None}))


def identities_of(user: Doc, extra: Iterable[Doc] = ()) -> list[Doc]:
    """The identities a user starts with: the primary e-mail and phone, then the others given."""
    shared = {"created_at": user["created_at"], "updated_at": user["updated_at"]}
    rows: list[Doc] = []
    if user["email"]:
        verified = bool(user.get("verified"))
        rows.append({**shared, "type": "email", "value": user["email"], "primary": True, "verified": verified})
    if user["phone"]:
        rows.append({**shared, "type": "phone_number", "value": user["phone"], "primary": not rows, "verified": True})
    taken = {(row["type"], str(row["value"]).lower()) for row in rows}
    others = (one for one in extra if (one.get("type"), str(one.get("value")).lower()) not in taken)
    return rows + [{**shared, **identity} for identity in others]


def ids_in(column: str, ids: Iterable[int]) -> Query:
    """The records whose column is one of the ids."""
    values: tuple[Value, ...] = tuple(ids)
    return Query(f"{column} IN ({marks(values)})", values)
