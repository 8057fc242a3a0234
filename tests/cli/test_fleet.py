"""fleet: the simulation of many accounts on one server (examples/fleet)."""
import json
import os
import pathlib
import subprocess
import xml.etree.ElementTree

import pytest
from conftest import SCALE

FLEET = pathlib.Path(os.environ.get("TRESOR_FLEET", pathlib.Path(os.environ["TRESOR_BUILD"]) / "bin/fleet"))
SMALL = ("--accounts", "2000", "--quiet")


def run(*arguments, folder=None):
    return subprocess.run([FLEET, *map(str, arguments)], cwd=folder, capture_output=True, text=True, timeout=300)


def told(*arguments, code=0):
    """The one JSON object of a run that ends with this code."""
    result = run(*arguments, "--json")
    assert result.returncode == code, result.stderr
    assert result.stdout.endswith("}\n") and result.stdout.count("\n") == 1
    return json.loads(result.stdout)


def adds_up(result):
    """Whoever came is somewhere, and so is every object that was made."""
    fleet, objects = result["fleet"], result["objects"]
    assert fleet["joined"] == sum(fleet[key] for key in ("with_backup", "without_backup", "disabled", "deleted_app"))
    assert objects["created"] == sum(objects[key] for key in (
        "deleted", "swept_left_behind", "swept_away", "swept_lost", "at_end"))
    assert objects["at_end"] >= fleet["with_backup"]
    return result


@pytest.fixture(scope="module")
def default():
    return told(*SMALL)


def test_the_same_seed_tells_the_same(default):
    assert run(*SMALL, "--json").stdout == run(*SMALL, "--json").stdout
    assert told(*SMALL) == default


def test_another_seed_tells_something_else(default):
    other = told(*SMALL, "--seed", 2)
    assert other["objects"] != default["objects"]
    assert other["requests"]["mean_per_second"] == pytest.approx(default["requests"]["mean_per_second"], rel=0.1)


def test_the_number_of_threads_does_not_show(default):
    assert told(*SMALL, "--jobs", 1) == told(*SMALL, "--jobs", 3) == default


def test_the_chart_is_the_same_each_time(tmp_path):
    for name in ("a.svg", "b.svg"):
        assert run(*SMALL, "--days", 60, "--chart", name, folder=tmp_path).returncode == 0
    assert tmp_path.joinpath("a.svg").read_bytes() == tmp_path.joinpath("b.svg").read_bytes()


def test_json_has_these_keys(default):
    assert set(default) == {"ok", "accounts", "simulated", "scaled_from", "seed", "days", "retention_days", "sweep_days",
                            "steady", "requests", "outages", "traffic", "stored", "sweep", "fleet", "objects",
                            "renewals", "restores", "lost"}
    assert default["ok"] is True
    assert default["scaled_from"] is None and default["simulated"] == default["accounts"] == 2000
    assert set(default["requests"]) == {"mean_per_second", "peak_per_second", "peak_at", "put_share",
                                        "connections_per_second", "config_per_day", "put_per_day", "get_per_day",
                                        "delete_per_day", "failed_attempts"}
    assert default["lost"] == {"accounts": 0, "share": 0.0}


def test_the_numbers_fit_one_another(default):
    requests = default["requests"]
    a_day = sum(requests[key] for key in ("config_per_day", "put_per_day", "get_per_day", "delete_per_day"))
    assert requests["mean_per_second"] * 86400 == pytest.approx(a_day, abs=50)
    assert requests["put_share"] == pytest.approx(requests["put_per_day"] / a_day, abs=0.002)
    assert requests["peak_per_second"] > requests["mean_per_second"]
    sweep, stored = default["sweep"], default["stored"]
    assert sweep["examined_per_day"] == pytest.approx(stored["objects"], rel=0.05)
    assert sweep["removed_per_day"] >= 0 and stored["most_objects"] >= stored["objects"]
    # The mean of a log-normal distribution with sigma 1 is exp(1/2) times its median.
    assert stored["bytes"] / stored["objects"] == pytest.approx(16384 * 1.65, rel=0.1)
    assert default["traffic"]["uploaded_per_day"] > requests["put_per_day"] * 16384


def test_as_many_accounts_are_on_at_the_end_as_at_the_beginning(default):
    fleet = default["fleet"]
    assert fleet["with_backup"] + fleet["without_backup"] == pytest.approx(2000, rel=0.05)


def test_who_leaves_is_swept_after_the_retention_time():
    """Half of those who leave delete the app: what they leave behind stays for 60 days."""
    result = adds_up(told(*SMALL, "--retention-days", 60, "--churn-per-year", 1, "--offline-share", 0,
                          "--lost-phones-per-year", 0, "--opened-share", 0))
    left_a_day = 2000 / 365.25 / 2
    assert result["sweep"]["removed_per_day"] == pytest.approx(left_a_day, abs=1.5)
    assert result["stored"]["left_behind"] == pytest.approx(left_a_day * 60, rel=0.3)
    assert result["objects"]["swept_away"] == 0


