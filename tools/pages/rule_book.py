"""The rule book for people: the decision table as Markdown. `docs/reference/rule-book.md` is made here."""

from rtconform.reference import RULE_SET
from rtconform.reference.coder.rules import DELIVERY, RULES, SECTIONS, Rule
from rtconform.reference.codes import catalogue

_HEAD = f"""# The rule book

Rule set {RULE_SET}. Made from the decision table in `reference/coder/rules.py` by `make docs`; don't edit it by hand.

Each rule has an id, its text in our own words, its standing and the heading of the source that states it, or that it is
derived from: «Radiation Oncology Coding Changes for IGRT and External Beam Treatment Delivery in 2026» (ACROinsights 2026,
no. 1). Standing: **stated** in the source; **derived** from it; **ambiguous**: sources differ, the first answer is primary and
the other is accepted.

A record is read in this order, and the first rule that answers the whole case ends it: DOC-CONFLICT, DOC-UNKNOWN, SCOPE-DATE,
SCOPE-TECHNIQUE. Then, session by session: delivery level, guidance, whose claim. Last, the other documentation rules, which
bite only where the lines hang on them. Within delivery level, guidance and documentation the first rule that holds decides.
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
    return f"| {rule.id} | {rule.says} | {code} | {standing} | {rule.heading} |"
