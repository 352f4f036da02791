"""Every path, in the order in which they are tried."""

from agentdesk.sandbox.routes import (
    absent,
    account,
    belonging,
    files,
    finding,
    happenings,
    helpcenter,
    macros,
    oauth,
    people,
    settings,
    teams,
    tickets,
    views,
)

EVERY_ENDPOINT = (
    *tickets.ENDPOINTS,
    *people.ENDPOINTS,
    *teams.ENDPOINTS,
    *happenings.ENDPOINTS,
    *belonging.ENDPOINTS,
    *views.ENDPOINTS,
    *macros.ENDPOINTS,
    *account.ENDPOINTS,
    *settings.ENDPOINTS,
    *finding.ENDPOINTS,
    *files.ENDPOINTS,
    *helpcenter.ENDPOINTS,
    *oauth.ENDPOINTS,
    *absent.ENDPOINTS,
)
