"""The change against the same time yesterday, a week and 30 days ago, as a small table."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from html import escape

from nocs.language import later
from nocs.model import Figures, Totals
from nocs.money import signed
from nocs.past import Past, percent
from nocs.ui.cards import change_words
from nocs.ui.words import Words

ROWS: tuple[tuple[str, str, tuple[str, str]], ...] = (
    (
        later("Credit"),
        "positive_balance_amt",
        (later("more"), later("less")),
    ),
    (
        later("Due"),
        "negative_balance_amt",
        (later("less due"), later("more due")),
    ),
    (
        later("Net"),
        "net_balance",
        (later("towards credit"), later("towards due")),
    ),
)
Compared = Sequence[tuple[str, Past | None]]


def changes_html(
    now: Figures, compared: Compared, words: Words, figures_of: Callable[[Past], Figures | None]
) -> str:
    """One column a comparison, named by the moment of its run; a dash where there is none."""
    heads = "".join(
        f'<th scope="col">{escape(words.say(title))}<br>'
        f"<small>{escape(_when(past, words))}</small></th>"
        for title, past in compared
    )
    thens = [figures_of(past) if past else None for _, past in compared]
    rows = "".join(
        f'<tr><th scope="row">{words.say(title)}</th>'
        + "".join(
            _cell(
                now,
                then,
                name,
                meanings=meanings,
                words=words,
                label=f"{words.say(label)}, {_when(past, words)}",
            )
            for (label, past), then in zip(compared, thens, strict=True)
        )
        + "</tr>"
        for title, name, meanings in ROWS
    )
    return (
        f'<section class="nocs-panel" data-testid="changes"><h2>{words.say("Change since")}</h2>'
        '<div class="nocs-wide"><table class="nocs-changes">'
        f'<thead><tr><th scope="col">{words.say("Figure")}</th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></section>"
    )


def totals_of(past: Past) -> Totals | None:
    """The sums of an earlier run; None when none of the areas was in it."""
    return past.totals if past.areas else None


def _when(past: Past | None, words: Words) -> str:
    return words.moment(past.as_of) if past else words.say("no figures")


def _cell(
    now: Figures,
    then: Figures | None,
    name: str,
    *,
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
    parts = [f"<small>{words.say(meaning)}</small>" if meaning else ""]
    if share is not None and name != "net_balance":
        parts.insert(0, words.digits(f"<small>{abs(share)} %</small>"))
    title = words.say("{amount} then", amount=escape(words.full(before)))
    return (
        f'<td data-label="{escape(label)}" data-figure="{name}" data-change="{change}"'
        f' title="{title}">'
        f'<b data-tone="{tone}">{escape(signed(words.short(change)))}</b> {" ".join(parts)}</td>'
    )
