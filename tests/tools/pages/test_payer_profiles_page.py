"""The page on payer profiles says all that the profiles say, and names only what there is."""

import re

from rtconform.reference.editor.categories import CATEGORIES
from rtconform.reference.editor.payers import Period, profiles
from tests.helpers import ROOT
from tools.pages.payer_profiles_page import SAYS, payer_profiles_page

PAGE = ROOT / "docs" / "reference" / "payer-profiles.md"


def test_every_field_of_a_profile_is_told() -> None:
    """A field that is added to profiles has its words on the page; its source stands beside."""
    assert {*Period.__struct_fields__} - {"source"} == {*SAYS}


def test_each_category_that_is_named_is_one() -> None:
    """Verdicts that are said to depend on a field are categories of the editor."""
    named = {name for _, _, decides in SAYS.values() for name in re.findall(r"`(\w+)`", decides)}
    assert set() == named - {*CATEGORIES}


def test_the_page_is_made_of_the_shipped_profiles() -> None:
    """Word for word what is made, with each profile, each date and each source."""
    page = payer_profiles_page()
    assert PAGE.read_text(encoding="utf-8") == page
    for profile in profiles().values():
        assert f"## {profile.name}\n" in page
        assert all(f"From {since}" in page and period.source in page for since, period in profile.periods)
