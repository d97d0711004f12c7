#!/bin/sh
# base.sh ARCHIVE: writes the base of the container image, a few Debian packages without a package
# manager, as an archive that Jib reads. Needs mmdebstrap; takes seconds and no privileges.
set -eu

archive=$1
packages=base-files,base-passwd,busybox-static,libc6,libstdc++6,zlib1g
packages=$packages,libfreetype6,libharfbuzz0b,libjpeg62-turbo,liblcms2-2,libgif7 # for Debian's Java

# The mirrors of this machine, if it is a Debian with the suite, else those that mmdebstrap knows.
suite=trixie
sources=/etc/apt/sources.list.d/debian.sources
grep -qs "^Suites:.*$suite" "$sources" || sources=

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mmdebstrap --quiet --variant=extract --include="$packages" "$suite" "$work/layer.tar" $sources

case $(dpkg --print-architecture) in
  arm64) architecture=arm64 ;;
  *) architecture=amd64 ;;
esac
# Health is asked over HTTP, without a JVM, which would take half a second of a core each time.
cat >"$work/config.json" <<JSON
{
  "architecture": "$architecture",
  "os": "linux",
  "created": "1970-01-01T00:00:00Z",
  "config": {
    "Healthcheck": {
      "Test": ["CMD", "busybox", "sh", "-c",
        "busybox wget -q -T 5 -O - --header 'Content-Type: application/json' --post-data '{}' http://127.0.0.1:50051/grpc.health.v1.Health/Check | busybox grep -qw SERVING"],
      "Interval": 30000000000,
      "Timeout": 10000000000,
      "StartPeriod": 60000000000
    }
  },
  "rootfs": {"type": "layers", "diff_ids": ["sha256:$(sha256sum "$work/layer.tar" | cut -d ' ' -f 1)"]}
}
JSON
echo '[{"Config": "config.json", "RepoTags": ["diffusion4j-base:latest"], "Layers": ["layer.tar"]}]' \
  >"$work/manifest.json"
mkdir -p "$(dirname "$archive")"
tar -C "$work" -cf "$archive" manifest.json config.json layer.tar
