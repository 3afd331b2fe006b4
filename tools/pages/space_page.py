"""`docs/reference/space.md`: the space of treatments, as `rtconform space` prints it."""

from rtconform.cli.reference.space import OF_CONSTRAINTS, OF_VALUES, constraints_of, counts_of, described, values_of
from rtconform.reports.writers.markdown import table


def space_page() -> str:
    """The page."""
    document = described()
    parts = [
        "# The space of treatments\n",
        "Made from `generators/space/space.py` and `generators/space/reasons.py` by `make docs`; don't edit it by hand.\n",
        *(f"- {line}" for line in counts_of(document)),
        "\n## Dimensions\n",
        table(OF_VALUES, values_of(document)),
        f"\nCodes can depend on {', '.join(row['name'] for row in document['dimensions'] if row['decides'])}.",
        "\n## Constraints\n",
        table(OF_CONSTRAINTS, constraints_of(document)),
    ]
    return "\n".join(parts) + "\n"
