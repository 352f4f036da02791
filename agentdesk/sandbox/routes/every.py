"""Every path, in the order in which they are tried."""

from agentdesk.sandbox.routes import (
    absent,
    account,
    belonging,
    files,
    finding,
    helpcenter,
    oauth,
    people,
    settings,
    tickets,
)

EVERY_ENDPOINT = (
    *tickets.ENDPOINTS,
    *people.ENDPOINTS,
    *belonging.ENDPOINTS,
    *account.ENDPOINTS,
    *settings.ENDPOINTS,
    *finding.ENDPOINTS,
    *files.ENDPOINTS,
    *helpcenter.ENDPOINTS,
    *oauth.ENDPOINTS,
    *absent.ENDPOINTS,
)
