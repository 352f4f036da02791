"""Everything that can go wrong, as one family.

    AgentdeskError
    ├── ConfigError        a file or setting of the user's is wrong: names file and key
    ├── StoreError         the cache cannot be opened or used
    ├── FilterError        a query does not read: knows where
    ├── Refused            a command cannot run now: says why
    └── ProviderError      the helpdesk
        ├── Offline        no answer; the request may have arrived
        ├── RateLimited    asked to wait
        ├── Unauthorized   credentials refused
        ├── Rejected       the helpdesk said no, in its own words
        │   ├── Forbidden  not with this role, scope or plan
        │   ├── Gone       no such thing (any more)
        │   └── UploadGone a file that was brought ahead of its message is not there any more
        ├── Conflict       somebody changed the ticket first
        └── CannotTell     nothing shows whether an earlier send arrived

Messages are sentences for the agent: what happened, to which thing, what to do. Foreign exceptions are translated once,
at the home of the library that raised them.
"""


class AgentdeskError(Exception):
    """A failure that has a sentence for the person in front of the screen."""


class ConfigError(AgentdeskError):
    """A file or setting of the user's is wrong."""


class StoreError(AgentdeskError):
    """The cache on this machine cannot be opened or used."""


class FilterError(AgentdeskError):
    """A query does not read; `at` is the character offset where it stops making sense.

    It is a slip where nothing but a query can have been meant. `query` is all that was typed, where that is known.
    """

    query = ""

    def __init__(self, message: str, at: int = 0, *, is_slip: bool = False) -> None:
        super().__init__(message)
        self.at = at
        self.is_slip = is_slip


class Refused(AgentdeskError):
    """A command cannot run now, and says why."""


class ProviderError(AgentdeskError):
    """The helpdesk did not do what was asked."""


class Offline(ProviderError):
    """No usable answer came; `arrived` is False only when the request certainly never left this machine."""

    def __init__(self, message: str, arrived: bool = True) -> None:
        super().__init__(message)
        self.arrived = arrived


class RateLimited(ProviderError):
    """The helpdesk asks for a pause of `seconds`."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class Unauthorized(ProviderError):
    """The helpdesk refused the credentials."""


class Rejected(ProviderError):
    """The helpdesk understood and said no; the message carries its words."""


class Forbidden(Rejected):
    """This account's role, scope or plan does not allow it."""


class Gone(Rejected):
    """The thing is not there, or not any more."""


class UploadGone(Rejected):
    """A file that was brought ahead of its message is not there any more; nothing of the message was taken."""


class Conflict(ProviderError):
    """Somebody else changed the ticket since the version the change was made against."""


class CannotTell(ProviderError):
    """Nothing on the helpdesk shows whether an earlier send arrived."""
