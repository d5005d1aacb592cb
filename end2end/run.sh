#!/usr/bin/env bash
# End-to-end tests: the real program, a real browser. Installs what they need.
set -euo pipefail
cd "$(dirname "$0")"

find_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome || true; }

CHATON_CHROMIUM=${CHATON_CHROMIUM:-$(find_chromium)}
if [ -z "$CHATON_CHROMIUM" ] && command -v apt-get >/dev/null; then
  if [ "$(id -u)" = 0 ]; then
    apt-get update -qq && apt-get install -y -qq chromium
  elif sudo -n true 2>/dev/null; then
    sudo apt-get update -qq && sudo apt-get install -y -qq chromium
  fi
  CHATON_CHROMIUM=$(find_chromium)
fi
if [ -z "$CHATON_CHROMIUM" ]; then
  echo 'The end-to-end tests need Chromium: install your system'\''s package (Debian: apt install chromium) or set CHATON_CHROMIUM to its path.' >&2
  exit 1
fi
export CHATON_CHROMIUM

# What the tests start: the program, the seeder of conversations, the maker of endless models.
(cd .. && cargo build --package server --package storage --package engine --bins --examples)

PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund
npx tsc
if [ "${1:-}" = --screenshots ]; then
  exec npx playwright test --config screenshots.config.ts
fi
if [ "${1:-}" = --clients ]; then
  shift
  # Out of Debian's package, unpacked but not installed: nobody wants a web server that starts by itself.
  CHATON_NGINX=${CHATON_NGINX:-$(command -v nginx || command -v /usr/sbin/nginx || true)}
  if [ -z "$CHATON_NGINX" ] && command -v apt-get >/dev/null; then
    unpacked=$(cd .. && pwd)/target/clients/nginx
    if [ ! -x "$unpacked/usr/sbin/nginx" ]; then
      mkdir -p "$unpacked"
      if [ "$(id -u)" = 0 ]; then apt-get update -qq; fi
      (cd "$unpacked" && apt-get download -qq nginx && dpkg-deb -x nginx_*.deb .)
    fi
    CHATON_NGINX=$unpacked/usr/sbin/nginx
  fi
  if [ -z "$CHATON_NGINX" ] || ! command -v openssl >/dev/null; then
    echo 'These tests need nginx and openssl: install your system'\''s packages, or set CHATON_NGINX to the path of nginx.' >&2
    exit 1
  fi
  export CHATON_NGINX
  # A mail server that takes everything and prints it.
  mail=$(cd .. && pwd)/target/clients/venv
  if [ ! -x "$mail/bin/aiosmtpd" ]; then
    python3 -m venv "$mail"
    "$mail/bin/pip" install --quiet aiosmtpd==1.4.6
  fi
  exec npx playwright test --config clients.config.ts "$@"
fi
exec npx playwright test "$@"
