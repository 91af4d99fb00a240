set -e
systemctl status kubelet.service --no-pager >/dev/null
systemctl cat kubelet.service >/dev/null
cd /var/lib/kubelet
grep -q -- --improve-speed kubeadm-flags.env
cp -p kubeadm-flags.env kubeadm-flags.env.bak
sed -i 's/ --improve-speed//' kubeadm-flags.env
systemctl restart kubelet.service
systemctl is-active --quiet kubelet.service
