"""The editor's categories for people: `docs/reference/editor-rules.md` is this, and a check holds it in step."""

from rtconform.reference import RULE_SET
from rtconform.reference.editor.categories import CATEGORIES, CategoryRow
from rtconform.reference.editor.payers import profiles
from rtconform.reference.editor.reason_codes import list_of, used_codes
from rtconform.reference.editor.rules import EDITOR_RULES

_HEAD = f"""# What the reference editor stops, and why

Rule set {RULE_SET}. Made from `reference/editor/categories.py` and `reference/editor/payer_profiles/` by
`make docs`; don't edit it by hand.

A line is allowed unless something speaks against it. It is stopped for one of these categories, whose rules are those of the
[rule book](rule-book.md). Holding a line for review stops it too, and is accepted instead of a denial. Bundling is as right as
denying where the payment is inside another service's.

| category | the line is stopped because | usually | accepted too | reason codes (CARC) | rules | needs the record |
|---|---|---|---|---|---|---|"""


def editor_rules() -> str:
    """The whole page."""
    parts = [_HEAD, *(_row(name, row) for name, row in CATEGORIES.items())]
    parts += [
        "\n## The rules of the payer's side\n",
        "What the rule book of the coder says holds for an editor too. The rules here apply only to editors.",
        "CMS's manuals could not be read where they are published:",
        "the last column says what was read of a source and in which copy, or that nothing was read.\n",
        "| rule | says | standing | source | what was looked up of it |\n|---|---|---|---|---|",
        *(
            f"| {rule.id} | {rule.says} | {rule.standing} | {rule.heading} | {rule.looked_up or 'not looked up'} |"
            for rule in EDITOR_RULES.values()
        ),
    ]
    as_of, source = list_of()
    parts += [
        "\n## The reason codes\n",
        f"Dates are those of remittances, as of {as_of} ({source}).",
        "The list has the dates of every code, also of those that no category gives: a stop with a code that was out of use",
        "before the service is reported as such. **Bold**: the usual code of the category.\n",
        "| CARC | in our words | in use | given for |\n|---|---|---|---|",
    ]
    parts += [f"| {code} | {row.says} | {row.dates} | {_given_for(code)} |" for code, row in used_codes().items()]
    parts += [
        "\n## The payer profiles that are shipped\n",
        "| profile | from | 77387 in a freestanding centre | a second session | sessions a day without a record | source |",
        "|---|---|---|---|---|---|",
    ]
    for profile in profiles().values():
        parts += [
            f"| {profile.name} | {since} | {period.guidance_in_freestanding} | {', '.join(period.second_session)} "
            f"| {period.most_sessions} | {period.source} |"
            for since, period in profile.periods
        ]
    return "\n".join(parts) + "\n"


def _given_for(code: str) -> str:
    """The categories that give a code, those first of which it is the usual one."""
    usual = [f"**`{name}`**" for name, row in CATEGORIES.items() if row.carcs[0] == code]
    return ", ".join((*usual, *(f"`{name}`" for name, row in CATEGORIES.items() if code in row.carcs[1:])))


def _row(name: str, row: CategoryRow) -> str:
    accepted = [word for word in ("deny", "bundle", "review") if word in _right(row) and word != row.disposition]
    record = "yes" if row.needs_record else ""
    carcs, rules = ", ".join(row.carcs), ", ".join(row.rules)
    return f"| `{name}` | {row.says} | {row.disposition} | {', '.join(accepted)} | {carcs} | {rules} | {record} |"


def _right(row: CategoryRow) -> set[str]:
    return {"deny", "review", *(["bundle"] if row.packaging else [])}
