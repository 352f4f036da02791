"""Wording: what a message is made of, and the words for where its ticket lives and for who writes it."""

from agentdesk.config import Badge, Config
from agentdesk.errors import Refused
from agentdesk.i18n import _
from agentdesk.model import Canned, Person, Ref, TicketRow
from agentdesk.paths import Folders
from agentdesk.store import Store
from agentdesk.store.outbox import Author


class Wording:
    """The prepared texts, facts, signatures and names of one desk."""

    def __init__(self, folders: Folders, config: Config, store: Store) -> None:
        self._folders = folders
        self._config = config
        self._store = store

    def templates(self, row: TicketRow) -> list[Canned]:
        """The prepared texts for a ticket: the agent's own for its brand, account and everywhere, then the team's."""
        from agentdesk.templates import load_templates  # late, as below: the list needs no template, 5 ms of a start

        folder, account = self._folders.config / "templates", row.ticket.ref.account
        folders = [*(folder / name for name in self._config.template_folders(account, row.brand_name)), folder]
        own = [one for place in folders for one in load_templates(place).canned]
        return [one for one in (*own, *self._store.queries.canned(account)) if one.body]

    def facts(self, row: TicketRow) -> dict[str, str]:
        """What the placeholders of a text for this ticket can be filled with."""
        from agentdesk.templates import facts

        account, requester = row.ticket.ref.account, row.ticket.requester
        customer = self._store.queries.person(Ref(account, requester)) if requester else None
        return facts(row, customer, self.me(account))

    def signed(self, row: TicketRow, text: str) -> str:
        """A public reply as it leaves: below it the signature configured for the ticket's brand or account.

        Raises `Refused` where the signature has a placeholder that nothing can fill.
        """
        signature = self._config.signature(row.ticket.ref.account, row.brand_name)
        if not signature:
            return text
        from agentdesk.templates import render, signed

        rendered = render(signature, self.facts(row))
        if rendered.missing:
            name, home = rendered.missing[0].name, self.badge(row).label
            raise Refused(_("The signature of {home} needs {name}, which has no value here.", home=home, name=name))
        return signed(text, rendered.text)

    def sender(self, row: TicketRow) -> str:
        """Who a reply to this ticket comes from, in words: the agent, and the account and brand it leaves under."""
        me, home = self.author(row.ticket.ref.account).name, self.home(row)
        return _("{agent} for {home}", agent=me, home=home) if home else me

    def home(self, row: TicketRow) -> str:
        """Where a ticket lives, in words: its account, and its brand where there are several; empty where all live."""
        if not row.brand_name:
            return self._config.badge(row.ticket.ref.account).label if self._has_several_accounts else ""
        brand = self.badge(row).label
        return f"{self._config.badge(row.ticket.ref.account).label} / {brand}" if self._has_several_accounts else brand

    def badge(self, row: TicketRow) -> Badge:
        """How this ticket's account and brand are told apart from the others."""
        return self._config.badge(row.ticket.ref.account, row.brand_name)

    def me(self, account: str) -> Person | None:
        """The agent as the helpdesk knows them, once it has told us."""
        known = self._store.desktop.account(account)
        return self._store.queries.person(Ref(account, known.me)) if known and known.me else None

    def author(self, account: str) -> Author:
        """Who a decision for an account is by; a stand-in for a name while the helpdesk has not told us."""
        me = self.me(account)
        return Author(me.ref.id, me.name) if me else Author(None, _("you"))

    @property
    def _has_several_accounts(self) -> bool:
        return len(self._store.desktop.accounts()) > 1
