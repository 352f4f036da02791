"""Search: articles, tickets and customers by their words, and what fits the ticket that is open.

Articles are few: any word counts, the best first (bm25). Tickets are many: what is typed must all be there, newest
first; only where that finds too little, one rare word is enough. Sentences, and questions that nobody types on, find
the tickets that fit best first. People are found by the beginnings of their names and addresses. Scores of the kinds
are each divided by their best, so that one list can show them all.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from math import log1p
from typing import Literal

from agentdesk.errors import FilterError
from agentdesk.filters import And, Filter, Phrase, Word, has_words, plain, terms, within
from agentdesk.filters.hearing import hear
from agentdesk.model import Canned, Event, Ref
from agentdesk.record import record
from agentdesk.store import asking, exact, indexing, misspelt, rarity, rows
from agentdesk.store.conditions import EVERYTHING, Condition, Conditions, article_condition, is_common
from agentdesk.store.duplicates import Duplicate, duplicates
from agentdesk.store.facets import MOST_COUNTED, Facet, facets
from agentdesk.store.given import earlier_answers, fitting
from agentdesk.store.judgements import Judgement, Judgements, own_words, telling_words
from agentdesk.store.meaning import RELATED, Meaning, Tools, blended
from agentdesk.store.meant import Taken
from agentdesk.store.newest import newest
from agentdesk.store.queries import Queries
from agentdesk.store.reasoning import Reasoning
from agentdesk.store.why import Why, text_of, why
from agentdesk.store.words import ARTICLES, INDEXED_CHARACTERS, NO_WORDS, any_of
from agentdesk.text.normalise import normalise
from agentdesk.text.passage import Passage
from agentdesk.text.segment import telling
from agentdesk.text.snippet import highlight

HitKind = Literal["article", "ticket", "customer"]
EVERY_KIND: tuple[HitKind, ...] = ("article", "ticket", "customer")
TITLE_WEIGHT = 3.0
MOST_RANKED = 200
MOST_MESSAGES = 200
MOST_NAMED = 2_000
"""Of more customers whose names begin so, as with one letter, no order tells which is meant: none is worked out."""
SMALL_CACHE = 50_000
LONGEST_ENDING, SHORTEST_STEMMED = 3, 5
TITLED_WEIGHT, EVERY_WEIGHT = 2.0, 0.16
"""An article with all the words in its title comes first; what has them somewhere, only before others as good."""
MEANT_WEIGHT, FEW_MEANT_WEIGHT = 2.0, 1.0
"""What a ticket means against the words of it: a complaint and an old ticket seldom share the words that matter.

