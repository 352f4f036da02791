"""Every path, in the order in which they are tried."""

from agentdesk.sandbox.routes import account, files, finding, helpcenter, people, tickets

EVERY_ENDPOINT = (
    *tickets.ENDPOINTS,
    *people.ENDPOINTS,
    *account.ENDPOINTS,
    *finding.ENDPOINTS,
    *files.ENDPOINTS,
    *helpcenter.ENDPOINTS,
)
