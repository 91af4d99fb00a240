# One benchmark host, in namespaces of its own: an overlay on the common layers, a shim for systemd, and a real sshd. Arguments: name, address, port,
# directory of its own, layers (lowerdir of mount(8)).
set -e
name=$1 address=$2 port=$3 own=$4 layers=$5
mount --make-rprivate /
mount -t overlay overlay -o "lowerdir=$layers,upperdir=$own/upper,workdir=$own/work,volatile" "$own/root"
cd "$own/root"
mount -t proc proc proc
mount -t tmpfs -o size=8m,mode=755 tmpfs run
mkdir -p run/sshd run/systemd/system
mount --rbind /dev dev
mount --bind "$own/kubelet" var/lib/kubelet
hostname "$name"
exec chroot . /usr/sbin/sshd -D -f /etc/ssh/bench_config -o "ListenAddress=$address:$port" -o "HostKey=/etc/ssh/bench_key"
