"""`roost.toml`: defaults that work, and refusals that name the mend."""

from pathlib import Path

import pytest

from roost.processes import secrets
from roost.processes.settings import BadSettings, launch, load

EXAMPLE = Path(__file__).parents[2] / "examples" / "power-grid"


def test_a_folder_without_settings_runs_on_the_loopback(tmp_path: Path) -> None:
    made = launch(tmp_path)
    assert made.settings.sip.bind == "127.0.0.1"
    assert made.settings.sip.advertised() == "127.0.0.1"
    assert made.places.data == tmp_path / ".roost"


def test_the_examples_settings_are_good_and_options_go_before_them(tmp_path: Path) -> None:
    made = launch(EXAMPLE, tmp_path / "d", http_port=1234, sip_port=2345, media_ports=(4000, 4999))
    assert (made.settings.http.port, made.settings.sip.port) == (1234, 2345)
    assert (made.settings.media.first_port, made.settings.media.last_port) == (4000, 4999)
    assert made.places.data == tmp_path / "d"


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("[sip]\nprot = 1", "unknown field `prot`"),
        ("[sip", "not TOML"),
        ('[sip]\nbind = "0.0.0.0"', "set sip.advertise to this machine's address"),
        ('[http]\nbind = "localhost"', "give one like 192.0.2.7"),
        ('[http]\ntrusted_proxies = ["caddy"]', "http.trusted_proxies: 'caddy' is no address"),
        ("[http]\nport = 70000", "give 1 to 65535"),
        ("[media]\nfirst_port = 9000\nlast_port = 8000", "first < last"),
        ('[trunks.city]\naddresses = ["nowhere"]', "give one like 192.0.2.0/24"),
        ('cell = "settings"', "other than office, settings, audit and alerts"),
        ('store = "mysql://roost@db/roost"', "give postgresql://LOGIN@HOST/DATABASE"),
        ('store = "postgresql://db/roost"', "give postgresql://LOGIN@HOST/DATABASE"),
        ('store = "postgresql://roost:secret@db/roost"', "write it in ~/.pgpass"),
        ("[bounds]\nmost_calls = 0", "must be positive"),
        ('[outside]\nprivate_networks = ["10.0.0.0/40"]', "no address or network"),
    ],
)
def test_what_cannot_work_is_refused_with_its_place(tmp_path: Path, text: str, mend: str) -> None:
    (tmp_path / "roost.toml").write_text(text)
    with pytest.raises(BadSettings) as refused:
        load(tmp_path)
    assert mend in str(refused.value)
    assert str(tmp_path / "roost.toml") in str(refused.value)


def test_secrets_are_made_once_and_for_new_people_only(tmp_path: Path) -> None:
    first = secrets.ensure(tmp_path, ["1001", "1002"])
    assert (tmp_path / secrets.FILE).stat().st_mode & 0o777 == 0o600
    again = secrets.ensure(tmp_path, ["1001", "1003"], ["city"])
    assert again.centre_key == first.centre_key
    assert again.sip["1001"] == first.sip["1001"]
    assert set(again.sip) == {"1001", "1002", "1003"}
    assert set(again.trunks) == {"city"}
    assert secrets.read(tmp_path) == again
    assert len(set(again.sip.values())) == 3


def test_secrets_that_others_can_read_are_refused(tmp_path: Path) -> None:
    secrets.ensure(tmp_path, [])
    (tmp_path / secrets.FILE).chmod(0o644)
    with pytest.raises(secrets.BadSecrets, match="chmod 600"):
        secrets.read(tmp_path)


def test_sound_comes_in_where_pages_come_from(tmp_path: Path) -> None:
    assert launch(tmp_path).settings.edge.bind == "127.0.0.1"
    (tmp_path / "roost.toml").write_text('[http]\nbind = "0.0.0.0"\nadvertise = "192.0.2.7"')
    edge = launch(tmp_path).settings.edge
    assert (edge.bind, edge.advertised()) == ("0.0.0.0", "192.0.2.7")
    (tmp_path / "roost.toml").write_text('[edge]\nbind = "192.0.2.8"')
    assert launch(tmp_path).settings.edge.advertised() == "192.0.2.8"


def test_plain_http_off_the_loopback_is_refused(tmp_path: Path) -> None:
    (tmp_path / "roost.toml").write_text('[http]\nbind = "192.0.2.7"\ntls = "off"')
    with pytest.raises(BadSettings, match="no microphone"):
        load(tmp_path)
    (tmp_path / "roost.toml").write_text('[http]\ntls = "given"\nkey = "k.pem"')
    with pytest.raises(BadSettings, match="needs both"):
        load(tmp_path)
