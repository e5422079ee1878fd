"""What a mail program may turn into a link, found as generously as the most eager of them."""

import html
import re
import unicodedata

LINK = re.compile(
    r"""
      [a-z][a-z0-9+.-]*:[\\/]{1,2}\S                      # any scheme
    | \b(?:mailto|tel|sms|javascript|data|file):\S
    | \bwww\.\S
    | [^\s@]+@[^\s@]+\.\w{2,}                             # an address
    | [^\W_](?:[\w-]*[^\W_])?(?:\.[\w-]+)*\.[^\W\d_]{2,}  # a host
    | \b\d{1,3}(?:\.\d{1,3}){3}\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
HREF = re.compile(r'\b(?:href|src|action)\s*=\s*"([^"]*)"', re.IGNORECASE)
STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")


def links_in_text(text: str) -> list[str]:
    """Everything link-like, also where invisible characters are dropped and looks are folded."""
    shown = "".join(char for char in text if unicodedata.category(char) != "Cf")
    folded = unicodedata.normalize("NFKC", shown).replace("\u3002", ".")
    return LINK.findall(text) + LINK.findall(shown) + LINK.findall(folded)


def links_in_html(page: str) -> list[str]:
    """Real links, and what is link-like between the tags."""
    body = STYLE.sub("", page)
    words = html.unescape(TAG.sub(" ", body))
    links = HREF.findall(" ".join(TAG.findall(body)))
    return [html.unescape(link) for link in links] + links_in_text(words)
