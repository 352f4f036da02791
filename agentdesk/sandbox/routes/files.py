"""The paths of files and of background work: uploads, attachments, job statuses."""

from urllib.parse import quote

from agentdesk.sandbox import shapes
from agentdesk.sandbox.calls import Answer, Call, Endpoint
from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.paging import Listed, Listing, answer
from agentdesk.sandbox.problems import missing
from agentdesk.sandbox.records import Query
from agentdesk.sandbox.routes.showing import job_status


def upload(call: Call) -> Answer:
    name = call.query.get("filename")
    if not name:
        raise missing("filename")
    kind = call.headers.get("content-type", "application/octet-stream")
    made, newest = call.desk.uploads.add(name, kind, call.raw, call.query.get("token"))
    every = call.desk.uploads.attachments.many(made["attachment_ids"])
    shown = {
        "token": made["token"],
        "expires_at": made["expires_at"],
        "attachment": shapes.attachment(newest, call.base),
        "attachments": [shapes.attachment(one, call.base) for one in every],
    }
    return Answer(201, {"upload": shown})


def remove_upload(call: Call) -> Answer:
    call.desk.uploads.remove(str(call.ids["token"]))
    return Answer(204)


def attachment(call: Call) -> Doc:
    return {"attachment": shapes.attachment(call.desk.uploads.attachments.get(call.id), call.base)}


def download(call: Call) -> Answer:
    found, content = call.desk.uploads.content(str(call.ids["token"]))
    headers = {
        "Content-Type": found["content_type"],
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found['file_name'], safe='')}",
        "X-Content-Type-Options": "nosniff",
    }
    return Answer(200, None, headers, content)


def job(call: Call) -> Doc:
    return {"job_status": job_status(call, call.desk.jobs.get(str(call.ids["key"])))}


def jobs_many(call: Call) -> Doc:
    keys = [key for key in call.query.get("ids", "").split(",") if key]
    if not keys:
        raise missing("ids")
    return {"job_statuses": [job_status(call, call.desk.jobs.get(key)) for key in keys]}


def jobs(call: Call) -> Doc:
    rows = call.desk.jobs.shelf.where(Query(), "id DESC", limit=100)
    return answer(call, Listing("job_statuses", Listed(rows), lambda found: [job_status(call, row) for row in found]))


ENDPOINTS = (
    Endpoint("POST", "/uploads", upload),
    Endpoint("DELETE", "/uploads/{token}", remove_upload),
    Endpoint("GET", "/attachments/{id:int}", attachment),
    Endpoint("GET", "/attachments/token/{token}/", download, ("attachments",)),
    Endpoint("GET", "/attachments/token/{token}", download, ("attachments",)),
    Endpoint("GET", "/job_statuses", jobs),
    Endpoint("GET", "/job_statuses/show_many", jobs_many),
    Endpoint("GET", "/job_statuses/{key}", job),
)
