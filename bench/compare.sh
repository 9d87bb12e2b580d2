#!/bin/bash
# Measures tandem, rtpengine and a bare forwarder side by side on this machine's loopback.
# Needs rtpengine-daemon and two cores that are otherwise idle. Arguments go to `tandem-bench compare`;
# --stand-in measures rtpengine twice, which shows the noise and needs no tandem.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}

packages=(-p tandem-bench -p tandem)
case " $* " in
*" --stand-in "*) packages=(-p tandem-bench) ;;
esac
cargo build --release --locked --quiet "${packages[@]}"

# Ahead of everything else on the machine, where that is allowed.
run=(nice -n -20)
if [ "$(id -u)" -ne 0 ]; then run=(); fi
exec "${run[@]}" "$target/release/tandem-bench" compare --tandem "$target/release/tandem" "$@"
