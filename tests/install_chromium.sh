#!/usr/bin/env bash
# Sees to a Chromium for the browser tests: one that is installed, else Debian's package, else
# Playwright's own. Where none can be had it says so and the tests count themselves as skipped
# (a failure with CI=true, see tests/browser/conftest.py).
set -u
python=$1
for found in "${CHROMIUM:-}" "$(command -v chromium)" "$(command -v chromium-browser)" \
             "$(command -v google-chrome)"; do
    if [ -n "$found" ] && [ -x "$found" ]; then
        exit 0
    fi
done
if "$python" -c 'import os,sys; from playwright.sync_api import sync_playwright
with sync_playwright() as p: sys.exit(not os.path.exists(p.chromium.executable_path))'; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing Debian's chromium and a Chinese font for the browser tests"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null && exit 0
fi
"$python" -m playwright install chromium && exit 0
echo "no Chromium could be had; browser tests will be skipped"
