# Runs inside the microVM (eng/microvm): Debian's kernel 6.1, whose overlayfs takes no layers one by one, and whose EROFS mounts no files, only loop devices. Prints 'name: value' lines that DeepImageTests reads.
export DOCKER_HOST=unix:///run/d.sock
start() {
  sampan daemon -H $DOCKER_HOST --data-root /var/lib/sampan --exec-root /run/sampan --pidfile /run/d.pid "$@" > /run/d.log 2>&1 &
  for i in $(seq 100); do [ -S /run/d.sock ] && docker version > /dev/null 2>&1 && break; sleep 0.1; done
}
start
say() { echo "$1: $(eval "$2" 2>&1 | tr '\n' ' ' | sed 's/ $//')"; }
say kernel "uname -r | cut -d. -f1-2"
say driver "docker info --format '{{.Driver}}'"
for layers in 127 200; do
  docker load -q -i /deep-$layers.tar > /dev/null || { cat /run/d.log; exit 1; }
  say run-$layers "docker run --name c$layers deep:$layers sh -c 'ls /layers | wc -l; cat /last; rm /layers/3; echo own > /layers/3; rm /layers/4'"
  say diff-$layers "docker diff c$layers | sort"
  say copied-$layers "docker cp c$layers:/layers/3 - | tar -xO"
  docker rm c$layers > /dev/null
done
docker rmi deep:127 deep:200 > /dev/null
say left "grep -c overlay /proc/mounts"
kill $(cat /run/d.pid); wait
start --storage-driver erofs
docker load -q -i /deep-127.tar > /dev/null || { cat /run/d.log; exit 1; }
say erofs-driver "docker info --format '{{.Driver}}'"
say erofs-run "docker run --name e deep:127 sh -c 'ls /layers | wc -l; cat /last; rm /layers/3; echo own > /layers/3; rm /layers/4'"
say erofs-diff "docker diff e | sort"
say erofs-copied "docker cp e:/layers/3 - | tar -xO"
say erofs-mounted "grep -c '^/dev/loop.* erofs ' /proc/mounts"
docker rm e > /dev/null; docker rmi deep:127 > /dev/null
say erofs-left "grep -c erofs /proc/mounts; ls /sys/block/loop*/loop/backing_file 2>/dev/null"
exit 0
