"""The rule book for people: the decision table as Markdown. `docs/reference/rule-book.md` is made here."""

from rtconform.reference import RULE_SET
from rtconform.reference.coder.rules import DELIVERY, PUBLICATION, RULES, SECTIONS, Refinement, Rule
from rtconform.reference.codes import catalogue

_HEAD = f"""# The rule book

Rule set {RULE_SET}. Made from the decision table in `reference/coder/rules.py` by `make docs`; don't edit it by hand.

Each rule has an id, its text in our own words, its standing, and the heading of the publication that states it or that it is
derived from. The publication is {PUBLICATION}, «Radiation Oncology Coding Changes for IGRT and External Beam Treatment Delivery
in 2026».

- **stated**: the publication says it.
- **derived**: it follows from the publication. Rules that refine others say how a record is read where the publication is silent.
- **ambiguous**: sources differ. The first answer is primary, and the other is accepted.

A record is read in this order:

1. The first of DOC-CONFLICT, DOC-UNKNOWN, SCOPE-DATE and SCOPE-TECHNIQUE that holds answers the whole case.
2. Session by session: delivery level, guidance, whose claim.
3. The other documentation rules. They change an answer only where a line depends on them (DOC-BITES).

Within delivery level, guidance and documentation the first rule that holds decides.
"""


def rule_book() -> str:
    """The whole book."""
    parts = [_HEAD]
    for section in SECTIONS:
        parts.append(f"## {section}\n")
        parts.append("| id | rule | code | standing | source |\n|---|---|---|---|---|")
        parts += [_row(rule) for rule in RULES.values() if rule.section == section]
        parts.append("")
    parts += ["## The codes\n", "| code | what it is, in our words | valid | bill instead |\n|---|---|---|---|"]
    for known in sorted(catalogue().values(), key=lambda known: known.code):
        since = f"from {known.effective_from}" if known.effective_from else ""
        until = f"deleted from {known.deleted_from}" if known.deleted_from else ""
        valid = ", ".join(part for part in (since, until) if part)
        parts.append(f"| {known.code} | {known.what} | {valid} | {', '.join(known.successors)} |")
    return "\n".join(parts) + "\n"


def _row(rule: Rule) -> str:
    levels = {row.id: row for row in DELIVERY}
    row = levels.get(rule.id)
    code = f"{row.code}, accepted {row.accepted}" if row and row.accepted else row.code if row else ""
    standing = f"{rule.standing} ({rule.note})" if rule.note else rule.standing
    refines = f" Refines {', '.join(rule.refines)}." if isinstance(rule, Refinement) else ""
    return f"| {rule.id} | {rule.says}{refines} | {code} | {standing} | {rule.source} |"
