#!/bin/sh
# Browser tests need Chromium and Chinese fonts from the system's packages.
if command -v chromium >/dev/null 2>&1 && fc-list 2>/dev/null | grep -qi 'Noto Sans CJK'; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing Chromium and fonts-noto-cjk"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null
    exit $?
fi
echo "The browser tests need Chromium and Chinese fonts. Ask an administrator: apt-get install chromium fonts-noto-cjk" >&2
exit 1
