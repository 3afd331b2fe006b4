"""Puts the layers, which stand at the root, into the wheel under `rtconform`, and sample vendors; a checkout needs no copies."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SAMPLES = ("three_faults", "correct", "sample_editor", "correct_editor", "x12_sample_editor")
LAYERS = ("reference", "generators", "formats", "conformance", "reports")

SIGNED_LOCK = "suites.lock.dsse.json"


class LayersHook(BuildHookInterface):
    """Called by hatchling for each wheel: `version` is "standard" or "editable"."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """An editable wheel that held copies of the layers would leave them, never used, in site-packages."""
        if version == "standard":
            build_data["force_include"].update({layer: f"rtconform/{layer}" for layer in LAYERS})
            build_data["force_include"].update({f"tests/vendors/{sample}": f"rtconform/samples/{sample}" for sample in SAMPLES})
            if (Path(self.root) / "docs" / SIGNED_LOCK).is_file():  # a release has one, made with a key that no checkout has
                build_data["force_include"][f"docs/{SIGNED_LOCK}"] = f"rtconform/{SIGNED_LOCK}"
