"""Names of the areas in several languages: replaced with the figures, read with them."""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from nocs.model import AreaName


def replace(connection: Connection, names: Sequence[AreaName]) -> None:
    """Keep exactly these names; part of the transaction that publishes."""
    connection.execute(text("DELETE FROM nocs_area_name"))
    connection.execute(
        text(
            "INSERT INTO nocs_area_name (nocs_code, language, nocs_name)"
            " SELECT * FROM unnest(CAST(:codes AS text[]), CAST(:languages AS text[]),"
            " CAST(:names AS text[]))"
        ),
        {
            "codes": [name.nocs_code for name in names],
            "languages": [name.language for name in names],
            "names": [name.nocs_name for name in names],
        },
    )


def read(connection: Connection) -> tuple[AreaName, ...]:
    """All names, by code and language."""
    rows = connection.execute(
        text("SELECT nocs_code, language, nocs_name FROM nocs_area_name ORDER BY 1, 2")
    )
    return tuple(AreaName(**row._mapping) for row in rows)
