"""A folder of a stranger's goes the whole way: sandbox, account, sync, raw questions in the shell."""

import json
from pathlib import Path

from agentdesk.store.store import opened
from tests.bench.collection import answers, settled

ARTICLES = [
    {"id": 1, "title": "Returning a parcel", "body": "<p>Send it back within 14 days.</p>", "locale": "en-us"},
    {"id": "2", "title": "領収書の発行", "body": "<p>注文履歴から発行できます。</p>", "locale": "ja"},
]
QUESTIONS = [
    {"query": 'How (the "heck) do I return: a parcel?', "relevant": [1]},
    {"query": "「領収書」はどこで発行できますか？", "relevant": [2]},
]


def test_bare_articles_answer_raw_questions_right_after_the_first_sync(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(one) for one in ARTICLES)
    (tmp_path / "articles.jsonl").write_text(lines, encoding="utf-8")
    home = tmp_path / "home"

    shell, synced, _seconds = settled(tmp_path, home)
    with opened(home / "data" / "agentdesk.db") as store:
        unfinished = store.search.remaining() + store.search.meaning.unread()
    told = answers(QUESTIONS, shell)

    assert (synced["articles"], unfinished, told.refused) == (2, 0, [])
    assert [ids[:1] for ids in told.found] == [["1"], ["2"]]
