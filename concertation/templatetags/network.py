"""The small picture of who stands around a person: as many points as the list beside it has lines.

Numbers only: what they stand for is in the list, which is what a screen reader reads.
"""

from collections.abc import Sequence
from math import cos, pi, sin
from typing import Any, Final

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH: Final = 240
HEIGHT: Final = 200
ACROSS: Final = 95
UP: Final = 76

register = template.Library()


@register.simple_tag
def network(ties: Sequence[Any], missing: str) -> SafeString:
    """Lines from the person in the middle, drawn as strong as the tie is; dashed and open, where
    somebody is missing."""
    gaps = [line for line in missing.splitlines() if line.strip()]
    kinds = [*(tie.glyph for tie in ties), *("missing" for _ in gaps)]
    middle = (WIDTH // 2, HEIGHT // 2)
    points = [
        (
            round(middle[0] + ACROSS * sin(2 * pi * place / len(kinds))),
            round(middle[1] - UP * cos(2 * pi * place / len(kinds))),
            kind,
            number,
        )
        for place, (kind, number) in enumerate(zip(kinds, range(1, len(kinds) + 1), strict=True))
    ]
    lines = format_html_join(
        "",
        '<line class="tie tie--{}" x1="{}" y1="{}" x2="{}" y2="{}"/>',
        ((kind, *middle, x, y) for x, y, kind, _ in points),
    )
    spots = format_html_join(
        "",
        '<circle class="spot spot--{}" cx="{}" cy="{}" r="13"/><text x="{}" y="{}">{}</text>',
        ((kind, x, y, x, y + 4, number) for x, y, kind, number in points),
    )
    return format_html(
        '<svg class="network" viewBox="0 0 {} {}" aria-hidden="true" focusable="false">'
        '{}<circle class="spot spot--self" cx="{}" cy="{}" r="10"/>{}</svg>',
        WIDTH,
        HEIGHT,
        lines,
        *middle,
        spots,
    )
