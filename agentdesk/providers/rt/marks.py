"""The mark: our op's id on what it wrote, where the helpdesk keeps it and the customer never sees it.

Request Tracker has no idempotency keys. But the content type of a message is free text that it stores with the
message's part, parameters included, and does not send on in mail. So every message part that we write carries
`text/plain; x-agentdesk-op="ID"`, and a search in the stored headers of one ticket finds it.
"""

import re

_MARK = re.compile(r"""\bx-agentdesk-op="?([^";\s]+)""")


def marked(content_type: str, op: str) -> str:
    """The content type that carries the op's id."""
    return f'{content_type}; x-agentdesk-op="{op}"'


def op_from(headers: str) -> str | None:
    """The op's id in the stored headers of a part."""
    found = _MARK.search(headers)
    return found[1] if found else None
