"""How a helpdesk is reached and signed in to, besides its address; nothing in it is secret."""

from collections.abc import Mapping
from dataclasses import asdict, fields

from agentdesk.record import record


@record
class Access:
    """The way to one account's helpdesk.

    `ca_file` holds certificates of authorities that are trusted besides the usual ones; `plain_http` allows an address
    without TLS. `client_id` is what the helpdesk calls this program, and `redirect_port` the port on this machine that
    its browser page leads back to (0: any), both for signing in with the browser.
    """

    ca_file: str = ""
    plain_http: bool = False
    client_id: str = ""
    redirect_port: int = 0

    def document(self) -> dict[str, object]:
        """What differs from the usual, to be kept."""
        return {name: value for name, value in asdict(self).items() if value}


USUAL = Access()
"""TLS with the usual authorities, and no browser."""


def access_from(document: Mapping[str, object]) -> Access:
    """The access that was kept; what this program does not know is left out."""
    known = {one.name: document[one.name] for one in fields(Access) if one.name in document}
    return Access(**known)  # type: ignore[arg-type]  # written by `document` above
