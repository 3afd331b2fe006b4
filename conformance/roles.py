"""The roles that there are: one row each. A third one is a folder and a row (docs/decisions/0012)."""

from rtconform.conformance.coder.role import CODER
from rtconform.conformance.editor.role import EDITOR
from rtconform.conformance.protocol import RoleName
from rtconform.conformance.role import Role
from rtconform.generators.suites.suite import Asks, SuiteItem

ROLES: dict[RoleName, Role] = {role.name: role for role in (CODER, EDITOR)}
"""Every role by the name that a vendor file gives it."""

_BY_ASKS: dict[Asks, Role] = {role.asks: role for role in ROLES.values()}


def role_asked(item: SuiteItem) -> Role:
    """The role of those who can be asked this."""
    return _BY_ASKS[item.asks]
