"""The Help Center: categories, sections and articles in each language, and the search through them."""

import re
from html import escape

from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.problems import invalid, not_found
from agentdesk.sandbox.prose import text_of
from agentdesk.sandbox.records import Database, Query

_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f]+")
_WORD = re.compile(r"[^\W_]+")

_NEW_ARTICLE: Doc = {
    "author_id": None, "comments_disabled": False, "draft": False, "promoted": False, "position": 0, "vote_sum": 0,
    "vote_count": 0, "section_id": None, "created_at": None, "updated_at": None, "edited_at": None, "name": "",
    "title": "", "source_locale": "en-us", "locale": "en-us", "outdated": False, "outdated_locales": [],
    "user_segment_id": None, "user_segment_ids": [], "permission_group_id": 1, "content_tag_ids": [],
    "label_names": [], "body": "",
}  # fmt: skip


class HelpCenter:
    """What the account has written down for its customers and itself."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.categories = db.shelf("categories")
        self.sections = db.shelf("sections")
        self.articles = db.shelf("articles")
        self.translations = db.shelf("translations")

    def locales(self) -> list[str]:
        """The languages there are articles in."""
        rows = self.db.run("SELECT DISTINCT locale FROM translations WHERE source_type = 'Article' ORDER BY 1")
        return [str(row[0]) for row in rows] or ["en-us"]

    def new_place(self, fields: Doc) -> Doc:
        """A whole category or section from the fields that are known."""
        stamp = self.db.stamp()
        locale = str(fields.get("locale") or "en-us").lower()
        whole: Doc = {
            "id": None, "name": "", "description": "", "locale": locale, "source_locale": locale, "outdated": False,
            "position": 0, "created_at": stamp, "updated_at": stamp,
        }  # fmt: skip
        return whole | fields | {"locale": locale}

    def new_article(self, fields: Doc) -> Doc:
        """A whole article, in one language, from the fields that are known."""
        stamp = self.db.stamp()
        stamps = {"created_at": stamp, "updated_at": stamp}
        article = _NEW_ARTICLE | stamps | fields
        article["locale"] = str(article["locale"] or "en-us").lower()
        article["source_locale"] = str(fields.get("source_locale") or article["locale"]).lower()
        article["name"] = article["title"]
        article["edited_at"] = fields.get("edited_at") or article["updated_at"]
        if article["user_segment_id"] is not None and not article["user_segment_ids"]:
            article["user_segment_ids"] = [article["user_segment_id"]]
        return article

    def add(self, article: Doc) -> Doc:
        """Save an article, or one more translation of the article with the same id."""
        known = self.articles.find(article["id"]) if article.get("id") else None
        saved = known if known else self.articles.put(article)
        query = Query("source_id = ? AND locale = ?", (saved["id"], article["locale"]))
        before = self.translations.first(query.and_("source_type = 'Article'"))
        self.translations.put({
            "id": before["id"] if before else None, "source_id": saved["id"], "source_type": "Article",
            "locale": article["locale"], "title": article["title"], "body": article["body"],
            "outdated": article["outdated"], "draft": article["draft"], "hidden": False,
            "created_by_id": article["author_id"], "updated_by_id": article["author_id"],
            "created_at": article["created_at"], "updated_at": article["updated_at"],
        })  # fmt: skip
        return saved

    def create(self, section_id: int, fields: Doc, author: Doc) -> Doc:
        """A new article in a section; 422 without a title."""
        section = self.sections.get(section_id)
        if not fields.get("title"):
            raise invalid(title="Title: cannot be blank")
        given = {"locale": section["locale"], **fields, "id": None, "section_id": section_id, "author_id": author["id"]}
        return self.add(self.new_article(given))

    def update(self, article_id: int, fields: Doc) -> Doc:
        """The article with its settings changed; words change through its translations."""
        article = self.articles.get(article_id)
        stamp = self.db.stamp()
        known = {name: fields[name] for name in fields if name in _NEW_ARTICLE and name not in ("locale", "created_at")}
        return self.articles.put(article | known | {"updated_at": stamp, "name": known.get("title", article["title"])})

    def translate(self, article_id: int, locale: str, fields: Doc) -> Doc:
        """The new or changed words of an article in one language."""
        article = self.articles.get(article_id)
        stamp = self.db.stamp()
        words: Doc = {name: fields[name] for name in ("title", "body", "draft", "outdated") if name in fields}
        before = self.translation(article_id, locale)
        if before:
            self.translations.put(before | words | {"updated_at": stamp})
        else:
            self.add(self.new_article({**article, **words, "locale": locale, "created_at": stamp, "updated_at": stamp}))
        same = article["locale"] == locale
        self.articles.put(article | (words if same else {}) | {"updated_at": stamp, "edited_at": stamp})
        made = self.translation(article_id, locale)
        assert made is not None, "it was just saved"
        return made

    def translation(self, article_id: int, locale: str) -> Doc | None:
        """The words of an article in one language."""
        query = Query("source_id = ? AND locale = ?", (article_id, locale.lower()))
        return self.translations.first(query.and_("source_type = 'Article'"))

    def remove(self, article_id: int) -> None:
        """Archive an article: it is gone from lists and search."""
        self.articles.get(article_id)
        self.articles.remove(article_id)
        self.db.run("DELETE FROM translations WHERE source_id = ?", (article_id,))

    def within(self, locale: str | None, query: Query) -> Query:
        """The articles of a query that exist in a language."""
        if locale is None:
            return query
        return query.and_("id IN (SELECT source_id FROM translations WHERE locale = ?)", locale.lower())

    def shown(self, article: Doc, locale: str | None) -> Doc:
        """The article with the words of a language; a 404 problem when it has none."""
        if locale is None or locale.lower() == article["locale"]:
            return article
        words = self.translation(article["id"], locale)
        if words is None:
            raise not_found()
        there = {name: words[name] for name in ("title", "body", "draft", "outdated", "locale")}
        return article | there | {"name": words["title"]}

    def search(self, text: str, locale: str | None, query: Query) -> list[Doc]:
        """The articles that have the words, best first, each with a `snippet`."""
        locales = [locale] if locale else self.locales()
        pairs = [(article, one) for one in locales for article in self.articles.where(self.within(one, query))]
        needles = _needles(text)
        found: list[tuple[float, Doc]] = []
        for article, one in pairs:
            shown = self.shown(article, one)
            body = text_of(shown["body"] or "")
            score = _score(needles, shown, body)
            if score > 0 or not needles:
                found.append((score, {**shown, "snippet": _snippet(body, needles), "result_type": "article"}))
        found.sort(key=lambda pair: (-pair[0], pair[1]["id"]))
        return [article for _, article in found]


def _needles(text: str) -> list[str]:
    """What to look for: words, and pairs of neighbouring characters where a language does not divide its words."""
    found: list[str] = []
    for word in _WORD.findall(text.lower()):
        for run in _ASIAN.findall(word):
            found += [run[at : at + 2] for at in range(len(run) - 1)] or [run]
        found += _ASIAN.sub(" ", word).split()
    return list(dict.fromkeys(found))


def _score(needles: list[str], article: Doc, body: str) -> float:
    title, words = article["title"].lower(), body.lower()
    labels = " ".join(article["label_names"]).lower()
    total, hits = 0.0, 0
    for needle in needles:
        part = 3.0 * (needle in title) + 2.0 * (needle in labels) + 1.0 * (needle in words)
        total, hits = total + part, hits + (part > 0)
    return total if hits * 2 >= len(needles) else 0.0


def _snippet(body: str, needles: list[str]) -> str:
    words = body.lower()
    first = min((at for at in (words.find(needle) for needle in needles) if at >= 0), default=0)
    part = escape(body[max(0, first - 60) : first + 140].replace("\n", " "), quote=False)
    for needle in needles:
        part = re.sub(f"(?i)(?!<|/?em>)({re.escape(needle)})(?![^<]*>)", r"<em>\1</em>", part)
    return part.replace("</em><em>", "")
