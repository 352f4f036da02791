"""The uploads: files that wait, under a token, for the comment that takes them, and the attachments they become."""

import base64
import binascii
import secrets
from datetime import timedelta

from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.problems import Problem, invalid, not_found
from agentdesk.sandbox.records import Database, Query, iso, moment

LIFETIME = timedelta(minutes=60)
MAX_BYTES = 50 * 1024 * 1024


class Uploads:
    """Files sent to the helpdesk."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.attachments = db.shelf("attachments")
        self.uploads = db.shelf("uploads")

    def add(self, name: str, content_type: str, content: bytes, token: str | None = None) -> tuple[Doc, Doc]:
        """The upload and its newest attachment; with a token, one more file of the same upload."""
        if len(content) > MAX_BYTES:
            raise Problem(413, {"error": "AttachmentTooLarge", "description": "The file is larger than 50 MB"})
        if token:
            upload = self._open(token)
        else:
            expires = iso(self.db.now() + LIFETIME)
            upload = {"id": None, "token": secrets.token_urlsafe(18), "expires_at": expires, "attachment_ids": []}
        attachment = self.attachments.put(self.new_attachment(name, content_type, len(content)))
        self.db.run("INSERT INTO content(attachment_id, bytes) VALUES (?, ?)", (attachment["id"], content))
        upload["attachment_ids"].append(attachment["id"])
        return self.uploads.put(upload), attachment

    def take(self, tokens: list[str]) -> list[int]:
        """The attachments of these uploads, whose tokens can then not be used again; 422 for a dead token."""
        taken: list[int] = []
        for token in tokens:
            upload = self._open(str(token))
            taken += upload["attachment_ids"]
            self.uploads.remove(upload["id"])
        return taken

    def remove(self, token: str) -> None:
        """Forget an upload nobody has taken."""
        upload = self.uploads.first(Query("token = ?", (token,)))
        if upload is None:
            raise not_found()
        self.uploads.remove(upload["id"])
        for attachment_id in upload["attachment_ids"]:
            self.forget(attachment_id)

    def forget(self, attachment_id: int) -> None:
        """Delete a file and its bytes."""
        self.attachments.remove(attachment_id)
        self.db.run("DELETE FROM content WHERE attachment_id = ?", (attachment_id,))

    def content(self, token: str) -> tuple[Doc, bytes]:
        """An attachment and its bytes, by the token in its address; filler when only its size is known."""
        attachment = self.attachments.first(Query("token = ?", (token,)))
        if attachment is None:
            raise not_found()
        row = self.db.run("SELECT bytes FROM content WHERE attachment_id = ?", (attachment["id"],)).fetchone()
        return attachment, bytes(row[0]) if row else _filler(attachment["size"])

    def new_attachment(self, name: str, content_type: str, size: int) -> Doc:
        """A whole attachment, not saved yet."""
        return {
            "id": None,
            "token": secrets.token_urlsafe(15),
            "file_name": name,
            "content_type": content_type,
            "size": size,
            "inline": False,
            "deleted": False,
            "width": None,
            "height": None,
            "malware_access_override": False,
            "malware_scan_result": "malware_not_found",
            "thumbnails": [],
        }

    def stored(self, given: Doc) -> Doc:
        """The attachment that a record of a loaded file describes, saved with its content."""
        content: bytes | None = None
        if isinstance(given.get("content"), str):
            try:
                content = base64.b64decode(given["content"], validate=True)
            except binascii.Error:
                content = given["content"].encode()
        size = len(content) if content is not None else int(given.get("size") or 0)
        name = str(given.get("file_name") or "attachment")
        attachment = self.new_attachment(name, str(given.get("content_type") or "application/octet-stream"), size)
        attachment["inline"] = bool(given.get("inline"))
        self.attachments.put(attachment)
        if content is not None:
            self.db.run("INSERT INTO content(attachment_id, bytes) VALUES (?, ?)", (attachment["id"], content))
        return attachment

    def _open(self, token: str) -> Doc:
        upload = self.uploads.first(Query("token = ?", (token,)))
        if upload is None or moment(upload["expires_at"]) <= self.db.now():
            raise invalid(base=f"Attachment token {token} is invalid or has expired")
        return upload


def _filler(size: int) -> bytes:
    line = b"This file of the embedded helpdesk was described by its size only.\n"
    return (line * (size // len(line) + 1))[:size]
