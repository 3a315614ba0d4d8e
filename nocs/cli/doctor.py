"""The command that looks at an installation."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

app = typer.Typer()


@app.command(epilog="Example: nocs doctor --json")
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Check settings, PostgreSQL, source, scheduler and machine; exit status 1 when one failed."""
    from nocs import __version__
    from nocs.doctor import examine

    findings = []
    for finding in examine():
        findings.append(finding)
        if not as_json:
            typer.echo(str(finding))
    healthy = all(finding.grade != "failed" for finding in findings)
    if as_json:
        report = {
            "healthy": healthy,
            "version": __version__,
            "checks": [asdict(finding) for finding in findings],
        }
        typer.echo(json.dumps(report, indent=2, ensure_ascii=False))
    if not healthy:
        raise typer.Exit(1)
