#!/bin/sh
# bench/tls.sh BUILD: CPU time of TLS handshakes against `openssl s_server` on loopback. Prints one line.
set -eu
build=${1:-build}
count=${2:-300}
bundle=/etc/ssl/certs/ca-certificates.crt
[ -f "$bundle" ] || { echo "absent: $bundle"; exit 77; }
ninja -C "$build" bench/bench-tls >/dev/null
work=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi; rm -rf "$work"' EXIT INT TERM
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=ward-bench \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
# The system's bundle and our certificate: its size is what costs.
cat "$bundle" "$work/cert.pem" >"$work/bundle.pem"
tried=0
while :; do
    port=$(shuf -i 20000-60000 -n 1)
    # Neither tickets nor a cache: every handshake is a full one, as with a host met for the first time.
    openssl s_server -accept "127.0.0.1:$port" -cert "$work/cert.pem" -key "$work/key.pem" -www -no_ticket -no_cache -quiet \
        >"$work/log" 2>&1 </dev/null &
    server=$!
    sleep 1
    kill -0 "$server" 2>/dev/null && break
    tried=$((tried + 1))
    [ "$tried" -lt 5 ] || { cat "$work/log"; exit 1; }
done
"$build/bench/bench-tls" "https://127.0.0.1:$port/" "$work/bundle.pem" "$count"
