#!/bin/bash
# Measures tandem, rtpengine and a bare forwarder side by side on this machine's loopback.
# Needs rtpengine-daemon and two cores that are otherwise idle. Arguments go to `tandem-bench compare`;
# --stand-in measures rtpengine twice, which shows the noise and needs no tandem.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}

cargo build --release --locked --quiet -p tandem-bench
case " $* " in
*" --stand-in "*) ;;
*) cargo build --release --locked --quiet -p tandem ;;
esac
exec "$target/release/tandem-bench" compare --tandem "$target/release/tandem" "$@"
