"""The ledger of effort in words: all of it on one line, and each entry on its own."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, assert_never

from agentdesk.i18n import _, listed, plural, wait
from agentdesk.insight.asking import Fact
from agentdesk.insight.effort import CHAT, PHONE, SMS, SOCIAL, Burden, Entry, Tally

_TWICE: Final = 2


def effort_line(level: int, found: Tally, entries: Sequence[Entry]) -> str:
    """The estimate and what it comes from: `effort 4: 3 contacts, 2 transfers, asked order no. twice, waited 4h40m`.

    The entries are wanted for what was asked again, and may be left out where nothing was.
    """
    told = burdens(found, entries)
    return (
        _("effort {level}: {burdens}", level=level, burdens=listed(told)) if told else _("effort {level}", level=level)
    )


def burdens(found: Tally, entries: Sequence[Entry]) -> list[str]:
    """What a ledger holds, each kind of burden in a few words; a single contact is none."""
    told = [
        plural("{n} contact", "{n} contacts", found.contacts) if found.contacts > 1 else "",
        plural("{n} transfer", "{n} transfers", found.transfers) if found.transfers else "",
        plural("{n} reassignment", "{n} reassignments", found.reassignments) if found.reassignments else "",
        plural("{n} change of channel", "{n} changes of channel", found.switches) if found.switches else "",
        plural("reopened once", "reopened {n} times", found.reopens) if found.reopens else "",
        *_asked(entries),
        _waited(found),
    ]
    return [words for words in told if words]


def entry_words(entry: Entry) -> str:
    """One entry of a ledger in words."""
    match entry.burden:
        case Burden.CONTACT:
            return _("the customer wrote or called ({way})", way=_way_word(entry.what))
        case Burden.TRANSFER:
            return _("passed to another team")
        case Burden.REASSIGNMENT:
            return _("passed to another colleague")
        case Burden.SWITCH:
            return _("the customer came another way ({way})", way=_way_word(entry.what))
        case Burden.REOPEN:
            return _("opened again")
        case Burden.ASKED_AGAIN:
            return _asked_words(entry.what, entry.times)
        case Burden.WAIT if entry.runs_since is not None:
            return _("waiting, {span} so far", span=wait(entry.span))
        case Burden.WAIT:
            return _("waited {span}", span=wait(entry.span))
        case _:
            assert_never(entry.burden)


def _asked(entries: Sequence[Entry]) -> list[str]:
    times = {entry.what: entry.times for entry in entries if entry.burden is Burden.ASKED_AGAIN}
    return [_asked_words(what, count) for what, count in sorted(times.items())]


def _asked_words(what: str, times: int) -> str:
    fact = _fact_word(Fact(what))
    if times < _TWICE:
        return _("asked {fact} although told", fact=fact)
    if times == _TWICE:
        return _("asked {fact} twice", fact=fact)
    return plural("asked {fact} {n} time", "asked {fact} {n} times", times, fact=fact)


def _waited(found: Tally) -> str:
    longest, total = timedelta(seconds=found.longest_wait), timedelta(seconds=found.total_wait)
    if longest < timedelta(minutes=1):
        return ""
    if wait(total) == wait(longest):
        return _("waited {span}", span=wait(longest))
    return _("waited {span}, {total} in all", span=wait(longest), total=wait(total))


def _fact_word(fact: Fact) -> str:
    words = {
        Fact.ORDER: _("order no."),
        Fact.EMAIL: _("mail address"),
        Fact.PHONE: _("phone number"),
        Fact.ADDRESS: _("address"),
    }
    return words[fact]


def _way_word(way: str) -> str:
    words = {PHONE: _("phone"), CHAT: _("chat"), SMS: _("SMS"), SOCIAL: _("social")}
    return words.get(way, _("in writing"))
