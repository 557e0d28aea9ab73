"""The lines of every icon and glyph, drawn for this board.

Pictures are written into the page instead of loaded from a file, so they take the colour of the
text around them and need no exception in the content security policy.
"""

from typing import Final

# 24 by 24, stroke only: what a button or a menu entry does.
ICONS: Final[dict[str, str]] = {
    "home": '<path d="M4 11.5 12 4.5l8 7M6 10v9.5h12V10M10 19.5v-5h4v5"/>',
    "board": (
        '<rect x="3.5" y="5" width="17" height="14" rx="2"/>'
        '<path d="M3.5 9.7h17M3.5 14.3h17M9 9.7V19"/>'
    ),
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "meeting": (
        '<circle cx="12" cy="12" r="4"/><path d="M12 2.8v1.6M12 19.6v1.6M2.8 12h1.6M19.6 12h1.6'
        'M5.5 5.5l1.1 1.1M17.4 17.4l1.1 1.1M18.5 5.5l-1.1 1.1M6.6 17.4l-1.1 1.1"/>'
    ),
    "more": '<path d="M5 12h.01M12 12h.01M19 12h.01" stroke-width="3"/>',
    "veil": (
        '<path d="M3 10c2.2 3.3 5.2 5 9 5s6.8-1.7 9-5'
        'M6.2 13.3 4.5 16M12 15v3.2M17.8 13.3 19.5 16"/>'
    ),
    "back": '<path d="M19 12H5M11 6l-6 6 6 6"/>',
    "next": '<path d="M5 12h14M13 6l6 6-6 6"/>',
    "print": '<path d="M7 9V4.5h10V9M7 16.5H4.5V9h15v7.5H17M7 13.5h10v6H7z"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6"/><path d="m15 15 5 5"/>',
    "close": '<path d="m6 6 12 12M18 6 6 18"/>',
    "check": '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
    "copy": (
        '<rect x="8.5" y="8.5" width="11" height="11" rx="2"/><path d="M5.5 15.5h-1v-11h11v1"/>'
    ),
    "download": '<path d="M12 4.5v10M7.5 10.5 12 15l4.5-4.5M5 19.5h14"/>',
    "report": '<path d="M4.5 19.5h15M7 16v-5M12 16V5.5M17 16V9"/>',
    "people": (
        '<circle cx="9" cy="8.5" r="3"/><path d="M3.5 19c.3-3.5 2.3-5.5 5.5-5.5s5.2 2 5.5 5.5'
        'M15.5 6a2.7 2.7 0 0 1 0 5.2M17 13.8c2.2.5 3.3 2.2 3.5 5.2"/>'
    ),
    "charter": (
        '<path d="M6.5 3.5h8l3 3v14h-11z"/><path d="M9.5 9h5M9.5 12h5M9.5 16.5c1-1.4 1.8-1.4 2.4 0'
        's1.5 1.2 2.6 0"/>'
    ),
    "shield": '<path d="M12 3.5 19 6v5.5c0 4.3-2.7 7.3-7 9-4.3-1.7-7-4.7-7-9V6z"/>',
    "key": '<circle cx="8" cy="15.5" r="4"/><path d="m11 12.5 8-8M15.5 8l3 3"/>',
    "gear": (
        '<circle cx="12" cy="12" r="3"/><circle cx="12" cy="12" r="6.5"/>'
        '<path d="M12 3v2.5M12 18.5V21M3 12h2.5M18.5 12H21M5.6 5.6l1.8 1.8'
        'M16.6 16.6l1.8 1.8M18.4 5.6l-1.8 1.8M7.4 16.6l-1.8 1.8"/>'
    ),
    "calendar": (
        '<rect x="4" y="5.5" width="16" height="14" rx="2"/>'
        '<path d="M4 10h16M8.5 3.5v4M15.5 3.5v4"/>'
    ),
    "lock": (
        '<rect x="5.5" y="10.5" width="13" height="9.5" rx="2"/>'
        '<path d="M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5'
        'M12 14.5v2"/>'
    ),
    "history": '<path d="M4.5 12a7.5 7.5 0 1 0 2.3-5.4L4.5 8.8M4.5 4.5v4.3h4.3M12 8v4.5l3 1.8"/>',
    "eye": (
        '<path d="M2.8 12C5 8.3 8.1 6.5 12 6.5s7 1.8 9.2 5.5'
        'c-2.2 3.7-5.3 5.5-9.2 5.5S5 15.7 2.8 12Z"/>'
        '<circle cx="12" cy="12" r="2.5"/>'
    ),
    "cut": (
        '<circle cx="6.5" cy="7" r="2.7"/><circle cx="6.5" cy="17" r="2.7"/>'
        '<path d="M8.8 8.5 20 16M8.8 15.5 20 8"/>'
    ),
    "clock": '<circle cx="12" cy="12" r="8"/><path d="M12 7.5V12l3 2"/>',
    "screen": '<rect x="3" y="5" width="18" height="12" rx="2"/><path d="M9 20.5h6M12 17v3.5"/>',
    "edit": '<path d="M5 19h3.5L19 8.5 15.5 5 5 15.5zM13 7.5l3.5 3.5"/>',
    "out": '<path d="M13.5 4.5H5.5v15h8M10.5 12H20M16.5 8.5 20 12l-3.5 3.5"/>',
    "info": '<circle cx="12" cy="12" r="8"/><path d="M12 11.5v4.5M12 8h.01"/>',
    "heed": '<path d="M12 4.5 20.5 19h-17zM12 10v4M12 16.5h.01"/>',
    "mail": '<rect x="3.5" y="5.5" width="17" height="13" rx="2"/><path d="m4 7.5 8 6 8-6"/>',
}

