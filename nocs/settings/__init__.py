"""Every setting, declared once: name, unit in the name, default, accepted form, help.

Each group is a module of its own; `together` joins them, `loading` reads them from the environment
and says what is wrong with one.
"""

from nocs.settings.loading import load_settings
from nocs.settings.refresh import HARD_RULE_NAMES
from nocs.settings.source import ROOT
from nocs.settings.together import PREFIX, Settings

__all__ = ["HARD_RULE_NAMES", "PREFIX", "ROOT", "Settings", "load_settings"]
