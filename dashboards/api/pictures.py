"""Answers that are pictures; refusals of the same views are JSON, as everywhere."""

from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response

SVG = "image/svg+xml"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


class Picture(Response):
    """An SVG document, which may not load anything nor run scripts."""

    def __init__(self, svg: str) -> None:
        super().__init__(svg, headers=HEADERS)

    @property
    def rendered_content(self) -> str:
        self["Content-Type"] = SVG
        return str(self.data)


class Drawing(BaseRenderer):
    """Offers SVG to those who accept nothing else; a `Picture` renders itself."""

    media_type = SVG
    format = "svg"
