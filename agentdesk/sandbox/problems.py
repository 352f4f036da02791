"""A problem: an answer other than success, in the shapes the Zendesk API uses."""

from agentdesk.sandbox.dataset import Doc


class Problem(Exception):
    """Stops a request; the application answers with its status, body and headers."""

    def __init__(self, status: int, body: Doc, headers: dict[str, str] | None = None) -> None:
        super().__init__(str(body))
        self.status = status
        self.body = body
        self.headers = headers or {}


def not_found() -> Problem:
    """The record does not exist, or is hidden."""
    return Problem(404, {"error": "RecordNotFound", "description": "Not found"})


def no_endpoint() -> Problem:
    """The path does not exist."""
    return Problem(404, {"error": "InvalidEndpoint", "description": "Not found"})


def forbidden() -> Problem:
    """The person may not do this."""
    message = "You do not have access to this page. Please contact the account owner of this help desk."
    return Problem(403, {"error": {"title": "Forbidden", "message": message}})


def unauthenticated() -> Problem:
    """The credential is missing or wrong."""
    headers = {"WWW-Authenticate": 'Basic realm="Web Password"'}
    return Problem(401, {"error": "Couldn't authenticate you"}, headers)


def invalid(**details: str) -> Problem:
    """The record cannot be saved like this; `details` says why, by field (or `base`)."""
    rows = {field: [{"description": text, "error": _code(text)}] for field, text in details.items()}
    return Problem(422, {"error": "RecordInvalid", "description": "Record validation errors", "details": rows})


def _code(text: str) -> str:
    return "BlankValue" if "cannot be blank" in text else "InvalidValue"


def bad_value(description: str, status: int = 400) -> Problem:
    """A parameter cannot be used."""
    return Problem(status, {"error": "InvalidValue", "description": description})


def missing(parameter: str) -> Problem:
    """A parameter that is needed was not sent."""
    description = f"Required parameter {parameter} was not given"
    return Problem(400, {"error": "ParameterMissing", "description": description})


def bad_page(code: str, title: str, detail: str) -> Problem:
    """A list was asked for with paging it cannot do; `code` is InvalidPaginationParameter or InvalidPaginationDepth."""
    return Problem(400, {"errors": [{"code": code, "title": title, "detail": detail}]})


def update_conflict() -> Problem:
    """A safe update met a ticket that had changed since."""
    description = (
        "Safe Update prevented the update due to outdated ticket data. "
        "Please fetch the latest ticket data and try again."
    )
    return Problem(409, {"error": "UpdateConflict", "description": description})


def too_many_requests(retry_after: int, headers: dict[str, str] | None = None) -> Problem:
    """A rate limit was reached; waiting `retry_after` seconds helps."""
    body = {
        "error": "APIRateLimitExceeded",
        "description": "Number of allowed API requests per minute exceeded",
    }
    return Problem(429, body, {**(headers or {}), "Retry-After": str(retry_after)})