GOOD = {
    "default": (),
    "much offline": ("--offline-share", 0.5, "--mean-offline", 60),
    "long outages": ("--server-outage", "100:500", "--server-outage", "200:1200", "--server-outage", "300:24"),
    "outages like a fence": [word for day in range(20, 380, 5) for word in ("--server-outage", f"{day}:60")],
    "nothing changes": ("--change-probability", 0, "--now-per-year", 0),
    "all are opened": ("--opened-share", 1, "--offline-share", 0.4, "--mean-offline", 30),
    "opened, half the retention": ("--opened-share", 1, "--opened-refresh", 2160),
    "clocks off by weeks": ("--skew", 20160, "--offline-share", 0.4, "--mean-offline", 10),
    "churn and lost phones": ("--churn-per-year", 3, "--lost-phones-per-year", 4),
    "short retention": ("--retention-days", 3, "--jitter", 0, "--skew", 5),
    "one day": ("--retention-days", 1, "--days", 60),
    "sweep later than told": ("--sweep-days", 200),
    "jitter of a day": ("--jitter", 1440, "--retention-days", 30),
}


@pytest.mark.parametrize("name", GOOD)
def test_nobody_loses_what_should_have_been_kept(name):
    result = adds_up(told("--accounts", 1200 * SCALE, *GOOD[name]))
    assert result["ok"] is True
    assert result["lost"]["accounts"] == 0 and result["objects"]["swept_lost"] == 0
    kept = max(result["retention_days"], result["sweep_days"])
    assert result["renewals"]["oldest_seconds"] <= (kept + 1) * 86400


def test_the_rule_is_put_to_the_test():
    """Where phones are away for long, some come back in the last days, some too late, and none is lost."""
    result = told("--accounts", 3000, "--offline-share", 0.5, "--mean-offline", 60, "--jobs", 1)
    assert result["renewals"]["late"] > 20
    assert result["objects"]["swept_away"] > 100
    assert result["renewals"]["oldest_seconds"] > 175 * 86400
    assert result["fleet"]["expired_while_away"] <= result["objects"]["swept_away"]


@pytest.mark.parametrize("days", [30, 60, 90, 179])
def test_a_server_that_sweeps_earlier_than_it_announces_loses_backups(days):
    result = adds_up(told("--accounts", 2000, "--sweep-days", days, code=7))
    assert result["ok"] is False
    assert result["lost"]["accounts"] > 0 and result["lost"]["share"] > 0
    assert result["objects"]["swept_lost"] >= result["lost"]["accounts"]


def test_a_lost_backup_is_told_on_both_outputs(tmp_path):
    result = run(*SMALL, "--sweep-days", 60, "--chart", "lost.svg", folder=tmp_path)
    assert result.returncode == 7
    assert "lost a backup" in result.stderr
    assert "lost what they should have kept" in result.stdout
    assert ">lost</text>" in tmp_path.joinpath("lost.svg").read_text()


def test_an_outage_meets_attempts_and_delays_them():
    quiet = told("--accounts", 4000, "--days", 120)
    out = told("--accounts", 4000, "--days", 120, "--server-outage", "80:12")
    assert quiet["requests"]["failed_attempts"] == 0 and quiet["outages"] == []
    assert out["requests"]["failed_attempts"] > 1000
    (outage,) = out["outages"]
    assert (outage["from"], outage["to"]) == ("2026-03-22T00:00:00Z", "2026-03-22T12:00:00Z")
    assert outage["peak_at"] >= outage["to"] and outage["peak_per_second"] > 0


def test_nothing_is_answered_during_an_outage():
    """All of the second half of the simulation: no request, and no sweep is held up by that."""
    result = adds_up(told("--accounts", 500, "--days", 250, "--retention-days", 20, "--server-outage", "125:3000"))
    assert result["requests"]["peak_at"] < "2026-05-06"
    assert result["objects"]["at_end"] == 0 and result["objects"]["swept_away"] > 400
    assert result["lost"]["accounts"] == 0


def test_more_than_a_million_are_scaled_and_it_says_so(tmp_path):
    million = told("--accounts", 1000000, "--days", 2)
    assert million["scaled_from"] is None
    twelve = told("--accounts", 12000000, "--days", 2)
    assert twelve["scaled_from"] == twelve["simulated"] == 1000000 and twelve["accounts"] == 12000000
    assert twelve["fleet"]["joined"] == 12 * million["fleet"]["joined"]
    mean, peak = (result["requests"] for result in (million, twelve))
    assert peak["mean_per_second"] == pytest.approx(12 * mean["mean_per_second"], rel=0.001)
    # Chance evens out: the peak grows less than the fleet, but never falls below the mean.
    assert peak["mean_per_second"] < peak["peak_per_second"] < 12 * mean["peak_per_second"]
    result = run("--accounts", 2000000, "--days", 1, "--chart", "scaled.svg", folder=tmp_path)
    assert "scaled from 1,000,000 accounts" in result.stdout
    assert "Scaled from 1,000,000" in tmp_path.joinpath("scaled.svg").read_text()


