"""Areas under their names in another language, where the source has one. No figure is touched."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from nocs.model import AreaBalance, AreaName, Snapshot

Area = TypeVar("Area", bound=AreaBalance)


def names_in(snapshot: Snapshot, language: str) -> dict[str, str]:
    """The names that the source has in this language, by code."""
    return {one.nocs_code: one.nocs_name for one in snapshot.names if one.language == language}


def other_names(snapshot: Snapshot, area: AreaBalance) -> tuple[AreaName, ...]:
    """The names of an area that are not the one it bears here."""
    return tuple(
        one
        for one in snapshot.names
        if one.nocs_code == area.nocs_code and one.nocs_name != area.nocs_name
    )


def in_language(snapshot: Snapshot, language: str) -> Snapshot:
    """The same figures with the areas named in this language, where the source has a name."""
    if not (names := names_in(snapshot, language)):
        return snapshot
    before = renamed(snapshot.previous_areas, names)
    return replace(snapshot, areas=renamed(snapshot.areas, names), previous_areas=before)


def renamed(areas: Sequence[Area], names: Mapping[str, str]) -> tuple[Area, ...]:
    """The areas under these names by code; who has none there keeps its own."""
    return tuple(
        replace(area, nocs_name=names.get(area.nocs_code, area.nocs_name)) for area in areas
    )
