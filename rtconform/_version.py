"""The version of the package; the version of the rule set is `rtconform.reference.RULE_SET`."""

__version__ = "0.2.0"
