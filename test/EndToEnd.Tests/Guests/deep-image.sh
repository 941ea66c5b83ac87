# Runs inside the microVM (eng/microvm): Debian's kernel 6.1, whose overlayfs takes no layers one by one. Prints 'name: value' lines that DeepImageTests reads.
export DOCKER_HOST=unix:///run/d.sock
sampan daemon -H $DOCKER_HOST --data-root /var/lib/sampan --exec-root /run/sampan --pidfile /run/d.pid > /run/d.log 2>&1 &
for i in $(seq 100); do [ -S /run/d.sock ] && docker version > /dev/null 2>&1 && break; sleep 0.1; done
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
say left "grep -c overlay /proc/mounts"
exit 0
