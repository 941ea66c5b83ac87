# Runs inside the microVM (eng/microvm): a kernel with AppArmor. Prints 'name: value' lines that AppArmorTests reads.
say() { echo "$1: $(eval "$2" 2>&1 | tr '\n' ' ' | sed 's/ $//')"; }
runtime() { sampan-runtime --log /run/log "$@"; }
mkdir -p /etc/apparmor
for profile in guest-a guest-b; do
  # What one may read the other may not.
  printf 'profile %s flags=(attach_disconnected,mediate_deleted) {\n file,\n signal,\n capability,\n network,\n deny /secrets/%s r,\n}\n' $profile $profile
done | apparmor_parser --replace --skip-cache || exit 1

mkdir -p /run/b/rootfs; tar -C /run/b/rootfs -xf /busybox.tar
mkdir /run/b/rootfs/secrets; echo a > /run/b/rootfs/secrets/guest-a; echo b > /run/b/rootfs/secrets/guest-b
cd /run/b
sampan-runtime spec
sed -i 's/"terminal": *true/"terminal": false/; s|"cwd": "/"|"cwd": "/", "apparmorProfile": "guest-a"|; s/"sh"/"sh","-c","cat \/proc\/self\/attr\/current \/secrets\/*; sleep 1000"/' config.json
(runtime run one > /run/one 2>&1 &)
for i in $(seq 100); do [ $(wc -l < /run/one) -ge 3 ] && break; sleep 0.1; done
say start 'cat /run/one'
say exec 'runtime exec one cat /proc/self/attr/current /secrets/guest-a'
say exec-other 'runtime exec --apparmor guest-b one cat /proc/self/attr/current /secrets/guest-a /secrets/guest-b'
say exec-unknown 'runtime exec --apparmor nosuch one true; echo $?'
runtime delete --force one
sed -i 's/guest-a"/nosuch"/' config.json
say unknown 'runtime run two; echo $?; ls /run/sampan-runtime | grep -c two; ls /sys/fs/cgroup | grep -c two'
say features 'sampan-runtime features | tr -d " \n" | grep -o "\"apparmor\":{\"enabled\":true}"'

export DOCKER_HOST=unix:///run/d.sock
sampan daemon -H $DOCKER_HOST --data-root /var/lib/sampan --exec-root /run/sampan --pidfile /run/d.pid > /run/d.log 2>&1 &
for i in $(seq 100); do [ -S /run/d.sock ] && docker version > /dev/null 2>&1 && break; sleep 0.1; done
docker import /busybox.tar busybox > /dev/null || { cat /run/d.log; exit 1; }
say info "docker info --format '{{.SecurityOptions}}'"
say default "docker run --name defaulted busybox cat /proc/self/attr/current; docker inspect --format '{{.AppArmorProfile}}' defaulted; grep -c docker-default /sys/kernel/security/apparmor/profiles"
say default-mount "docker run --rm --cap-add SYS_ADMIN --security-opt seccomp=unconfined busybox mount -t tmpfs t /tmp"
say default-signals "docker run --rm busybox sh -c 'sleep 100 & kill %1 && echo sent'"
say unconfined "docker run --name free --security-opt apparmor=unconfined busybox cat /proc/self/attr/current; docker inspect --format '{{.AppArmorProfile}}' free"
say privileged "docker run --name privileged --privileged busybox cat /proc/self/attr/current; docker inspect --format '{{.AppArmorProfile}}' privileged"
docker run -d --name named --security-opt apparmor=guest-b busybox sleep 1000 > /dev/null
say named "docker inspect --format '{{.AppArmorProfile}}' named; docker exec named cat /proc/self/attr/current; docker stop -t 1 named"
say not-loaded "docker run --rm --security-opt apparmor=nosuch busybox true; echo \$?"
exit 0
