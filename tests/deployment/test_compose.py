"""docker-compose.yml, Dockerfile, Caddyfile and .env.example: what they say, without a container engine."""

import re
import subprocess

import pytest

from launcher import env_file
from tests.deployment import compose
from tests.deployment.compose import ROOT

EXAMPLE = (ROOT / ".env.example").read_text()
GIVEN = compose.env_file(env_file.filled(EXAMPLE))
ALWAYS = {"proxy", "web", "worker", "beat", "postgres", "redis"}
OURS = {"web", "worker", "beat", "migrate", "backup"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a${X}b", "axb"),
        ("${Y:-d}", "d"),
        ("${E-d}", ""),
        ("${E:-d}", "d"),
        ("http${X:+s}://", "https://"),
        ("http${E:+s}://", "http://"),
        ("$$X", "$X"),
    ],
)
def test_the_reader_understands_compose(text: str, value: str) -> None:
    assert compose.interpolate(text, {"X": "x", "E": ""}) == value


def test_the_reader_refuses_what_compose_refuses() -> None:
    with pytest.raises(compose.Missing, match="E: set it"):
        compose.interpolate("${E:?set it}", {"E": ""})
    with pytest.raises(ValueError, match="does not understand"):
        compose.interpolate("$(date)", {})


def test_services() -> None:
    services = compose.load(GIVEN)["services"]
    assert set(services) == ALWAYS | {"migrate", "backup"}
    for name in ALWAYS:
        service = services[name]
        assert service["restart"] == "unless-stopped", name
        assert {"test", "interval", "timeout", "retries"} <= set(service["healthcheck"]), name
        assert service["mem_limit"], name
        assert service["logging"]["options"]["max-size"], name
    for name in OURS:
        service = services[name]
        assert (service["read_only"], service["init"], service["cap_drop"]) == (True, True, ["ALL"]), name
        assert service["security_opt"] == ["no-new-privileges:true"], name
    assert services["migrate"]["restart"] == services["backup"]["restart"] == "no"
    assert services["backup"]["profiles"] == ["tools"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]


def test_order_of_starting() -> None:
    services = compose.load(GIVEN)["services"]
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"},
            "redis": {"condition": "service_healthy"},
        }
    assert services["migrate"]["depends_on"]["postgres"] == {"condition": "service_healthy"}
    assert services["proxy"]["depends_on"] == {"web": {"condition": "service_healthy"}}


def test_who_knows_which_secret() -> None:
    services = compose.load(GIVEN)["services"]
    for name, service in services.items():
        told = str(service.get("environment", ""))
        assert ("DATABASE_OWNER_URL" in told) is (name in {"migrate", "backup"}), name
        assert (GIVEN["OWNER_PASSWORD"] in told) is (name in {"migrate", "backup", "postgres"}), name
        assert (GIVEN["POSTGRES_PASSWORD"] in told) is (name == "postgres"), name
        assert (GIVEN["SECRET_KEY"] in told) is (name in OURS), name
        assert GIVEN["REDIS_PASSWORD"] not in str(service.get("command", "")), name
    for name in OURS:
        assert services[name]["environment"]["PROXY_DEPTH"] == "1"
        assert services[name]["environment"]["SANDBOX_PROVIDERS"] == ""


def test_volumes_and_networks_exist_and_are_used() -> None:
    whole = compose.load(GIVEN)
    named = set()
    for service in whole["services"].values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (ROOT / source).exists() or source == "./backups", source
            else:
                named.add(source)
        assert set(service["networks"]) <= set(whole["networks"])
    assert named == set(whole["volumes"])
    assert whole["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "redis", "web"):
        assert list(whole["services"][name]["networks"]) == ["inside"], name


NEEDED = [
    "SECRET_KEY", "PERSONAL_DATA_KEYS", "BLIND_INDEX_KEY", "DOMAIN", "POSTGRES_PASSWORD", "OWNER_PASSWORD",
    "APP_PASSWORD", "READONLY_PASSWORD", "REDIS_PASSWORD",
]  # fmt: skip


@pytest.mark.parametrize("name", NEEDED)
def test_each_missing_secret_stops_compose(name: str) -> None:
    with pytest.raises(compose.Missing, match=f"^{name}: set it in .env$"):
        compose.load(GIVEN | {name: ""})


def test_the_switch_for_tls() -> None:
    for tls, address in (("", "http://shop.test"), ("on", "https://shop.test")):
        services = compose.load(GIVEN | {"TLS": tls, "DOMAIN": "shop.test"})["services"]
        assert services["proxy"]["environment"]["SITE_ADDRESS"] == address
        told = services["web"]["environment"]
        assert (told["BASE_URL"], told["TLS"], told["ALLOWED_HOSTS"]) == (address, tls or "off", "shop.test")


def test_the_example_names_every_variable_and_holds_no_secret() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    asked = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", text))
    example = compose.env_file(EXAMPLE)
    assert asked - {"VERSION"} == set(example)
    assert {name for name in NEEDED if example[name]} == {"DOMAIN"}
    once, again = compose.env_file(env_file.filled(EXAMPLE)), compose.env_file(env_file.filled(EXAMPLE))
    assert set(once) == set(example)
    assert all(once[name] != again[name] for name in NEEDED if name != "DOMAIN")


def test_the_scripts_output_is_the_filled_example() -> None:
    done = subprocess.run(
        ["python3", "-m", "launcher.env_file"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert set(compose.env_file(done.stdout)) == set(GIVEN)


def test_the_image_is_built_in_stages_and_runs_as_nobody() -> None:
    lines = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    words = [line.split(maxsplit=1) for line in lines if line and not line.startswith(("#", " "))]
    stages = [rest for keyword, rest in words if keyword == "FROM"]
    assert [stage.split(" AS ")[-1] for stage in stages[:3]] == ["assets", "packages", "static"]
    assert len(stages) == 4
    last = words[len(words) - 1 - [keyword for keyword, _ in reversed(words)].index("FROM") :]
    assert ["USER", "10001:10001"] in last
    assert not any("requirements-test" in rest for _, rest in words)
    known = {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE", "CMD"}
    assert {keyword for keyword, _ in words} <= known
    for keyword, rest in words:
        if keyword == "COPY" and not rest.startswith("--from") and rest != ". .":
            for source in rest.split()[:-1]:
                assert (ROOT / source).exists(), source
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"bench", "tests"}
    assert packages | {"templates", "static", "manage.py", "locale"} <= kept
    assert not kept & {"tests", ".env", ".git", "docs", "var"}


def test_the_proxys_configuration() -> None:
    """Few directives, blocks that close, nothing that trusts or logs a stranger."""
    text = (ROOT / "deploy" / "Caddyfile").read_text()
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    depth, words = 0, []
    for line in filter(None, lines):
        words.append(line.split()[0])
        depth += line.endswith("{") - (line == "}")
        assert depth >= 0
    assert depth == 0
    known = {
        "{", "}", "admin", "{$SITE_ADDRESS}", "@inside", "respond", "request_body", "max_size", "encode",
        "reverse_proxy", "header_up",
    }  # fmt: skip
    assert set(words) <= known
    assert "reverse_proxy web:8000" in text
    assert "@inside path /metrics /readyz" in text