A few words were chosen, and mean less than a sentence."""
WHOLE_SCORE = 0.1
"""A ticket that only has all the everyday words of a sentence."""
NEARLY_SCORE = 0.4
"""One with some of the rare words, behind those with all."""
MOST_PARTS, PARTED_WEIGHT = 0.7, 0.5
STRANGE_WEIGHT = 0.25
MOST_TRUST = 1.5
"""What was sent and solved such tickets weighs by how many and how alike, but never more than this."""


@record
class Hit:
    """Something that was found, with a passage of it; `event` is the message of a ticket to jump to.

    Within one kind the best has score 1.
    """

    kind: HitKind
    ref: Ref
    title: str
    passage: Passage = Passage()
    score: float = 1.0
    event: str | None = None
    at: datetime | None = None
    language: str = ""
    internal: bool = False


@record
class Suggestion:
    """An article for a ticket, with how often it was put into replies and how many of those tickets got solved.

    Of tickets like this one where there were such (`is_for_such`), else of all.
    """

    hit: Hit
    inserted: int = 0
    solved: int = 0
    is_for_such: bool = False


class Search:
    """The searching side of the cache."""

    def __init__(self, db: sqlite3.Connection, tools: Tools | None = None) -> None:
        self._db = db
        self._queries = Queries(db)
        self.meaning = Meaning(db, tools)
        self.vocabulary = self._queries.vocabulary
        self.judgements = Judgements(db)
        self.reasoning = Reasoning(db, self.meaning, self.vocabulary)

    # The index

    def index_some(self, limit: int = 100) -> int:
        """Bring some of the index up to date, in a few milliseconds; how many rows remain (10,000 for any more)."""
        return indexing.index_some(self._db, limit)

    def remaining(self) -> int:
        """How many rows are not indexed as they are now."""
        return indexing.remaining(self._db)

    def progress(self) -> indexing.Progress | None:
        """How far an index is that is being built; None for one that is there."""
        return indexing.progress(self._db)

    def rebuild(self) -> None:
        """Begin the index anew; `index_some` fills it."""
        indexing.forget_all(self._db)

    def learn_some(self, *, is_patient: bool = True, wait: bool = True) -> int:
        """Let replies, the extras and the tickets' reasons teach something, for about a tenth of a second; 0 when done.

        Unless the caller `is_patient`, the slow encoder is left for later; unless it may `wait`, so is one that has to
        be loaded first.
        """
        return (
            self.judgements.learn_some()
            or self.meaning.make_some(is_patient=is_patient, wait=wait)
            or self.reasoning.reason_some()
        )

    # What was asked

    def search(
        self,
        query: Filter | str,
        *,
        now: datetime,
        kinds: Collection[HitKind] = EVERY_KIND,
        limit: int = 20,
        me: Mapping[str, str] | None = None,
        account: str | None = None,
        is_typed: bool = True,
    ) -> list[Hit]:
        """What a query finds, best first, at most `limit` of each kind; raises `FilterError` for a slip in one.

        Only what lives in `account` is looked at, where one is named. The last word of a text that is still being
        typed counts as a beginning. While a question `is_typed`, tickets with its few words come newest first, and
        extras that are not loaded yet are left out; else the tickets that fit best come first, and the extras are
        waited for.
        """
        asked = asking.typed(query) if isinstance(query, str) else query
        asked = replace(asked, where=plain(asked.where))
        question, is_exact = self._understood(asked), exact.is_meant(asked.where)
        hits: list[Hit] = []
        has_fields_only = asked.where != And() and not has_words(asked.where)
        if "article" in kinds and (is_exact or has_fields_only):
            hits += self._exact_articles(question, now, limit, account)
        elif "article" in kinds:
            hits += self._articles(question, now, limit, account, wait=not is_typed)
        if "ticket" in kinds:
            hits += self._tickets(question, now, limit, me, account, is_exact=is_exact, is_typed=is_typed)
        if "customer" in kinds:
            hits += self._people(question, limit, account)
        return sorted(hits, key=lambda hit: -hit.score)

    def _understood(self, query: Filter | str) -> Filter:
        return self._queries.understood(asking.typed(query) if isinstance(query, str) else query)

    def taken(self, question: Filter) -> list[Taken]:
        """The misspelt names of a filter, and what they were taken for."""
        return self._queries.taken(question)

    def sought(self, query: str) -> tuple[str, ...]:
        """The tokens that a query looks for, the team's other words among them; none for one that does not read."""
        try:
            return tuple(asking.tokens(terms(self._understood(query).where)))
        except FilterError:
            return ()

    def divided(
        self, query: Filter | str, hits: Iterable[Hit], *, now: datetime, account: str | None = None
    ) -> tuple[int, list[Facet]]:
        """How many tickets a query finds (counted up to `MOST_COUNTED`), the hits among them, and how they divide."""
        understood = self._understood(query)
        question = within(understood, account)
        words = asking.tokens(terms(question.where))
        keys = {key for hit in hits if hit.kind == "ticket" and (key := self._key(hit.ref)) is not None}
        if words or asking.besides_words(understood.where) != And():
            keys.update(newest(self._db, self._affordable(question), now, self._queries.me(), MOST_COUNTED))
        return len(keys), facets(self._db, list(keys))

    def _key(self, ticket: Ref) -> int | None:
        row = self._db.execute(
            "SELECT key FROM ticket WHERE account = ? AND id = ?", (ticket.account, ticket.id)
        ).fetchone()
        return None if row is None else int(row[0])

    def why(self, query: str, hit: Hit) -> Why:
        """Why a query found this; nothing for one that does not read."""
        try:
            asked = [term.text for term in terms(hear(query).question.where)]
        except FilterError:
            return Why()
        if not asked:
            return Why()
        words = self.vocabulary.words()
        others = [(term, way) for term in asked for way in words.ways(term)]
        found = why(asked, f"{hit.title}\n{text_of(self._db, hit.kind, hit.ref)}", others)
        if hit.kind == "customer":
            slips = [(term, hit.title) for term in found.missing if misspelt.meant(self._db, term)]
            return replace(found, names=tuple(slips), missing=())
        if hit.kind == "article":
            tokens = asking.tokens([Phrase(term) for term in asked])
            (key,) = self._db.execute(
                "SELECT max(key) FROM article WHERE account = ? AND id = ?", (hit.ref.account, hit.ref.id)
            ).fetchone()
            judged = self.judgements.of_such(tokens).get(key)
            return replace(found, sent=judged.sent, solved=judged.solved) if judged else found
        return found

    def _articles(self, question: Filter, now: datetime, limit: int, account: str | None, *, wait: bool) -> list[Hit]:
        condition = article_condition(within(question, account).where, now)
        asked = asking.of_articles(question.where, self._is_known, self._uncommon)
        if condition is None or asked is None:
            return []
        tokens = asking.tokens(terms(question.where))
        whole = asking.all_at_once(question.where)
        exact = self._lexical(whole, condition) if whole else {}
        if exact and asking.is_one_word(question.where):
            parted = self._made_of(tokens, asked, condition) if len(tokens) > asking.WORD_TOKENS else {}
            return self._shown_articles(blended([(1.0, exact), (PARTED_WEIGHT, parted)]), tokens, limit)
        said = asking.said(question.where)
        judged = self.judgements.of_such(tokens)
        titled = self._lexical(f"{{title}} : ({whole})", condition) if exact else {}
        first = [(EVERY_WEIGHT, exact), (TITLED_WEIGHT, dict.fromkeys(titled, 1.0))]
        scores = self._ranked(asked, said, condition, first, judged, wait=wait)
        if not scores and isinstance(question.where, Phrase) and asking.has_many_words(question.where.text):
            return self._articles(replace(question, where=Word(question.where.text)), now, limit, account, wait=wait)
        return self._shown_articles(scores, tokens, limit)

    def _exact_articles(self, question: Filter, now: datetime, limit: int, account: str | None) -> list[Hit]:
        """The articles that meet a question to the letter, those with the most of its words first."""
        met = exact.articles(self._db, within(question, account).where, now)
        tokens = asking.tokens(terms(question.where))
        words = self._lexical(any_of(tokens), EVERYTHING) if tokens and met else {}
        scores = {key: words.get(key, 0.0) for key in met or ()}
        return self._shown_articles(blended([(1.0, scores)]), tokens, limit)

    def _ranked(
        self,
        asked: str,
        said: str,
        condition: Condition,
        first: Sequence[tuple[float, dict[int, float]]],
        judged: Mapping[int, Judgement],
        *,
        wait: bool,
    ) -> dict[int, float]:
        """Articles by words, by dictionary words, by meaning and by use, blended; `first` raises some.

        Beside what a sentence means, the few words of it that stand in articles of another script count for little.
        """
        words = self._lexical(asked, condition)
        by_terms = self.meaning.by_terms(said) if said else {}
        near = self.meaning.nearest(said, wait=wait) if said else []
        used = {key: one.worth for key, one in judged.items()}
        trust = min(MOST_TRUST, max(used.values(), default=0.0))
        allowed = self._allowed(condition) if by_terms or near or used else words.keys()
        share = 0.5 if by_terms else 1.0
        strange = self._in_another_script(said) if near and asking.has_many_words(said) else set()
        lists = [*_parted(share, words, strange), *_parted(share, by_terms, strange), *near, *first, (trust, used)]
        return blended([(weight, {key: one[key] for key in one if key in allowed}) for weight, one in lists])

    def _in_another_script(self, said: str) -> set[int]:
        """The articles whose language is written otherwise than this text."""
        found = self._db.execute(
            "SELECT key FROM article WHERE language <> '' AND (substr(language, 1, 2) IN ('ja', 'zh', 'ko')) <> ?",
            (asking.is_asian(said),),
        )
        return {key for (key,) in found}

    def _uncommon(self, tokens: list[str]) -> list[str]:
        """The words of a sentence without the commonest, which cost time and tell nothing."""
        return rarity.affordable(self._db, ARTICLES, tokens)

    def _is_known(self, asked: str) -> bool:
        """Does any article have this?"""
        found = self._db.execute("SELECT 1 FROM article_words WHERE article_words MATCH ? LIMIT 1", (asked,))
        return found.fetchone() is not None

    def _lexical(self, asked: str, condition: Condition) -> dict[int, float]:
        """The best articles for an expression, by bm25. Without a condition, only these are looked at."""
        score = f"-bm25(article_words, {TITLE_WEIGHT}, 1.0) AS score"
        sql = (
            f"SELECT a.key, {score} FROM article_words JOIN article a ON a.key = article_words.rowid "
            f"WHERE article_words MATCH ? AND {condition.sql} ORDER BY score DESC LIMIT ?"
        )
        if condition == EVERYTHING:
            sql = (
                f"SELECT a.key, found.score FROM (SELECT rowid AS key, {score} FROM article_words "
                "WHERE article_words MATCH ? ORDER BY score DESC LIMIT ?) found "
                "CROSS JOIN article a ON a.key = found.key"
            )
        return dict(self._db.execute(sql, (asked, *condition.values, MOST_RANKED)))

    def _made_of(self, tokens: Sequence[str], asked: str, condition: Condition) -> dict[int, float]:
        """Articles with most parts of a long word, which may be several put together, by bm25."""
        sql = "SELECT rowid FROM article_words WHERE article_words MATCH ?"
        parts = Counter(key for token in tokens for (key,) in self._db.execute(sql, (any_of([token]),)))
        found = self._lexical(asked, condition)
        return {key: score for key, score in found.items() if parts[key] >= MOST_PARTS * len(tokens)}

    def _allowed(self, condition: Condition) -> Collection[int]:
        """Keys of the articles that meet a condition."""
        return {
            key for (key,) in self._db.execute(f"SELECT a.key FROM article a WHERE {condition.sql}", condition.values)
        }

    def _shown_articles(self, scores: Mapping[int, float], tokens: list[str], limit: int) -> list[Hit]:
        best = dict(sorted(scores.items(), key=lambda one: (-one[1], one[0]))[:limit])
        return list(self._article_hits(best, tokens).values())

    def _article_hits(self, scores: Mapping[int, float], tokens: list[str]) -> dict[int, Hit]:
        """Articles as hits, by their keys."""
        found = self._db.execute(
            f"SELECT a.key, a.account, a.id, a.title, substr(a.body, 1, {INDEXED_CHARACTERS}), a.language, a.internal, "
            "a.updated_at FROM json_each(?) wanted CROSS JOIN article a ON a.key = wanted.value",
            (json.dumps([*scores]),),
        )
        return {key: _article_hit(row, scores[key], tokens) for key, *row in found}

    def _tickets(
        self,
        question: Filter,
        now: datetime,
        limit: int,
        me: Mapping[str, str] | None,
        account: str | None,
        *,
        is_exact: bool,
        is_typed: bool,
    ) -> list[Hit]:
        words = asking.tokens(terms(question.where))
        if not words and asking.besides_words(question.where) == And():
            return []
        who = self._queries.me() if me is None else me
        is_quoted = exact.has_quotation(question.where)
        is_ranked = not is_typed and not is_quoted and question.sort is None and bool(asking.said(question.where))
        if not is_exact and (is_ranked or asking.is_sentence(question.where)):
            return self._relevant(within(question, account), now, limit, who, wait=not is_typed)
        keys = self._whole(within(question, account), now, limit, who)
        scores = {key: 1 - place / (2 * limit) for place, key in enumerate(keys)}
        is_enough = is_exact or is_quoted or asking.is_one_word(question.where)
        if len(keys) < limit and len(words) > 1 and not is_enough:
            nearly = _relative(self._nearly(within(question, account), now, limit, who))
            rest = [(key, NEARLY_SCORE * score) for key, score in nearly.items() if key not in scores]
            scores.update(rest[: limit - len(keys)])
        return self._shown(scores, words)

    def _affordable(self, question: Filter) -> Filter:
        """In a large cache, a Latin word still being typed counts as it stands if it is short or if many have it."""
        (last,) = self._db.execute("SELECT max(key) FROM ticket").fetchone()
        if (last or 0) <= SMALL_CACHE:
            return question
        return asking.with_whole_words(question, lambda word: is_common(self._db, word))

    def _relevant(self, question: Filter, now: datetime, limit: int, me: Mapping[str, str], *, wait: bool) -> list[Hit]:
        """Tickets by how well they fit: by their rare words and by meaning, those with all words before others as good.

        A word that is found is found as it stands. Who has all words of a sentence is asked where too few are found.
        """
        tokens, demanded = asking.tokens(terms(question.where)), self._demanded(question, now, me)
        is_sentence = asking.is_sentence(question.where)
        whole = [] if is_sentence else self._whole(question, now, max(limit, MOST_RANKED), me)
        if asking.is_one_word(question.where) and (whole or len(tokens) <= asking.WORD_TOKENS):
            demanded = Condition("t.key IN (SELECT value FROM json_each(?))", (json.dumps(whole),))
        words = dict(rarity.alike(self._db, tokens, demanded, max(limit, rarity.MOST_READ)))
        cosines = self.meaning.related(asking.said(question.where), wait=wait)
        related = self._meeting({key: cosine - RELATED for key, cosine in cosines.items()}, demanded)
        meant = MEANT_WEIGHT if is_sentence else FEW_MEANT_WEIGHT
        scores = blended([(1.0, words), (meant, related), (EVERY_WEIGHT, dict.fromkeys(whole, 1.0))])
        if is_sentence and len(scores) < limit:
            scores = {**dict.fromkeys(self._whole(question, now, limit, me), WHOLE_SCORE), **scores}
        best = sorted(scores.items(), key=lambda one: -one[1])[:limit]
        return self._shown(_relative(best), tokens)

    def _whole(self, question: Filter, now: datetime, limit: int, me: Mapping[str, str]) -> list[int]:
        """Tickets that have all that is asked, newest first."""
        return newest(self._db, self._affordable(question), now, me, limit)

    def _meeting(self, scores: Mapping[int, float], demanded: Condition) -> dict[int, float]:
        """The best of these tickets that meet a condition."""
        best = sorted(scores, key=lambda key: -scores[key])[:MOST_RANKED]
        met = self._db.execute(
            f"SELECT t.key FROM ticket t WHERE {demanded.sql} AND t.key IN ({', '.join('?' * len(best))})",
            (*demanded.values, *best),
        )
        return {key: scores[key] for (key,) in met}

    def _demanded(self, question: Filter, now: datetime, me: Mapping[str, str]) -> Condition:
        """What a filter demands of tickets besides its words."""
        conditions = Conditions(self._db, me, now, among="part")
        return conditions.of(asking.besides_words(question.where))

    def _nearly(self, question: Filter, now: datetime, limit: int, me: Mapping[str, str]) -> list[tuple[int, float]]:
        """Tickets with at least one of the rare words, whatever else the filter demands, best first."""
        tokens = asking.tokens(terms(question.where))
        return rarity.alike(self._db, tokens, self._demanded(question, now, me), limit)

    def _shown(self, scores: Mapping[int, float], tokens: list[str]) -> list[Hit]:
        """Tickets as hits, each with the newest message that has one of the tokens."""
        found = self._db.execute(
            "SELECT t.key, t.account, t.id, t.subject, t.snippet, t.updated_at "
            "FROM json_each(?) wanted CROSS JOIN ticket t ON t.key = wanted.value",
            (json.dumps([*scores]),),
        ).fetchall()
        hits = []
        for key, account, id, subject, beginning, updated_at in found:
            ref = Ref(account, id)
            event, body, at = self._newest_message(ref, tokens) or (None, beginning, updated_at)
            hits.append(Hit("ticket", ref, subject, Passage(body, tokens), scores[key], event, rows.from_ms(at)))
        return hits

    def _newest_message(self, ticket: Ref, tokens: list[str]) -> tuple[str, str, int] | None:
        """The newest of the messages with the most of these words."""
        messages: list[tuple[str, str, int]] = self._db.execute(
            f"SELECT id, substr(body, 1, {INDEXED_CHARACTERS}), at FROM event WHERE account = ? AND ticket = ? "
            "AND body <> '' ORDER BY at DESC, key DESC LIMIT ?",
            (ticket.account, ticket.id, MOST_MESSAGES),
        ).fetchall()
        wanted = set(telling(tokens))
        for spelled in (str.lower, normalise):  # the second one costs fifty times the first, and finds other spellings
            words = [sum(token in text for token in wanted) for text in (spelled(body) for _id, body, _at in messages)]
            if any(words):
                return messages[words.index(max(words))]
        stems = [word[:-LONGEST_ENDING] for word in wanted if word.isascii() and len(word) > SHORTEST_STEMMED]
        inflected = (one for one in messages if any(stem in one[1].lower() for stem in stems))
        return next((one for one in inflected if highlight(one[1], tokens)), None)

    def _people(self, question: Filter, limit: int, account: str | None) -> list[Hit]:
        """Customers by the beginnings of names and addresses; only words are asked of them.

        A word that no name begins with may be a name with a slip in it.
        """
        asked, wanted = terms(question.where), exact.customers(question.where)
        if wanted is None:
            return []
        found = self._named(wanted, limit, account)
        if not found and len(asked) == 1:
            others = misspelt.meant(self._db, asked[0].text)
            asked = [Word(other) for other in others]
            found = self._named(any_of(others), limit, account) if others else []
        tokens = asking.tokens(asked)
        best = max((row[-1] for row in found), default=1.0) or 1.0
        return [
            Hit("customer", Ref(account, id), name, Passage(addresses or "", tokens), score / best)
            for account, id, name, addresses, score in found
        ]

    def _named(self, asked: str, limit: int, account: str | None) -> list[tuple[str, str, str, str | None, float]]:
        """Account, id, name, addresses and score of the customers whose names or addresses meet an expression."""
        having = (
            "FROM person_words CROSS JOIN person p ON p.key = person_words.rowid WHERE person_words MATCH ? "
            "AND p.role = 'customer' AND (? IS NULL OR p.account = ?) LIMIT ?"
        )
        values = (asked, account, account, MOST_NAMED)
        scores: dict[int, float] = dict(self._db.execute(f"SELECT p.key, 1.0 {having}", values))
        if len(scores) < MOST_NAMED:
            scores = dict(self._db.execute(f"SELECT p.key, -bm25(person_words, 2.0, 1.0) {having}", values))
        return self._db.execute(
            "SELECT p.account, p.id, p.name, "
            "(SELECT group_concat(i.value, '  ') FROM identity i WHERE i.account = p.account AND i.person = p.id), "
            "found.value FROM json_each(?) found CROSS JOIN person p ON p.key = CAST(found.key AS INTEGER) "
            "ORDER BY found.value DESC, p.name LIMIT ?",
            (json.dumps(scores), limit),
        ).fetchall()

    # What fits the open ticket

    def suggest_articles(self, ticket: Ref, *, language: str = "", limit: int = 5) -> list[Suggestion]:
        """Articles for a ticket from its customer's own words, those in the customer's language first."""
        text = self.vocabulary.words().heard(own_words(self._db, ticket))
        tokens = self._apart(text)
        judged = self.judgements.of_such(telling_words(text), beside=ticket)
        if not tokens and not judged:
            return []
        here = Condition("a.account = ?", (ticket.account,))
        ways = [token for way in self.vocabulary.words().ways(text) for token in self._apart(way)]
        asked = any_of(dict.fromkeys([*tokens, *ways])) or NO_WORDS
        scores = self._ranked(asked, text, here, [], judged, wait=False)
        best = sorted(scores.items(), key=lambda one: (-one[1], one[0]))[: limit * 2]
        suggestions = [
            self._judged(hit, judged.get(key)) for key, hit in self._article_hits(dict(best), tokens).items()
        ]
        spoken = _base(language)
        return sorted(
            suggestions,
            key=lambda one: (_base(one.hit.language) != spoken if spoken else False, -one.hit.score),
        )[:limit]

    def _apart(self, text: str) -> list[str]:
        """The words of a customer's that tell articles apart; their manners only where there is nothing else."""
        rare = rarity.telling_apart(self._db, ARTICLES, asking.tokens([Phrase(text)]), share=0.2)
        manners = rarity.everyday(self._db, rare)
        return [token for token in rare if token not in manners] or rare

    def _judged(self, hit: Hit, such: Judgement | None) -> Suggestion:
        """The hit with how it was used; what solved tickets before rises."""
        inserted, solved = self.usage(hit.ref)
        raised = replace(hit, score=hit.score * (1 + 0.15 * log1p(solved)))
        if such is not None:
            return Suggestion(raised, such.sent, such.solved, is_for_such=True)
        return Suggestion(raised, inserted, solved)

    def duplicates(self, ticket: Ref, *, limit: int = 3) -> list[Duplicate]:
        """Open tickets that may be the same as this one, the likeliest first."""
        return duplicates(self._db, self.meaning, ticket, limit)

    def usage(self, article: Ref) -> tuple[int, int]:
        """In how many tickets an article was inserted, and how many of those are solved."""
        return self.judgements.usage(article)

    def similar_solved(self, ticket: Ref, *, limit: int = 5) -> list[Hit]:
        """Solved tickets of this one's account with its rare words, each with the last reply there as `event`."""
        tokens = asking.tokens([Phrase(own_words(self._db, ticket))])
        solved = Condition(
            "t.status IN ('solved', 'closed') AND t.account = ? AND t.id <> ?", (ticket.account, ticket.id)
        )
        found = self._shown(_relative(rarity.alike(self._db, tokens, solved, limit)), tokens)
        return [replace(hit, event=self._last_reply(hit.ref) or hit.event) for hit in found]

    def earlier_answers(self, ticket: Ref, *, limit: int = 2) -> list[Event]:
        """What this ticket's customer was answered last on their other tickets."""
        return earlier_answers(self._db, ticket, limit)

    def fitting(self, ticket: Ref, prepared: Sequence[Canned], *, language: str = "", limit: int = 2) -> list[Canned]:
        """Which of these prepared answers fit a ticket, from its customer's own words."""
        return fitting(prepared, telling_words(own_words(self._db, ticket)), language, limit)

    def _last_reply(self, ticket: Ref) -> str | None:
        row = self._db.execute(
            "SELECT id FROM event WHERE account = ? AND ticket = ? AND kind = 'reply' AND public "
            "ORDER BY at DESC, key DESC LIMIT 1",
            (ticket.account, ticket.id),
        ).fetchone()
        return row[0] if row else None


def _article_hit(row: rows.Row, score: float, tokens: list[str]) -> Hit:
    account, id, title, body, language, internal, updated_at = row
    at = None if updated_at is None else rows.from_ms(updated_at)
    return Hit("article", Ref(account, id), title, Passage(body, tokens), score, None, at, language, bool(internal))


def _parted(
    weight: float, scores: Mapping[int, float], strange: Collection[int]
) -> Iterable[tuple[float, dict[int, float]]]:
    """The scores as two lists: those of strange articles have little weight."""
    yield weight, {key: score for key, score in scores.items() if key not in strange}
    yield weight * STRANGE_WEIGHT, {key: score for key, score in scores.items() if key in strange}


def _relative(found: list[tuple[int, float]]) -> dict[int, float]:
    """Scores, of which the best come first, divided by the best one."""
    best = found[0][1] if found else 1.0
    return {key: score / best for key, score in found}


def _base(language: str) -> str:
    return language.partition("-")[0].lower()
