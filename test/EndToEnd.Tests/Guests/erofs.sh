# Runs inside the microVM (eng/microvm): Debian's kernel 6.1, whose EROFS mounts no files, only devices. Prints 'name: value' lines that ErofsGuestTests reads.
export DOCKER_HOST=unix:///run/d.sock
sampan daemon -H $DOCKER_HOST --data-root /var/lib/sampan --exec-root /run/sampan --pidfile /run/d.pid --storage-driver erofs > /run/d.log 2>&1 &
for i in $(seq 100); do [ -S /run/d.sock ] && docker version > /dev/null 2>&1 && break; sleep 0.1; done
say() { echo "$1: $(eval "$2" 2>&1 | tr '\n' ' ' | sed 's/ $//')"; }
say kernel "uname -r | cut -d. -f1-2"
docker load -q -i /busybox.tar > /dev/null || { cat /run/d.log; exit 1; }
say driver "docker info --format '{{.Driver}}'"
say run "docker run --name first busybox sh -c 'echo own > /own; ln /own /again; rm /etc/group; rm -r /var/spool; mkdir /var/spool; chmod 4711 /bin/busybox; echo ran'"
say diff "docker diff first | sort"
docker commit first made > /dev/null
say committed "docker run --rm made sh -c 'cat /again; stat -c %h /own; stat -c %a /bin/busybox; ls /etc/group /var/spool 2>&1'"
say mounted "grep -c '^/dev/loop.* erofs ' /proc/mounts"
docker rm first > /dev/null; docker rmi made busybox > /dev/null
say left "grep -c erofs /proc/mounts; ls /sys/block | while read d; do cat /sys/block/\$d/loop/backing_file 2>/dev/null; done"
exit 0
