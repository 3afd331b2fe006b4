"""`docs/reference/payer-profiles.md`: what each shipped payer profile says, in words, with its source and what depends on it."""

from collections.abc import Callable

from rtconform.reference import RULE_SET
from rtconform.reference.editor.payers import DEFAULT, PayerProfile, Period, digest_of, profiles
from rtconform.reports.writers.markdown import table

_HEAD = f"""# The payer profiles that are shipped

Rule set {RULE_SET}. Made from `reference/editor/payer_profiles/` by `make docs`; don't edit it by hand.

The rules say which services are right. A payer profile says how a payer wants a right service written on a claim, from a day
on. It is data with a source, and only claim editors are judged by it. A claim names its payer, and the profile that has this name
decides; capitals, blanks and signs make no difference. A claim to a payer that no profile names is judged by `{DEFAULT}`.

A certificate states each profile by name and digest. [Claims](claims.md) says how to write a profile of your own, and
`rtconform payer check` shows which answers of the suites it would change."""

_GUIDANCE = {
    "26": "has to have modifier 26 where one claim bills both parts",
    "global": "is right without a modifier, and with 26",
    "either": "is right with 26; without a modifier it may be paid or stopped, because sources differ",
}
_DATES = {
    "session": "the day of its session",
    "reading": "the day of the reading",
    "either": "the day of its session or of the reading, because payers differ",
}
_FORMS = {"units": "one line with two units", "plain": "a line of its own without a modifier"}


def _forms(forms: tuple[str, ...]) -> str:
    return ", ".join(_FORMS.get(form, f"modifier {form}") for form in forms)


def _editions(period: Period) -> str:
    names = {"ptp": "the pairs of codes (NCCI PTP)", "mue": "the units of a day (MUE)"}
    adopted = " and ".join(names[one] for one in period.national_edits)
    return (
        f"{adopted}: a line that they stop has to be stopped" if adopted else "none: a line that they stop may be paid or stopped"
    )


SAYS: dict[str, tuple[str, Callable[[Period], str], str]] = {
    "guidance_in_freestanding": (
        "77387 in a freestanding centre", lambda it: _GUIDANCE[it.guidance_in_freestanding], "`required_modifier`",
    ),
    "second_session": ("a second session of the same code", lambda it: _forms(it.second_session), "`repeat_modifier`"),
    "two_levels": ("a second session of another level", lambda it: _forms(it.two_levels), "`repeat_modifier`"),
    "most_sessions": (
        "sessions a day without a record", lambda it: f"at most {it.most_sessions}",
        "`units_exceed_sessions`, `guidance_repeated`",
    ),
    "delivery_places": (
        "place of service of delivery", lambda it: ", ".join(it.delivery_places) or "not said: 11 and 49, and 24 either way",
        "`place_of_service`",
    ),
    "professional_part_date": (
        "date of 77387-26 billed alone", lambda it: _DATES[it.professional_part_date], "`professional_part_date`",
    ),
    "national_edits": ("CMS's national tables", _editions, "`national_ptp`, `national_mue`"),
    "authorised_levels": (
        "levels that are authorised", lambda it: ", ".join(it.authorised_levels) or "all", "`level_not_authorised`",
    ),
    "utilisation": (
        "expected share of sessions",
        lambda it: ", ".join(f"{code}: {share:.0%}" for code, share in it.utilisation.items()) or "not said",
        "nothing: reports compare with it",
    ),
}  # fmt: skip
"""Each field of a period but its source: what it is about, what it says in words, the categories that depend on it."""


def payer_profiles_page() -> str:
    """The page."""
    parts = [
        _HEAD,
        "\n## At a glance\n",
        table(("profile", "payers on claims", "holds from"), [_row(one) for one in profiles().values()]),
    ]
    for profile in profiles().values():
        parts += [f"\n## {profile.name}\n", f"{profile.title}. Digest: `{digest_of(profile)}`.", *_periods(profile)]
    return "\n".join(parts) + "\n"


def _row(profile: PayerProfile) -> tuple[str, str, str]:
    days = ", ".join(str(since) for since, _ in profile.periods)
    return f"[{profile.name}](#{profile.name})", ", ".join(f"`{payer}`" for payer in profile.payers), days


def _periods(profile: PayerProfile) -> list[str]:
    """The first period whole, each further one by what it changes: every sentence stands once."""
    parts: list[str] = []
    before: Period | None = None
    for since, period in profile.periods:
        changed = [name for name in SAYS if before is None or getattr(period, name) != getattr(before, name)]
        rows = [(about, says(period), decides) for about, says, decides in (SAYS[name] for name in changed)]
        begins = f"From {since}" if before is None else f"From {since}, what is not here stays"
        parts += [f"\n{begins}. Source: {period.source}.\n", table(("about", "says", "categories that depend on it"), rows)]
        before = period
    return parts
