"""Puts the layers, which stand at the root, into the wheel under `rtconform`, and sample vendors; a checkout needs no copies."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SAMPLES = ("three_faults", "correct", "sample_editor", "correct_editor", "x12_sample_editor")
LAYERS = ("reference", "generators", "formats", "conformance", "reports")


class LayersHook(BuildHookInterface):
    """Called by hatchling for each wheel: `version` is "standard" or "editable"."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """An editable wheel that held copies of the layers would leave them, never used, in site-packages."""
        if version == "standard":
            build_data["force_include"].update({layer: f"rtconform/{layer}" for layer in LAYERS})
            build_data["force_include"].update({f"tests/vendors/{sample}": f"rtconform/samples/{sample}" for sample in SAMPLES})
