"""The commands that run until they are stopped: up, scheduler, serve."""

import os
import sys

import typer

from nocs.cli.common import (
    Customers,
    DataDir,
    Port,
    WithParent,
    ensure_demo,
    open_cache,
    set_up_logs,
)
from nocs.settings import ROOT, load_settings
from nocs.settings.exposure import require_safe_address

app = typer.Typer()


@app.command(epilog="Example: nocs up --port 8600 --customers 300000")
def up(
    port: Port = None,
    data_dir: DataDir = None,
    customers: Customers = None,
) -> None:
    """Run everything on this machine: PostgreSQL, demo data, scheduler, dashboard."""
    from nocs import up as everything

    settings = load_settings(port=port, data_dir=data_dir, demo_customers=customers)
    raise typer.Exit(everything.up(settings))


@app.command(epilog="Example: nocs scheduler")
def scheduler(with_parent: WithParent = False) -> None:
    """Refresh every interval, and whenever somebody asks. Runs until stopped."""
    from nocs import scheduler as process
    from nocs.process import end_with_parent

    settings = load_settings()
    set_up_logs(settings)
    if with_parent:
        end_with_parent()
    with open_cache(settings) as (_, url):
        ensure_demo(settings, url)
        process.serve(settings, url)


@app.command(epilog="Example: nocs serve --port 8501")
def serve(
    port: Port = None,
    with_parent: WithParent = False,
) -> None:
    """Serve the dashboard and the API. Runs until stopped."""
    from nocs.process import end_with_parent
    from nocs.web.serving import require_free_port
    from nocs.web.serving import serve as serve_dashboard

    settings = load_settings(port=port)
    require_safe_address(settings)
    require_free_port(settings)
    set_up_logs(settings)
    if with_parent:
        end_with_parent()
    with open_cache(settings):
        pass  # a cache that cannot be used stops the start with one line
    os.chdir(ROOT)  # where Streamlit finds its configuration
    sys.path.insert(0, str(ROOT))
    serve_dashboard(settings)
