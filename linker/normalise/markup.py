"""HTML in a cell: what a web form or a wiki page left behind is taken out, and what it shows is kept.

Only the names of real HTML elements make a tag, so '<उर्फ कालू>' and 'Ram <alias Kalu>' stay. What a script or a style
holds is no text and goes with its tags. Entities (&amp;, &#39;) become their characters.
"""

from __future__ import annotations

import html
import re

from linker.names.unicode import clean

MARKS = "<&"
"""A text without any of these characters holds no markup."""

_INLINE = "a|abbr|b|big|bdi|bdo|cite|code|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|tt|u|var|wbr"
_BLOCKS = (
    "address|article|aside|audio|base|blockquote|body|br|button|canvas|caption|center|col|colgroup|dd|del|details|dialog|div|dl|dt|embed"
    "|fieldset|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|img|input|label|legend|li|link|main|map|meta|nav"
    "|noscript|object|ol|option|p|param|picture|pre|script|section|select|source|style|summary|svg|table|tbody|td|template|textarea"
    "|tfoot|th|thead|title|tr|ul|video"
)
_LONGEST_TAG = 2_000
_ATTRIBUTES = rf"(?:[\s/][^<>]{{0,{_LONGEST_TAG}}})?"
_UNSHOWN = re.compile(rf"(?is)<(script|style|template){_ATTRIBUTES}>.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)")
_INLINE_TAG = re.compile(rf"(?i)</?(?:{_INLINE}){_ATTRIBUTES}>")
_BLOCK_TAG = re.compile(rf"(?i)</?(?:{_BLOCKS}){_ATTRIBUTES}>|<!doctype[^<>]{{0,{_LONGEST_TAG}}}>")
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|zwj|zwnj|#[0-9]{1,6}|#[xX][0-9a-fA-F]{1,5});")
_MOST_ROUNDS = 12  # '&amp;amp;lt;b&amp;amp;gt;' was escaped three times; more is play


def without_markup(text: str) -> str:
    """The text as a browser would show it on one line, clean."""
    text = clean(text)
    for _ in range(_MOST_ROUNDS):
        shown = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
        shown = clean(_BLOCK_TAG.sub(" ", _INLINE_TAG.sub("", _UNSHOWN.sub(" ", shown))))
        if shown == text:
            break
        text = shown
    return text