def test_the_table_says_what_the_json_says(default):
    table = run(*SMALL).stdout
    rows = {line[2:36].strip(): line[36:52].strip() for line in table.splitlines() if line.startswith("  ")}
    assert table.startswith("2,000 accounts, 400 days, seed 1\n")
    assert rows["switched Safe on"] == f"{default['fleet']['joined']:,}"
    assert rows["PUT a day"] == f"{default['requests']['put_per_day']:,}"
    assert rows["lost what they should have kept"] == "0"
    assert rows["share of PUT"] == f"{100 * default['requests']['put_share']:.1f} %"


def test_the_chart_is_well_formed_and_explains_itself(tmp_path):
    assert run(*SMALL, "--server-outage", "300:6", "--chart", "fleet.svg", folder=tmp_path).returncode == 0
    root = xml.etree.ElementTree.parse(tmp_path / "fleet.svg").getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    svg = tmp_path.joinpath("fleet.svg").read_text()
    words = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    for word in ("2,000 accounts on one Safe service", "requests a second", "PUT", "server out", "Backups stored",
                 "Bytes stored", "Removed by the sweep", "left behind", "phone away", "Day"):
        assert word in words
    assert "prefers-color-scheme: dark" in svg
    assert "<script" not in svg and "href" not in svg and "http" not in svg.replace("http://www.w3.org/2000/svg", "")
    assert "nan" not in svg and "inf" not in svg.replace("sans-serif", "")


@pytest.mark.parametrize("days", [1, 2, 7, 31])
def test_short_simulations_have_a_chart(tmp_path, days):
    result = run("--accounts", 20, "--days", days, "--chart", "fleet.svg", folder=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "too few" in result.stdout
    text = tmp_path.joinpath("fleet.svg").read_text()
    xml.etree.ElementTree.fromstring(text)
    assert "nan" not in text


def test_one_account_is_a_fleet():
    assert adds_up(told("--accounts", 1, "--churn-per-year", 0))["fleet"]["joined"] == 1


def test_an_existing_chart_stays_without_force(tmp_path):
    chart = tmp_path / "fleet.svg"
    chart.write_text("mine")
    arguments = ("--accounts", 10, "--days", 5, "--chart", chart)
    assert run(*arguments).returncode == 12
    assert chart.read_text() == "mine"
    assert run(*arguments, "--force").returncode == 0
    assert chart.read_text().startswith("<svg")
    assert [path.name for path in tmp_path.iterdir()] == ["fleet.svg"]


@pytest.mark.parametrize("arguments", [
    ("--accounts", "0"), ("--accounts", "-1"), ("--accounts", "10000000001"), ("--accounts", "many"),
    ("--accounts", "1e3"), ("--accounts", "10x"), ("--days", "0"), ("--days", "3651"), ("--days", "1.5"), ("--seed", "-1"),
    ("--seed", "18446744073709551616"), ("--retention-days", "0"), ("--retention-days", "36501"), ("--sweep-days", "0"),
    ("--opened-share", "1.1"), ("--opened-share", "nan"), ("--opened-refresh", "0"), ("--offline-share", "1"),
    ("--offline-share", "-0.1"), ("--mean-offline", "0"), ("--mean-offline", "inf"), ("--skew", "-1"), ("--jitter", "1441"),
    ("--change-probability", "1"), ("--backup-bytes", "10"), ("--backup-bytes", "524289"), ("--now-per-year", "-1"),
    ("--churn-per-year", "21"), ("--lost-phones-per-year", "101"), ("--tls-bytes", "-5"), ("--jobs", "257"),
    ("--server-outage", "5"), ("--server-outage", "5:0"), ("--server-outage", "5:-1"), ("--server-outage", "400:1"),
    ("--server-outage", "-1:5"), ("--server-outage", "5:5x"), ("--server-outage", "nan:1"), ("--server-outage", "1:nan"),
    ("--server-outage", "5:24", "--server-outage", "6:1"), ("--unknown",), ("surplus",), ("--days",)])
def test_wrong_options_end_with_2(arguments):
    result = run("--accounts", "10", *arguments) if arguments[0] != "--accounts" else run(*arguments)
    assert result.returncode == 2, result.stdout
    assert result.stdout == "" and result.stderr.startswith("fleet: ") and result.stderr.count("\n") == 1


def test_an_error_with_json_is_one_object():
    result = run("--json", "--server-outage", "5")
    assert result.returncode == 2
    assert json.loads(result.stdout)["error"]["name"] == "invalid_argument"


def test_limits_are_inside():
    assert told("--accounts", 3, "--days", 3650, "--seed", 2**64 - 1)["days"] == 3650
    assert told("--accounts", 10, "--retention-days", 36500)["steady"]["reached"] is False
    wild = told("--accounts", 50, "--churn-per-year", 20, "--lost-phones-per-year", 100, "--now-per-year", 10000,
                "--offline-share", 0.95, "--mean-offline", 1000, "--skew", 1000000, "--jitter", 1440)
    assert adds_up(wild)["lost"]["accounts"] == 0


def test_help_and_version():
    assert "--accounts" in run("--help").stdout and run("--help").returncode == 0
    assert run("--version").stdout.startswith("fleet ")
