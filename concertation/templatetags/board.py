"""What every page says the same way: icons, codes, dates, durations, numbers and form fields.

A template never writes an ``<svg>``, a label or an error by hand: one place keeps them accessible
and alike. Nothing here reads the database or opens a seal.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, Textarea, Widget
from django.forms.widgets import (
    CheckboxSelectMultiple,
    ChoiceWidget,
    FileInput,
    RadioSelect,
    Select,
)
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concertation.guarding import SHAPES, words
from concertation.templatetags.drawings import GLYPHS, ICONS
from ethics import gate

NO_BREAK_SPACE: Final = "\u00a0"
CODE_LENGTH: Final = 8
HOUR: Final = 60

register = template.Library()


# --- Drawings --------------------------------------------------------------------------------


def _drawing(drawings: Mapping[str, str], name: str, css: str, side: int) -> SafeString:
    """One drawing as inline SVG; a name nobody drew stops the page instead of leaving a hole."""
    if name not in drawings:
        message = f"no drawing is called {name!r}; there are: {', '.join(sorted(drawings))}"
        raise template.TemplateSyntaxError(message)
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" aria-hidden="true" focusable="false">{}</svg>',
        css,
        side,
        side,
        mark_safe(drawings[name]),  # noqa: S308  a constant of drawings.py, never input
    )


@register.simple_tag
def icon(name: str) -> SafeString:
    """The picture beside the words of a button or a menu entry; it never stands without words."""
    return _drawing(ICONS, name, "icon", 24)


@register.simple_tag
def glyph(name: str) -> SafeString:
    """The shape beside the word of a state: a state is never told by colour alone."""
    return _drawing(GLYPHS, name, "glyph", 16)


@register.simple_tag
def mark() -> SafeString:
    """The round table seen from above, open at the place kept for the person."""
    return mark_safe(
        '<svg class="mark__sign" viewBox="0 0 32 32" aria-hidden="true" focusable="false"'
        ' fill="none">'
        '<path class="ring" d="M17.5 5.1A11.5 11.5 0 1 0 26.9 14.5" stroke-width="3.4"'
        ' stroke-linecap="round"/><circle class="seat" cx="25.2" cy="6.8" r="4.6"/></svg>'
    )


# --- Codes, dates, numbers -------------------------------------------------------------------


@register.simple_tag
def code(value: str, url: str = "", *, large: bool = False) -> SafeString:
    """The code of a situation as a plaque, always in the same type, in two groups of four.

    With an address the plaque is a link; in the board this link covers its whole row.
    """
    plain = str(value).replace("-", "")
    text = f"{plain[:4]}-{plain[4:]}" if len(plain) == CODE_LENGTH else str(value)
    css = "code code--large" if large else "code"
    if url:
        return format_html('<a class="{}" href="{}">{}</a>', css, url, text)
    return format_html('<span class="{}">{}</span>', css, text)


@register.filter
def day(value: date | str | None) -> str:
    """A date in few letters, in the reader's language; the year stands only when it differs.

    "3 déc." this year, "3 déc. 2025" last year. An empty date gives an empty text.
    """
    if not isinstance(value, date):
        return ""
    if isinstance(value, datetime):
        value = (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    pattern = "j N" if value.year == timezone.localdate().year else "j N Y"
    return date_format(value, pattern).replace(" ", NO_BREAK_SPACE)


@register.simple_tag
def when(value: date | str | None, pattern: str = "") -> SafeString:
    """A date with its exact value for machines; the pattern is one of Django's, else short."""
    if not isinstance(value, date):
        return SafeString("")
    moment = value
    if isinstance(value, datetime) and timezone.is_aware(value):
        moment = timezone.localtime(value)
    text = date_format(moment, pattern) if pattern else day(moment)
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), text)


@register.filter
def minutes(value: int | str | None) -> str:
    """A duration as people say it: "45 min", "1 h", "1 h 30"; the hour's letter is translated."""
    if value is None or value == "":
        return ""
    hours, rest = divmod(int(value), HOUR)
    if not hours:
        return _("%(minutes)d\u00a0min") % {"minutes": rest}
    if not rest:
        return _("%(hours)d\u00a0h") % {"hours": hours}
    return _("%(hours)d\u00a0h\u00a0%(minutes)02d") % {"hours": hours, "minutes": rest}


