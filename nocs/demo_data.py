"""The demo's data, made once with progress on the terminal: the synthetic CC&B and its history.

The history starts from what the report, the same SQL as on Oracle, says of the new CC&B.
"""

import psycopg
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from nocs.demo import ccb, history
from nocs.model import SourceKind
from nocs.money import count_text
from nocs.refresh import gate
from nocs.settings import Settings
from nocs.source import demo
from nocs.source.order import make_job


def make_demo(console: Console, url: str, settings: Settings, *, anew: bool = False) -> None:
    """Make the synthetic CC&B and its history unless it is there, with progress on the terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with psycopg.connect(url) as connection:
        if ccb.exists(connection) and not anew:
            return
        with Progress(*columns, console=console) as progress:
            title = f"Making demo data of {count_text(settings.demo_customers)} customers"
            task = progress.add_task(title, total=1.0)

            def tell(step: str, done: float) -> None:
                progress.update(task, completed=done, description=f"{title}: {step}")

            ccb.create(connection, settings.demo_customers, progress=tell)
            connection.commit()
            tell("120 days of history", 0.9)
            answer = demo.ask(make_job(settings, url), lambda _reached: None, lambda _cancel: None)
            kind = SourceKind.DEMO
            areas = gate.check(answer, settings, (), source=kind, previous_source=None).areas
            history.create(connection, areas, settings.zone)
            tell("done", 1.0)
