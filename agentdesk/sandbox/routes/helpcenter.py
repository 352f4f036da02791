"""The paths of the Help Center, with and without a language in them."""

from agentdesk.sandbox import shapes
from agentdesk.sandbox.calls import Answer, Call, Endpoint, Handler
from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.paging import Listed, Listing, Stored, answer
from agentdesk.sandbox.problems import Problem, missing, not_found
from agentdesk.sandbox.records import Query, marks
from agentdesk.sandbox.routes import showing

_ROOT = "/help_center"
_MAX_RESULTS = 1000


def _locale(call: Call) -> str | None:
    given = call.ids.get("locale") or call.query.get("locale")
    return str(given).lower() if given else None


def _article_query(call: Call) -> Query:
    query = Query()
    for name, where in (
        ("section", "section_id = ?"),
        ("category", "section_id IN (SELECT id FROM sections WHERE category_id = ?)"),
        ("updated_after", "updated_at > ?"),
        ("updated_before", "updated_at < ?"),
        ("created_after", "created_at > ?"),
    ):
        if call.query.get(name):
            query = query.and_(where, call.query[name])
    for label in filter(None, call.query.get("label_names", "").split(",")):
        query = query.and_("EXISTS (SELECT 1 FROM json_each(doc, '$.label_names') WHERE value = ?)", label)
    return query


def _article_list(call: Call, query: Query) -> Doc:
    locale = _locale(call)
    rows = Stored(call.desk.help_center.articles, call.desk.help_center.within(locale, query))

    def shown(found: list[Doc]) -> list[Doc]:
        articles = [_shown(call, call.desk.help_center.shown(row, locale)) for row in found]
        if "translations" in call.includes():
            for article in articles:
                article["translations"] = translations_of(call, article["id"])
        return articles

    listing = Listing("articles", rows, shown, lambda found: _beside(call, found), offset_sorts=("position", "title"))
    return answer(call, listing)


def _shown(call: Call, row: Doc) -> Doc:
    return shapes.article(row, call.base)


def _beside(call: Call, rows: list[Doc]) -> Doc:
    help_center, found = call.desk.help_center, Doc()
    sections = help_center.sections.many(row["section_id"] for row in rows)
    if "sections" in call.includes():
        found["sections"] = [shapes.place("sections", one, call.base) for one in sections]
    if "categories" in call.includes():
        categories = help_center.categories.many(one["category_id"] for one in sections)
        found["categories"] = [shapes.place("categories", one, call.base) for one in categories]
    if "users" in call.includes():
        found["users"] = showing.users(call, call.desk.people.users.many(row["author_id"] for row in rows))
    return found


def articles(call: Call) -> Doc:
    return _article_list(call, _article_query(call))


def section_articles(call: Call) -> Doc:
    call.desk.help_center.sections.get(call.id)
    return _article_list(call, _article_query(call).and_("section_id = ?", call.id))


def category_articles(call: Call) -> Doc:
    call.desk.help_center.categories.get(call.id)
    query = "section_id IN (SELECT id FROM sections WHERE category_id = ?)"
    return _article_list(call, _article_query(call).and_(query, call.id))


def article(call: Call) -> Doc:
    row = call.desk.help_center.shown(call.desk.help_center.articles.get(call.id), _locale(call))
    return {"article": _shown(call, row)} | _beside(call, [row])