@register.simple_tag
def digits(value: str, size: int = 4) -> SafeString:
    """Digits or letters to read aloud, in groups of four; a copy still pastes as one word."""
    plain = "".join(str(value).split())
    groups = [(plain[start : start + size],) for start in range(0, len(plain), size)]
    return format_html(
        '<span class="digits">{}</span>', format_html_join("", "<span>{}</span>", groups)
    )


@register.simple_tag
def bar(value: float | None, most: float) -> SafeString:
    """A bar of the year's tables: the number itself stands beside it, so it says nothing alone.

    A suppressed number (``None``) is drawn as a hatched track: its length would give it away.
    """
    if value is None:
        return SafeString('<span class="bar-h bar-h--kept" aria-hidden="true"></span>')
    width = round(100 * max(0.0, min(1.0, value / most)), 1) if most else 0.0
    return format_html(
        '<svg class="bar-h" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"'
        ' focusable="false"><rect width="{}" height="8"/></svg>',
        str(width),
    )


# --- Form fields -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Option:
    """One answer of a closed list, ready for the template."""

    control: SafeString
    label: str
    identifier: str
    hint: str


def _control_class(widget: Widget, size: str) -> str:
    """The class of a bare control; the small size serves tool bars only."""
    if isinstance(widget, CheckboxInput):
        return "check__box"
    kind = "input"
    if isinstance(widget, Textarea):
        kind = "area"
    elif isinstance(widget, FileInput):
        kind = "input input--file"
    elif isinstance(widget, Select):
        kind = "select"
    if size == "s" and kind != "area":
        kind = f"{kind} {kind.split()[0]}--s"
    return f"{kind} {widget.attrs.get('class', '')}".strip()


def _is_radio(widget: Widget) -> bool:
    """Radio buttons only: Django derives its list of checkboxes from them."""
    return isinstance(widget, RadioSelect) and not isinstance(widget, CheckboxSelectMultiple)


def _options(bound: BoundField) -> list[Option]:
    """The answers of a closed list, each with its own label and, if the widget has one, a hint.

    A radio button can't carry ``aria-invalid``: the error belongs to the group around it.
    """
    hints: Mapping[str, str] = getattr(bound.field.widget, "hints", {})
    options = []
    for item in bound.subwidgets:
        attrs: dict[str, Any] = item.data["attrs"]
        if _is_radio(bound.field.widget):
            attrs.pop("aria-invalid", None)
        identifier = str(attrs.get("id", ""))
        hint = str(hints.get(str(item.data["value"]), ""))
        if hint and identifier:
            attrs["aria-describedby"] = f"{identifier}_hint"
        options.append(Option(item.tag(), str(item.choice_label), identifier, hint))
    return options


