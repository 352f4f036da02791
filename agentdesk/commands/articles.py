"""The knowledge: reading articles, and putting them into replies."""

from datetime import timedelta

from agentdesk.answers import Answer, article_document
from agentdesk.commands.answering import deciding, needs_ticket, one_ticket
from agentdesk.commands.context import Context
from agentdesk.commands.registry import commands
from agentdesk.errors import Refused
from agentdesk.i18n import _
from agentdesk.model import Kind, Note, Ref, Tag
from agentdesk.text.safe import safe_line, safe_text


@commands.add("article show", scope="shell", in_shell=True, is_recorded=False)
async def show_article(cx: Context, id: str) -> Answer:
    """Show a knowledge article."""
    found = cx.desk.store.queries.articles_named(Ref(cx.account, id) if cx.account else id)
    if len(found) > 1:
        refs = ", ".join(str(one.ref) for one in found)
        raise Refused(_("Several accounts have an article {id}. Say which: {refs}.", id=id, refs=refs))
    article = next(iter(found), None)
    if article is None:
        raise Refused(_("There is no article {id} in the cache. Find one with: agentdesk search", id=id))
    head = [article.title, article.url, _("For colleagues only") if article.internal else ""]
    return Answer(
        article_document(article), text=safe_text("\n".join([*(line for line in head if line), "", article.body]))
    )


@commands.add("article link", scope="knowledge", keys="i")
async def insert_link(cx: Context) -> None:
    """Insert this article into the reply as a link."""
    await cx.front.screen.insert_article("link")


@commands.add("article text", scope="knowledge", keys="w")
async def insert_text(cx: Context) -> None:
    """Insert the text of this article or answer into the reply."""
    await cx.front.screen.insert_article("text")


FLAGGED, DRAFTED = "article-wrong", "article-draft"


@commands.add("article flag", scope="knowledge", keys="F", when=needs_ticket, undo="window")
async def flag(cx: Context, text: str = "") -> None:
    """Say what is wrong with this article, in a note to colleagues."""
    one_ticket(cx)
    article = cx.front.screen.chosen_article()
    if article is None:
        raise Refused(_("Choose an article first."))
    title = safe_line(article.title)
    what = text.strip() or (await cx.front.ask(_("What is wrong with {title!r}?", title=title)) or "").strip()
    if not what:
        return
    address = article.url or str(article.ref)
    note = _("The article {title!r} is wrong: {what}", title=title, what=what)
    await deciding(
        cx,
        [Note(f"{note}\n{address}"), Tag(FLAGGED)],
        hold=timedelta(seconds=cx.hold_seconds),
        done=_("Noted on the ticket; tag:{tag} finds it.", tag=FLAGGED),
    )


@commands.add("article draft", scope=("knowledge", "reading"), keys="D", when=needs_ticket)
async def draft(cx: Context) -> None:
    """Draft an article from this ticket, in a note to colleagues."""
    row = one_ticket(cx)
    events = cx.desk.store.queries.events(row.ticket.ref)
    asked = next((one.body for one in events if one.kind is Kind.CUSTOMER and one.body.strip()), "")
    told = next(
        (one.body for one in reversed(events) if one.kind is Kind.REPLY and one.public and one.body.strip()), ""
    )
    parts = [
        _("Draft of an article: {subject}", subject=row.ticket.subject),
        _("What customers ask"),
        _own_lines(asked),
        _("What solves it"),
        _own_lines(told),
    ]
    cx.front.screen.draft_article("\n\n".join(part for part in parts if part) + "\n", [Tag(DRAFTED)])


def _own_lines(body: str) -> str:
    """What somebody wrote themselves, without what they quoted."""
    return "\n".join(line for line in body.splitlines() if not line.lstrip().startswith(">")).strip()
