#!/bin/sh
# Makes sure that nginx is there for the test of deploy/nginx.conf. As root it is installed without being started;
# otherwise one sentence says what is missing, and that test is skipped.
set -eu
export PATH="$PATH:/usr/sbin:/sbin"
if command -v nginx >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing nginx for the test of the proxy recipe"
    export DEBIAN_FRONTEND=noninteractive
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    fi
    apt-get install -y -qq --no-install-recommends nginx-light >/dev/null 2>&1 || { apt-get update -qq && apt-get install -y -qq --no-install-recommends nginx-light >/dev/null 2>&1; } && exit 0
fi
echo "nginx is missing, so the test of the proxy recipe is skipped: sudo apt-get install nginx"
