"""The GitLab template: what it does before anything is installed."""

import subprocess

import yaml

from tests.helpers import ROOT


def test_the_template_installs_no_name_that_nobody_chose() -> None:
    """Without the variable RTCONFORM its first step ends the job, in words; it has no default, which a stranger could own."""
    template = yaml.safe_load((ROOT / "templates" / "rtconform.gitlab-ci.yml").read_text(encoding="utf-8"))
    assert "" == template["variables"]["RTCONFORM"]
    step = template["rtconform"]["script"][0]
    for value, code in (("", 2), ("wheels/rtconform.whl", 0)):
        done = subprocess.run(["bash", "-c", step], env={"RTCONFORM": value}, capture_output=True, text=True, check=False)
        assert (code, code == 2) == (done.returncode, "set the variable RTCONFORM" in done.stderr)
