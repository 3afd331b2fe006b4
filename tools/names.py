"""Remakes `data/names.json`, the names of synthetic patients, with Faker: `python -m tools.names`.

The names change with Faker's version, and with them every suite that draws people: so the file is committed, and says which
Faker made it.
"""

import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from faker import Faker

import rtconform.generators

LOCALES = ("en_US", "es_MX", "fr_FR", "de_DE", "pl_PL", "it_IT", "pt_BR", "sv_SE", "nl_NL", "tr_TR", "vi_VN", "en_IN", "cs_CZ")
"""Latin scripts only, with their accents: a receiver that can't keep those should meet them."""

_SEED = 2026
_GIVEN, _FAMILY = 24, 40  # from each locale


def make() -> dict[str, object]:
    """The content of the file: names from every locale in turn, none twice, none of more than one word."""
    found: dict[str, list[str]] = {"female": [], "male": [], "family": []}
    for number, locale in enumerate(LOCALES):
        fake = Faker(locale)
        fake.seed_instance(_SEED + number)
        for kind, draw, count in (
            ("female", fake.first_name_female, _GIVEN),
            ("male", fake.first_name_male, _GIVEN),
            ("family", fake.last_name, _FAMILY),
        ):
            _fill(found[kind], draw, count)
    return {"made_with": f"Faker {version('faker')}", "locales": LOCALES, **found}


def _fill(names: list[str], draw: Callable[[], str], count: int) -> None:
    full = len(names) + count
    for _ in range(20 * count):  # some locales know few names
        name = draw()
        if name.isalpha() and name not in names and len(names) < full:
            names.append(name)


def main() -> None:
    """Write the file into the data of the generators."""
    path = Path(rtconform.generators.__file__).with_name("data") / "names.json"
    path.write_text(json.dumps(make(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{path}: written")


if __name__ == "__main__":
    main()