@register.inclusion_tag("parts/field.html", takes_context=True)
def field(
    context: template.Context,
    bound: BoundField,
    shape: str = "",
    *,
    size: str = "",
    label_hidden: bool = False,
    optional: bool = True,
    sealed: bool = False,
) -> dict[str, Any]:
    """A whole form field: label, help, control, length left, errors, all tied together.

    ``shape`` chooses how a closed list looks: ``seg`` (short answers on one line, the default for
    radio buttons), ``choices`` (cards with a hint each, from the widget's ``hints``) or ``checks``
    (columns, the default for checkboxes). ``optional=False`` leaves the word "facultatif" out, for
    search forms. ``sealed=True`` lets the veil cover the answers of a closed list.

    A text area gets no ``maxlength``: a browser would cut a pasted text without a word, and
    nothing typed may be lost. It counts down instead, and the form refuses what is too long.

    A free text of a `GuardedForm` shows what the identifier guard found, and says to the page that
    the browser's half is needed (see `browser_guard`).
    """
    widget = bound.field.widget
    identifier = bound.auto_id or bound.html_name
    grouped = bool(getattr(widget, "use_fieldset", False))
    longest = getattr(bound.field, "max_length", None) if isinstance(widget, Textarea) else None
    guarded = "data-guard" in widget.attrs
    if guarded and "request" in context:
        context["request"].has_guarded_text = True

    describers = str(widget.attrs.get("aria-describedby", "")).split()
    if bound.help_text:
        describers.append(f"{identifier}_helptext")
    if longest:
        describers.append(f"{identifier}_count")
    if guarded:
        describers.append(f"{identifier}_found")
    if bound.errors:
        describers.append(f"{identifier}_error")
    described_by = {"aria-describedby": " ".join(describers)} if describers else {}

    options: list[Option] = []
    control = SafeString("")
    if grouped and isinstance(widget, ChoiceWidget):
        options = _options(bound)
    else:
        attrs: dict[str, Any] = {"class": _control_class(widget, size), **described_by}
        if longest:
            attrs |= {"maxlength": False, "data-max": longest}
        control = bound.as_widget(attrs=attrs)

    if not shape:
        shape = "seg" if _is_radio(widget) else "checks"
    return {
        "field": bound,
        "control": control,
        "options": options,
        "grouped": grouped,
        "radio": _is_radio(widget),
        "single": isinstance(widget, CheckboxInput),
        "shape": shape,
        "identifier": identifier,
        "described_by": " ".join(describers),
        "longest": longest,
        "guarded": guarded,
        "mirrored": guarded and isinstance(widget, Textarea),
        "found": getattr(bound.form, "found", {}).get(bound.name, ()),
        "label_hidden": label_hidden,
        "optional": optional and not bound.field.required,
        "sealed": sealed,
    }


@register.inclusion_tag("parts/guard.html", takes_context=True)
def browser_guard(context: template.Context) -> dict[str, Any]:
    """What the browser's half of the identifier guard needs, where a text of the page is guarded.

    Last in the page, so that every field has been written by then. Names of the circle's own
    organisations go with it: they identify nobody.
    """
    request: Any = context.get("request")
    if not getattr(request, "has_guarded_text", False):
        return {"words": ""}
    actor = getattr(request, "actor", None)
    known = gate.known_names(actor.concertation) if actor else frozenset()
    return {"words": json.dumps(words()), "known": json.dumps(sorted(known)), "shapes": SHAPES}


@dataclass(frozen=True)
class Problem:
    """One refusal of a form, with the field where it is put right."""

    target: str
    label: str
    text: str


@register.inclusion_tag("parts/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """Everything the form refused, on top of it, each line a link to its field.

    Nothing is shown when nothing was refused. What was typed stays in the fields.
    """
    problems = [Problem("", "", str(error)) for error in form.non_field_errors()]
    for bound in form:
        if bound.is_hidden:
            problems += [Problem("", "", str(error)) for error in bound.errors]
            continue
        target = bound.auto_id or bound.html_name
        problems += [Problem(target, str(bound.label), str(error)) for error in bound.errors]
    return {"problems": problems}


# --- The board's own table --------------------------------------------------------------------

_COLUMNS: Final = {
    "code": gettext_lazy("Code"),
    "state": gettext_lazy("État"),
    "next": gettext_lazy("Prochaine date"),
    "actions": gettext_lazy("Actions ouvertes"),
    "holder": gettext_lazy("Référent·e"),
}


@register.simple_tag
def asking(asked: Any, **changes: Any) -> str:
    """The query of an address that asks the same of the board, but for these changes."""
    return str(asked.but(**changes))


@register.inclusion_tag("situations/parts/board_column.html")
def sortable(board: Any, board_url: str, column: str) -> dict[str, Any]:
    """The head of a column the board sorts by: again turns it round."""
    current = board.asked.order == column
    turned = current and not board.asked.descending
    return {
        "column": column,
        "label": _COLUMNS[column],
        "current": current,
        "descending": board.asked.descending,
        "sort": f"-{column}" if turned else column,
        "board": board,
        "board_url": board_url,
    }
