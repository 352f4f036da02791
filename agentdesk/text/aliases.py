"""A team's own words: groups that mean the same, and words that are never searched for.

`aliases.txt` has one group a line, its members parted by `=`; `stopwords.txt` one word a line. `#` begins a comment.

    シェアポイント = SharePoint
    解約 = キャンセル = 退会      # for customers they are one

Members are looked up in their normalised spelling, the longest first, Latin ones as whole words. A line that cannot be
read is left out and told; the others hold.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from agentdesk.i18n import _
from agentdesk.record import record
from agentdesk.text.normalise import normalise


@record
class Aliases:
    """Groups of words, as written, each word standing for the others; the silent ones; and what was wrong, in words."""

    groups: tuple[tuple[str, ...], ...] = ()
    silent: frozenset[str] = frozenset()
    problems: tuple[str, ...] = ()
    _others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def ways(self, text: str) -> list[str]:
        """The ways to say a text with other members of the groups that it has words of, without the text itself."""
        normal = normalise(text)
        return [
            normal[:start] + other + normal[end:]
            for start, end in _places(normal, self._others)
            for other in self._others[normal[start:end]]
        ]

    def heard(self, text: str) -> str:
        """The text without the silent words; itself where nothing else would be left."""
        normal = normalise(text)
        kept, at = [], 0
        for start, end in _places(normal, self.silent):
            kept.append(normal[at:start])
            at = end
        left = " ".join([*kept, normal[at:]]).strip()
        return left if at and left else text


def aliases(groups: Iterable[tuple[str, ...]], silent: Iterable[str] = (), problems: Iterable[str] = ()) -> Aliases:
    """Aliases of these groups; groups that share a word are one."""
    joined: list[list[str]] = []
    written: dict[str, str] = {}
    for group in groups:
        for one in group:
            written.setdefault(normalise(one), one)
        members = list(dict.fromkeys(normalise(one) for one in group))
        for met in [one for one in joined if not set(one).isdisjoint(members)]:
            joined.remove(met)
            members = list(dict.fromkeys([*met, *members]))
        joined.append(members)
    others = {one: tuple(other for other in group if other != one) for group in joined for one in group}
    whole = tuple(tuple(written[one] for one in group) for group in joined)
    return Aliases(whole, frozenset(map(normalise, silent)), tuple(problems), others)


def groups_of(text: str, name: str) -> tuple[list[tuple[str, ...]], list[str]]:
    """The groups in the text of a file called so, and its problems with their line numbers."""
    groups: list[tuple[str, ...]] = []
    problems: list[str] = []
    for number, line in _lines(text):
        members = tuple(part.strip() for part in line.replace("＝", "=").split("="))
        if len(members) < 2:
            problem = _(
                '{file}, line {number}: write "word = other word"; there is no = here.', file=name, number=number
            )
        elif not all(members):
            problem = _("{file}, line {number}: there is nothing on one side of a =.", file=name, number=number)
        else:
            groups.append(members)
            continue
        problems.append(problem)
    return groups, problems


def words_of(text: str) -> list[str]:
    """The words in the text of a file with one on each line."""
    return [line for _number, line in _lines(text)]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if told := line.partition("#")[0].strip():
            yield number, told


def _places(normal: str, words: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where words stand in a text, the longest first, none inside another."""
    known = set(words)
    lengths = sorted({len(word) for word in known if word}, reverse=True)
    at = 0
    while at < len(normal):
        ends = (at + long for long in lengths if at + long <= len(normal))
        end = next((end for end in ends if normal[at:end] in known and _is_apart(normal, at, end)), 0)
        if end:
            yield at, end
        at = end or at + 1


def _is_apart(normal: str, start: int, end: int) -> bool:
    """Does a place begin and end where words do? Only Latin words are parted by something."""
    return not (_runs_on(normal[start - 1 : start], normal[start]) or _runs_on(normal[end - 1], normal[end : end + 1]))


def _runs_on(left: str, right: str) -> bool:
    return bool(left and right) and left.isascii() and right.isascii() and left.isalnum() and right.isalnum()
