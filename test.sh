#!/usr/bin/env bash
# Brings what the tests need by package, builds once, runs every test project, ends with "N passed, N failed, N skipped".
#   ./test.sh                 everything
#   ./test.sh Domain Console  only the test projects whose names contain one of these words
set -euo pipefail
cd "$(dirname "$0")"

say() { printf '== %s\n' "$*"; }
need() { command -v "$1" >/dev/null 2>&1; }

need dotnet || { say "The .NET 10 SDK is missing: install it and run ./test.sh again."; exit 2; }
need npm || { say "Node 20 with npm is missing: install it and run ./test.sh again."; exit 2; }

# Chromium for the page tests, Prometheus and Alertmanager for the metrics and rules: Debian's own packages.
missing=()
need chromium || missing+=(chromium)
need promtool || missing+=(prometheus)
need amtool || missing+=(prometheus-alertmanager)
if [ ${#missing[@]} -gt 0 ]; then
  if need apt-get && { [ "$(id -u)" = 0 ] || need sudo; }; then
    say "Installing ${missing[*]}"
    as_root=(); [ "$(id -u)" = 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    # Debian starts both as services; the tests start their own on free ports.
    for service in prometheus prometheus-alertmanager; do
      "${as_root[@]}" service "$service" stop >/dev/null 2>&1 || say "$service was not running"
    done
  else
    say "Not installed and not installable here: ${missing[*]}. The tests that need them are skipped and say so."
  fi
fi

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
say "Building"
dotnet build ClayAspire.sln -nologo -v minimal

results=artifacts/test-results
rm -rf "$results"
mkdir -p "$results"
status=0
for project in tests/*.Tests/*.Tests.csproj; do
  name=$(basename "$project" .csproj)
  if [ $# -gt 0 ]; then
    wanted=no
    for word in "$@"; do case "$name" in *"$word"*) wanted=yes ;; esac; done
    [ "$wanted" = yes ] || continue
  fi
  say "$name"
  dotnet test "$project" --no-build -nologo --logger "trx;LogFileName=$name.trx" --results-directory "$results" --blame-hang-timeout 8m || status=1
done

# The figures come from the result files, so a crashed test host cannot pass for success.
sum() {
  local total=0 value
  for value in $(grep -ho "<Counters [^>]*" "$results"/*.trx 2>/dev/null | grep -o " $1=\"[0-9]*\"" | tr -dc '0-9\n'); do
    total=$((total + value))
  done
  echo "$total"
}
total=$(sum total); passed=$(sum passed); executed=$(sum executed)
failed=$((executed - passed))
skipped=$((total - executed))
[ "$total" -gt 0 ] || { say "No test ran."; status=1; }
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
echo "$passed passed, $failed failed, $skipped skipped"
exit "$status"
