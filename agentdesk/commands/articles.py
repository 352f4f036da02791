"""The knowledge: reading articles, and putting them into replies."""

from agentdesk.answers import Answer, article_document
from agentdesk.commands.context import Context
from agentdesk.commands.registry import commands
from agentdesk.errors import Refused
from agentdesk.i18n import _
from agentdesk.model import Ref
from agentdesk.text.safe import safe_text


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
    """Insert this article's text into the reply."""
    await cx.front.screen.insert_article("text")
