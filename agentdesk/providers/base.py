"""What AgentDesk asks of a helpdesk: the Protocol every provider fulfils, in our own types only.

No JSON, no HTTP and no time zone crosses this line. A provider reads (`changes`, `detail`), writes (`send`), and can
say whether an earlier write arrived (`find`); `download` fetches what is too big to sync. All of them raise only the
`ProviderError` family. The cursor is the provider's own opaque string: overlap and lag of the API are its business.
"""

from collections.abc import AsyncIterator, Callable
from typing import Protocol, runtime_checkable

from agentdesk.exchange import Concurrency, Page, Receipt, Stream, Traits, Uploaded
from agentdesk.i18n import _
from agentdesk.model import Attachment, Op, Person, Ref, Ticket, Upload
from agentdesk.record import record

__all__ = [
    "Concurrency",
    "Greeting",
    "Page",
    "Provider",
    "Receipt",
    "Stream",
    "TakesFilesAhead",
    "Traits",
    "Uploaded",
]


@record
class Greeting:
    """Who we are on the helpdesk, and what it can promise us."""

    me: Person
    traits: Traits


class Provider(Protocol):
    """One account on one helpdesk."""

    @property
    def account(self) -> str:
        """The name the agent gave this account."""

    @property
    def requests(self) -> int:
        """HTTP requests made so far."""

    async def greet(self) -> Greeting:
        """Check the credentials and probe what this account may do; raises `Unauthorized`, `Forbidden`, `Offline`."""

    def streams(self) -> tuple[Stream, ...]:
        """The streams this account can follow (known after `greet`)."""

    def changes(self, stream: Stream, since: str | None) -> AsyncIterator[Page]:
        """Pages of what changed after the cursor, or everything when it is None, what matters first."""

    async def detail(self, ticket: Ref) -> Page:
        """One ticket with its whole event log and the people in it; raises `Gone`."""

    async def customer(self, person: Ref) -> Page:
        """A customer's card, tickets and outside events, as far as the helpdesk tells."""

    async def send(self, op: Op, server: Ticket | None) -> Receipt:
        """Do the op against the helpdesk's copy `server` (None for a new ticket), all of it or nothing.

        Raises `Conflict` when the ticket has moved on since `server`, `Rejected` with the helpdesk's words, `Offline`
        when no answer came.
        """

    async def find(self, op: Op) -> Receipt | None:
        """Did an earlier send of this op arrive? None means certainly not; raises `CannotTell`."""

    def download(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """The content of an attachment, in chunks."""

    async def close(self) -> None:
        """Let go of connections."""


@runtime_checkable
class TakesFilesAhead(Protocol):
    """What a provider can do besides, where its helpdesk takes files before the message that names them.

    Elsewhere files travel inside the message, and `send` reads them. A file whose `Upload.token` is empty is `send`'s
    own to bring, too; for a token that is not known any more `send` raises `UploadGone`.
    """

    async def upload(self, upload: Upload, told: Callable[[int], None]) -> Uploaded:
        """Bring a file, telling how many of its bytes have gone out so far; raises `Rejected` for one not taken."""


def sign_in_again(account: str) -> str:
    """What the person does about credentials that are refused."""
    return _("Sign in again: agentdesk account sign-in {account}", account=account)