def search(call: Call) -> Doc:
    if not any(call.query.get(name) for name in ("query", "category", "section", "label_names")):
        raise missing("query")
    number_text = call.query.get("page", "1")
    size_text = call.query.get("per_page", "25")
    if number_text.isdigit() and size_text.isdigit() and int(number_text) * min(100, int(size_text)) > _MAX_RESULTS:
        raise Problem(422, {"error": "invalid", "description": "Only the first 1000 results can be read"})
    found = call.desk.help_center.search(call.query.get("query", ""), _locale(call), _article_query(call))
    sized = {**call.query, "per_page": size_text}
    listing = Listing("results", Listed(found), lambda rows: [_shown(call, row) for row in rows], sort="none")
    body = answer(_with_query(call, sized), listing)
    size = min(100, int(size_text))
    return body | {"page": int(number_text), "per_page": size, "page_count": -(-len(found) // size)}


def guide_search(call: Call) -> Doc:
    """Articles in the named languages, by cursor; other kinds of content this helpdesk has not."""
    if not call.query.get("filter[locales]"):
        raise missing("filter[locales]")
    kinds = call.query.get("filter[content_types]", "ARTICLE").upper().split(",")
    query = Query()
    for name, where in (
        ("filter[section_ids]", "section_id"),
        ("filter[category_ids]", "(SELECT category_id FROM sections WHERE id = section_id)"),
    ):
        if call.query.get(name):
            ids = call.numbers(name)
            query = query.and_(f"{where} IN ({marks(ids)})", *ids)
    found: list[Doc] = []
    for locale in call.query["filter[locales]"].lower().split(","):
        found += call.desk.help_center.search(call.query.get("query", ""), locale, query) if "ARTICLE" in kinds else []

    def shown(rows: list[Doc]) -> list[Doc]:
        return [_shown(call, row) | {"type": "ARTICLE"} for row in rows]

    return answer(call, Listing("results", Listed(found), shown, sort="none", cursor_only=True))


def _with_query(call: Call, query: dict[str, str]) -> Call:
    return Call(call.desk, call.method, call.path, call.root, call.ids, query, call.headers, call.raw, call.user)


def create_article(call: Call) -> Answer:
    made = call.desk.help_center.create(call.id, call.sent("article"), call.user)
    return Answer(201, {"article": _shown(call, made)})


def update_article(call: Call) -> Doc:
    return {"article": _shown(call, call.desk.help_center.update(call.id, call.sent("article")))}


def delete_article(call: Call) -> Answer:
    call.desk.help_center.remove(call.id)
    return Answer(204)


# Translations


def _translation(call: Call, row: Doc) -> Doc:
    address = f"{call.base}/help_center/articles/{row['source_id']}/translations/{row['locale']}.json"
    root = call.base.removesuffix("/api/v2")
    return {"url": address, "html_url": f"{root}/hc/{row['locale']}/articles/{row['source_id']}", **row}


def translations_of(call: Call, article_id: int) -> list[Doc]:
    """The words of an article in each of its languages."""
    rows = call.desk.help_center.translations.where(Query("source_id = ?", (article_id,)))
    return [_translation(call, row) for row in rows]


def translations(call: Call) -> Doc:
    call.desk.help_center.articles.get(call.id)
    rows = Stored(call.desk.help_center.translations, Query("source_id = ?", (call.id,)))

    def shown(found: list[Doc]) -> list[Doc]:
        return [_translation(call, row) for row in found]

    return answer(call, Listing("translations", rows, shown))


def translation(call: Call) -> Doc:
    row = call.desk.help_center.translation(call.id, str(call.ids["locale"]))
    if row is None:
        raise not_found()
    return {"translation": _translation(call, row)}


def create_translation(call: Call) -> Answer:
    sent = call.sent("translation")
    if not sent.get("locale"):
        raise missing("locale")
    made = call.desk.help_center.translate(call.id, str(sent["locale"]).lower(), sent)
    return Answer(201, {"translation": _translation(call, made)})


def update_translation(call: Call) -> Doc:
    locale = str(call.ids["locale"])
    if call.desk.help_center.translation(call.id, locale) is None:
        raise not_found()
    made = call.desk.help_center.translate(call.id, locale, call.sent("translation"))
    return {"translation": _translation(call, made)}


def attachments(call: Call) -> Doc:
    call.desk.help_center.articles.get(call.id)
    return answer(call, Listing("article_attachments", Listed([]), list))


# Categories, sections, languages


def _places(noun: str) -> Handler:
    def places(call: Call) -> Doc:
        shelf, locale, query = call.desk.db.shelf(noun), _locale(call), Query()
        if "id" in call.ids:
            call.desk.help_center.categories.get(call.id)
            query = query.and_("category_id = ?", call.id)
        if locale:
            query = query.and_("locale = ?", locale)

        def shown(rows: list[Doc]) -> list[Doc]:
            return [shapes.place(noun, row, call.base) for row in rows]

        return answer(call, Listing(noun, Stored(shelf, query), shown, offset_sorts=("position",)))

    return places


def _place(noun: str, singular: str) -> Handler:
    def place(call: Call) -> Doc:
        return {singular: shapes.place(noun, call.desk.db.shelf(noun).get(call.id), call.base)}

    return place


def locales(call: Call) -> Doc:
    found = call.desk.help_center.locales()
    return {"locales": found, "default_locale": "en-us" if "en-us" in found else found[0]}


def labels(call: Call) -> Doc:
    """Every label that an article bears, numbered by the alphabet."""
    sql = "SELECT DISTINCT value FROM articles, json_each(articles.doc, '$.label_names') ORDER BY 1"
    stamp, names = call.desk.db.stamp(), [str(row[0]) for row in call.desk.db.run(sql)]
    rows = [
        {"id": number, "url": f"{call.base}{_ROOT}/labels/{number}.json", "name": name, "created_at": stamp,
         "updated_at": stamp}
        for number, name in enumerate(names, start=1)
    ]  # fmt: skip
    return answer(call, Listing("labels", Listed(rows), list, sort="none"))


def segments(call: Call) -> Doc:
    """The groups of readers that articles are kept to; this helpdesk keeps some to its staff."""
    sql = (
        "SELECT DISTINCT json_extract(doc, '$.user_segment_id') AS one FROM articles WHERE one IS NOT NULL ORDER BY one"
    )
    stamp = call.desk.db.setting("created_at") or call.desk.db.stamp()
    rows = [
        {"id": int(row[0]), "name": "Agents and managers", "user_type": "staff", "built_in": True, "group_ids": [],
         "organization_ids": [], "tags": [], "or_tags": [], "created_at": stamp, "updated_at": stamp}
        for row in call.desk.db.run(sql)
    ]  # fmt: skip
    return answer(call, Listing("user_segments", Listed(rows), list, sort="none"))


def _both(method: str, path: str, handler: Handler, *, admin: bool = False) -> tuple[Endpoint, Endpoint]:
    """The path without and with a language."""
    return (
        Endpoint(method, _ROOT + path, handler, admin=admin),
        Endpoint(method, f"{_ROOT}/{{locale}}{path}", handler, admin=admin),
    )


ENDPOINTS = (
    Endpoint("GET", "/guide/search", guide_search),
    Endpoint("GET", f"{_ROOT}/locales", locales),
    Endpoint("GET", f"{_ROOT}/articles/labels", labels),
    Endpoint("GET", f"{_ROOT}/user_segments", segments),
    *_both("GET", "/articles", articles),
    *_both("GET", "/articles/search", search),
    Endpoint("GET", f"{_ROOT}/articles/{{id:int}}/translations", translations),
    Endpoint("POST", f"{_ROOT}/articles/{{id:int}}/translations", create_translation),
    Endpoint("GET", f"{_ROOT}/articles/{{id:int}}/translations/{{locale}}", translation),
    Endpoint("PUT", f"{_ROOT}/articles/{{id:int}}/translations/{{locale}}", update_translation),
    *_both("GET", "/articles/{id:int}", article),
    *_both("PUT", "/articles/{id:int}", update_article),
    *_both("DELETE", "/articles/{id:int}", delete_article),
    *_both("GET", "/articles/{id:int}/attachments", attachments),
    *_both("GET", "/sections", _places("sections")),
    *_both("GET", "/sections/{id:int}", _place("sections", "section")),
    *_both("GET", "/sections/{id:int}/articles", section_articles),
    *_both("POST", "/sections/{id:int}/articles", create_article),
    *_both("GET", "/categories", _places("categories")),
    *_both("GET", "/categories/{id:int}", _place("categories", "category")),
    *_both("GET", "/categories/{id:int}/sections", _places("sections")),
    *_both("GET", "/categories/{id:int}/articles", category_articles),
)
