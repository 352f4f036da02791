"""The jobs: bulk work that is queued, worked off a part at a time as requests come in, and reports row by row."""

import secrets
from collections.abc import Callable

from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.problems import Problem, not_found
from agentdesk.sandbox.records import Database, Query

MAX_UNFINISHED = 30
_PARTS = 3
_UNFINISHED = Query("status IN ('queued', 'working')")

# What one row of a job does; it returns the row of the result.
Work = Callable[[Doc, Doc], Doc]


class Jobs:
    """The bulk work of the account."""

    def __init__(self, db: Database, work: dict[str, Work], user: Callable[[int], Doc]) -> None:
        self.db = db
        self.shelf = db.shelf("jobs")
        self._work = work
        self._user = user

    def start(self, kind: str, rows: list[Doc], actor: Doc) -> Doc:
        """The queued job; a problem when too many are unfinished."""
        unfinished = self.shelf.where(_UNFINISHED)
        if len(unfinished) >= MAX_UNFINISHED:
            body: Doc = {
                "error": "TooManyJobs",
                "description": "You have too many jobs currently queued or running. Try again later.",
                "current_job_ids": [job["key"] for job in unfinished],
            }
            raise Problem(429, body, {"Retry-After": "10"})
        return self.shelf.put({
            "id": None, "key": secrets.token_hex(16), "kind": kind, "status": "queued", "rows": rows, "results": [],
            "actor_id": actor["id"], "created_at": self.db.stamp(),
        })  # fmt: skip

    def get(self, key: str) -> Doc:
        """The job with this key; a 404 problem without one."""
        job = self.shelf.first(Query("key = ?", (key,)))
        if job is None:
            raise not_found()
        return job

    def step(self) -> None:
        """Do the next part of every unfinished job; a row that fails spoils only itself."""
        for job in self.shelf.where(_UNFINISHED):
            with self.db.atomic():
                self._step(job)

    def finish(self) -> None:
        """Work until nothing is left."""
        while self.shelf.count(_UNFINISHED):
            self.step()

    def _step(self, job: Doc) -> None:
        done = len(job["results"])
        part = max(1, -(-len(job["rows"]) // _PARTS))
        actor = self._user(job["actor_id"])
        if job["status"] == "queued":
            self.shelf.put(job | {"status": "working"})
            return
        for number in range(done, min(done + part, len(job["rows"]))):
            job["results"].append(self._row(job["kind"], job["rows"][number], actor) | {"index": number})
        finished = len(job["results"]) >= len(job["rows"])
        self.shelf.put(job | {"status": "completed" if finished else "working"})

    def _row(self, kind: str, row: Doc, actor: Doc) -> Doc:
        try:
            with self.db.atomic():
                return self._work[kind](row, actor) | {"success": True}
        except Problem as problem:
            error, description = problem.body.get("error"), problem.body.get("description")
            name = error if isinstance(error, str) else "Forbidden"
            details = problem.body.get("details")
            failed: Doc = {"success": False, "error": name, "details": _sentence(details) or description}
            return failed | ({"id": row["id"]} if row.get("id") else {})


def _sentence(details: object) -> str:
    rows = details.values() if isinstance(details, dict) else ()
    return " ".join(str(entry["description"]) for row in rows for entry in row)


def status_of(job: Doc) -> Doc:
    """The job as `job_status` shows it; results only once something is done."""
    done = len(job["results"])
    finished = job["status"] == "completed"
    return {
        "id": job["key"],
        "job_type": job["kind"],
        "status": job["status"],
        "total": len(job["rows"]),
        "progress": done or None,
        "message": f"Completed at {job['created_at']}" if finished else None,
        "results": job["results"] if done else None,
    }
