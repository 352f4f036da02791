"""Searching from the shell."""

from agentdesk.answers import Answer
from agentdesk.commands.context import Context
from agentdesk.commands.registry import commands
from agentdesk.errors import Refused
from agentdesk.i18n import _
from agentdesk.store.search import HitKind
from agentdesk.text.safe import safe_line

KINDS: tuple[HitKind, ...] = ("article", "ticket", "customer")
LIMIT = 20


@commands.add("search", scope="shell", in_shell=True, is_recorded=False)
async def search(cx: Context, query: str, *, kind: str = "", limit: int = LIMIT) -> Answer:
    """Search articles, tickets and customers, best first."""
    if kind and kind not in KINDS:
        raise Refused(_("There is no kind {kind!r}. Choose one of: {names}.", kind=kind, names=", ".join(KINDS)))
    kinds = tuple(one for one in KINDS if kind in ("", one))
    await cx.desk.index()
    hits = cx.desk.store.search.search(query, kinds=kinds, limit=limit, now=cx.now())
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
        rows=[[hit.kind, hit.ref.id, safe_line(hit.title), safe_line(hit.snippet)] for hit in hits],
    )
