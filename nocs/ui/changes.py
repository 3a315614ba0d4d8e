"""The change against the same time yesterday, a week and 30 days ago, as a small table."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from html import escape

from nocs.model import Figures, Totals
from nocs.money import signed
from nocs.past import Past, percent
from nocs.ui.cards import change_words
from nocs.ui.words import Words

ROWS: tuple[tuple[str, str, tuple[str, str]], ...] = (
    ("Credit", "positive_balance_amt", ("more", "less")),
    ("Due", "negative_balance_amt", ("less due", "more due")),
    ("Net", "net_balance", ("towards credit", "towards due")),
)
Compared = Sequence[tuple[str, Past | None]]


def changes_html(
    now: Figures, compared: Compared, words: Words, figures_of: Callable[[Past], Figures | None]
) -> str:
    """One column a comparison, named by the moment of its run; a dash where there is none."""
    heads = "".join(
        f'<th scope="col">{escape(title)}<br><small>{escape(_when(past, words))}</small></th>'
        for title, past in compared
    )
    thens = [figures_of(past) if past else None for _, past in compared]
    rows = "".join(
        f'<tr><th scope="row">{title}</th>'
        + "".join(
            _cell(now, then, name, meanings, words, f"{label}, {_when(past, words)}")
            for (label, past), then in zip(compared, thens, strict=True)
        )
        + "</tr>"
        for title, name, meanings in ROWS
    )
    return (
        '<section class="nocs-panel" data-testid="changes"><h2>Change since</h2>'
        '<div class="nocs-wide"><table class="nocs-changes">'
        f'<thead><tr><th scope="col">Figure</th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></section>"
    )


def totals_of(past: Past) -> Totals | None:
    """The sums of an earlier run; None when none of the areas was in it."""
    return past.totals if past.areas else None


def _when(past: Past | None, words: Words) -> str:
    return words.moment(past.as_of) if past else "no figures"


def _cell(  # noqa: PLR0917
    now: Figures,
    then: Figures | None,
    name: str,
    meanings: tuple[str, str],
    words: Words,
    label: str,
) -> str:
    if then is None:
        return f'<td data-label="{escape(label)}">–</td>'
    before: Decimal = getattr(then, name)
    change: Decimal = getattr(now, name) - before
    share = percent(change, abs(before))
    meaning = change_words(change, meanings)
    tone = "" if not change else "credit" if change > 0 else "due"
    parts = [f"<small>{meaning}</small>" if meaning else ""]
    if share is not None and name != "net_balance":
        parts.insert(0, f"<small>{abs(share)} %</small>")
    title = f"{escape(words.full(before))} then"
    return (
        f'<td data-label="{escape(label)}" data-figure="{name}" data-change="{change}"'
        f' title="{title}">'
        f'<b data-tone="{tone}">{escape(signed(words.short(change)))}</b> {" ".join(parts)}</td>'
    )