# 16 by 16: the shape beside the word of a state; ``full`` is filled, ``knock`` is cut out of it.
GLYPHS: Final[dict[str, str]] = {
    "new": '<circle cx="8" cy="8" r="6"/><circle class="full" cx="8" cy="8" r="2.2"/>',
    "half": '<circle cx="8" cy="8" r="6"/><path class="full" d="M8 2a6 6 0 0 1 0 12z"/>',
    "full-check": (
        '<circle class="full" cx="8" cy="8" r="7"/><path class="knock" d="m5 8.2 2.2 2.2L11.2 6"/>'
    ),
    "dashed": '<circle cx="8" cy="8" r="6" stroke-dasharray="2.6 2.1"/>',
    "slash": '<circle cx="8" cy="8" r="6"/><path d="m3.8 12.2 8.4-8.4"/>',
    "minus": '<circle cx="8" cy="8" r="6"/><path d="M5 8h6"/>',
    "sleep": '<circle cx="8" cy="8" r="6" stroke-dasharray="1 3"/><path d="M5.5 8h5"/>',
    "clock": '<circle cx="8" cy="8" r="6"/><path d="M8 4.8V8l2.2 1.6"/>',
    "up": '<path d="m3.5 10 4.5-4.5 4.5 4.5"/>',
    "down": '<path d="m3.5 6 4.5 4.5L12.5 6"/>',
    "strong": '<path d="M1 8h14" stroke-width="3.5"/>',
    "present": '<path d="M1 8h14"/>',
    "worn": '<path d="M1 8h14" stroke-width="2.5" stroke-dasharray="1.5 4"/>',
    "cross": '<circle cx="8" cy="8" r="6"/><path d="m5.5 5.5 5 5M10.5 5.5l-5 5"/>',
    "leaves": '<path d="M2.5 8h10M9 4.5 12.5 8 9 11.5"/>',
    "comes": '<path d="M13.5 8h-10M7 4.5 3.5 8 7 11.5"/>',
    "ring": '<circle cx="8" cy="8" r="6"/>',
    "full": '<circle class="full" cx="8" cy="8" r="6"/>',
    "screen": '<rect x="2" y="3.5" width="12" height="8" rx="1.5"/><path d="M6 14h4"/>',
    "lock": (
        '<rect x="3" y="7" width="10" height="6.5" rx="1.5"/>'
        '<path d="M5.2 7V5.3a2.8 2.8 0 0 1 5.6 0V7"/>'
    ),
}
