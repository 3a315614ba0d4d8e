"""How babel finds the texts of the code and of the assets: see babel.cfg.

Surprise: babel's own reader of Python looks into f-strings only from Python 3.12 on, and many a
text stands in one. So the code is read as a syntax tree here.
"""

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from nocs.language.pieces import texts

Found = tuple[int, str | None, str | Sequence[str], list[str]]
# How many of the first arguments are texts.
CALLS = {"say": 1, "later": 1, "say_n": 2}


def of_python(file: Any, *_: Any, options: Any = None) -> Iterator[Found]:
    """Line, kind, text (or the two of a plural) and comments, as babel asks for them."""
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call) and (count := CALLS.get(_name(node.func))):
            said = [_constant(argument) for argument in node.args[:count]]
            if all(said) and said:
                kind = "ngettext" if count > 1 else None
                yield node.lineno, kind, said if count > 1 else said[0], []


def of_html(file: Any, *_: Any, options: Any = None) -> Iterator[Found]:
    for number, line in enumerate(file.read().decode("utf-8").splitlines(), 1):
        for text in texts(line):
            yield number, None, text, []


def _name(function: ast.expr) -> str:
    return getattr(function, "attr", "") or getattr(function, "id", "")


def _constant(argument: ast.expr) -> str:
    return str(argument.value) if isinstance(argument, ast.Constant) else ""
