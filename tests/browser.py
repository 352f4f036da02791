"""A person at a browser, signing in to the embedded helpdesk."""

from urllib.parse import parse_qsl, urlsplit

import httpx


def allowed(url: str, user_id: int | None = None, decision: str = "allow") -> str:
    """Where the helpdesk sends the browser, once the person at its page has decided."""
    page = httpx.get(url, trust_env=False)
    assert page.status_code == 200, page.text
    sent = dict(parse_qsl(urlsplit(url).query)) | {"decision": decision, "user_id": str(user_id or "")}
    parts = urlsplit(url)
    answer = httpx.post(f"{parts.scheme}://{parts.netloc}/oauth/authorizations", data=sent, trust_env=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def code_in(location: str) -> str:
    """The code that the browser comes back with."""
    return dict(parse_qsl(urlsplit(location).query))["code"]
