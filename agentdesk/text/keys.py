"""ASCII twins of keys typed while a Japanese input method or kana mode is on.

Full-width letters (`ｊ`) are their ASCII letter. In kana mode a key of the JIS keyboard sends its kana: `ま` is the key
`j`, `の` is `k`. Hiragana, katakana and half-width katakana count alike. Two kana share some keys with Shift; those are
the shifted key's ASCII character (`を` is Shift+0; JIS has no ASCII character there, so it is `0`).
"""

from typing import Final

_ROWS: Final = (
    ("1234567890-^\\", "ぬふあうえおやゆよわほへー"),
    ("qwertyuiop@[", "たていすかんなにらせ゛゜"),
    ("asdfghjkl;:]", "ちとしはきくまのりれけむ"),
    ("zxcvbnm,./_", "つさそひこみもねるめろ"),
    ("#$%&'()0", "ぁぅぇぉゃゅょを"),
    ("EZ<>?{}", "ぃっ、。・「」"),
)
_HALF: Final = (
    "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｧｨｩｪｫｬｭｮｯｰﾞﾟ､｡･｢｣",
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをんぁぃぅぇぉゃゅょっー゛゜、。・「」",
)


def _table() -> dict[str, str]:
    keys = {kana: key for row, kanas in _ROWS for key, kana in zip(row, kanas, strict=True)}
    keys |= {chr(ord(kana) + 0x60): key for kana, key in keys.items() if "ぁ" <= kana <= "ん"}
    keys |= {half: keys[full] for half, full in zip(*_HALF, strict=True)}
    keys |= {"\u3099": "@", "\u309a": "[", "￥": "\\", "\u3000": " "}
    return keys | {chr(point + 0xFEE0): chr(point) for point in range(0x21, 0x7F)}


_TWINS: Final = _table()


def ascii_key(char: str) -> str | None:
    """Return the ASCII character of the key that sent a full-width or kana-mode character, or None for any other."""
    return _TWINS.get(char)
