"""Known faults of the locked packages, and secrets among the files of the repository.

Ends with 1 when there is a finding, with 0 otherwise: also when no advisory service can be reached, which is
said, for that is no fault of the change. Takes about a minute, most of it the scan for secrets.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import configure_settings_from_baseline

ROOT = Path(__file__).resolve().parent.parent
BASELINE = ROOT / ".secrets.baseline"
LIMIT_S = 180

# Advisories that do not concern this product, each with the reason and what would change it.
IGNORED: dict[str, str] = {}

# Files in the baseline, and why what was found there is no secret. A file of the baseline that is not named
# here is a finding.
NO_SECRETS = {
    "docs/login.md": "placeholders of an example",
    "tests/app/test_data.py": "a made-up password that must not be shown",
    "tests/app/test_login.py": "a made-up client secret that must not be shown",
    "tests/fixtures/psc/persons-with-significant-control-snapshot-2024-05-01.txt": "made-up etags",
    "tests/neo4j_server.py": "the password of a server that lives in a test",
    "tests/unit/store/test_neo4j_errors.py": "made-up passwords that must not be shown",
    "tests/unit/test_secrets.py": "made-up passwords that must not be shown",
}
# Hashes of packages, and figures with their sources: no place for secrets, and most of the text.
UNSCANNED = ("requirements.lock", "data/", "docs/images/", BASELINE.name)


def main() -> int:
    """Print what was looked at and found; the exit code."""
    findings = [*packages(), *secrets()]
    for finding in findings:
        print(f"FOUND {finding}")
    return 1 if findings else 0


def packages() -> list[str]:
    """Known faults of the packages in the lock file, as sentences."""
    command = [
        sys.executable, "-m", "pip_audit", "--requirement", "requirements.lock", "--disable-pip", "--no-deps",
        "--format", "json", "--progress-spinner", "off", "--timeout", "10",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=False)
        answer = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
        print("Packages: NOT AUDITED, no advisory service can be reached.")
        return []
    return judged(answer)


def judged(answer: list[dict[str, object]]) -> list[str]:
    """What pip-audit's answer means; it ends well also when it knew none of the packages."""
    known = [each for each in answer if "vulns" in each]
    if not known:
        print(f"Packages: NOT AUDITED, the index knows no advisories for any of {len(answer)}.")
        return []
    left = len(answer) - len(known)
    print(
        f"Packages: {len(known)} audited" + (f", {left} NOT AUDITED (unknown to the index)" if left else "")
    )
    return [
        f"{each['name']} {each['version']}: {fault['id']}, mended in {fault['fix_versions'] or 'no version'}"
        for each in known
        for fault in each["vulns"]  # type: ignore[attr-defined]
        if not IGNORED.keys() & {fault["id"], *fault.get("aliases", ())}
    ]


def secrets() -> list[str]:
    """Secrets in files under version control, or about to be, that the baseline does not know."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    names = [name for name in listed.stdout.split("\0") if name and not name.startswith(UNSCANNED)]
    baseline = json.loads(BASELINE.read_text(encoding="utf-8"))
    configure_settings_from_baseline(baseline)
    found = SecretsCollection(str(ROOT))
    for name in names:
        if (ROOT / name).is_file():
            found.scan_file(name)
    print(f"Secrets: {len(names)} files scanned")
    # By file and content: a known line may move.
    known = {
        (name, one["type"], one["hashed_secret"])
        for name, each in baseline["results"].items()
        for one in each
    }
    new = [
        f"{name}:{one.line_number}: looks like a secret ({one.type})"
        for name, one in found
        if (name, one.type, one.secret_hash) not in known
    ]
    return new + [
        f"{name}: in the baseline without a reason" for name in baseline["results"] if name not in NO_SECRETS
    ]


if __name__ == "__main__":
    sys.exit(main())
