"""Searching from the shell."""

from typing import TYPE_CHECKING

from agentdesk.answers import Answer
from agentdesk.commands.context import Context
from agentdesk.commands.registry import commands
from agentdesk.errors import Refused
from agentdesk.i18n import _

if TYPE_CHECKING:
    from agentdesk.store.search import HitKind

KINDS: "tuple[HitKind, ...]" = ("article", "ticket", "customer")
LIMIT = 20


@commands.add("search", scope="shell", in_shell=True, is_recorded=False)
async def search(cx: Context, query: str, *, kind: str = "", limit: int = LIMIT) -> Answer:
    """Search articles, tickets and customers, best first."""
    if kind and kind not in KINDS:
        raise Refused(_("There is no kind {kind!r}. Choose one of: {names}.", kind=kind, names=", ".join(KINDS)))
    if limit < 1:
        raise Refused(_("--limit is how many results at most, 1 or more."))
    kinds = tuple(one for one in KINDS if kind in ("", one))
    asked = f"account:{cx.account} {query}" if cx.account else query
    await cx.desk.index()
    hits = cx.desk.store.search.search(asked, kinds=kinds, limit=limit, now=cx.now(), wait=True)[:limit]
    results = [
        {
            "kind": hit.kind,
            "account": hit.ref.account,
            "id": hit.ref.id,
            "title": hit.title,
            "snippet": hit.snippet,
            "score": round(hit.score, 6),
        }
        for hit in hits
    ]
    return Answer(
        {"query": query, "results": results},
        headings=(_("Kind"), _("Id"), _("Title"), _("Found")),
        rows=[[hit.kind, hit.ref.id, hit.title, hit.snippet] for hit in hits],
    )
