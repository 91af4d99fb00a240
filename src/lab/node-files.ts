import { createHash } from 'node:crypto';
import { LAB_HOSTS, type LabHost } from './fleet.ts';

/** A file of a practice host: path, text and, where it is not 0644, permission bits. */
export interface NodeFile {
  readonly path: string;
  readonly text: string;
  readonly mode?: number;
}

const KUBELET_UNIT = `[Unit]
Description=kubelet: The Kubernetes Node Agent
Documentation=https://kubernetes.io/docs/
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=/usr/bin/kubelet
Restart=always
StartLimitInterval=0
RestartSec=10

[Install]
WantedBy=multi-user.target
`;

const KUBEADM_DROP_IN = `# Note: This dropin only works with kubeadm and kubelet v1.11+
[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
# This is a file that "kubeadm init" and "kubeadm join" generates at runtime, populating the KUBELET_KUBEADM_ARGS variable dynamically
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
# This is a file that the user can use for overrides of the kubelet args as a last resort. Preferably, the user should use
# the .NodeRegistration.KubeletExtraArgs object in the configuration files instead. KUBELET_EXTRA_ARGS should be sourced from this file.
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
`;

const KUBEADM_FLAGS =
  'KUBELET_KUBEADM_ARGS="--container-runtime=remote --container-runtime-endpoint=/run/containerd/containerd.sock --network-plugin=cni"\n';

const KUBELET_CONFIG = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous:
    enabled: false
  webhook:
    enabled: true
cgroupDriver: systemd
clusterDNS:
- 10.96.0.10
clusterDomain: cluster.local
healthzBindAddress: 127.0.0.1
healthzPort: 10248
rotateCertificates: true
staticPodPath: /etc/kubernetes/manifests
`;

const OS_RELEASE = `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
`;

/** A package's unit, below /usr/lib as a package leaves it. */
function packageUnit(name: string, description: string, command: string): NodeFile {
  const text = `[Unit]\nDescription=${description}\n\n[Service]\nExecStart=${command}\nRestart=always\n\n[Install]\nWantedBy=multi-user.target\n`;
  return { path: `/usr/lib/systemd/system/${name}`, text };
}

function kubeconfig(user: string): string {
  return `apiVersion: v1\nkind: Config\ncurrent-context: practice\nclusters:\n- name: practice\n  cluster:\n    server: https://198.18.0.10:6443\nusers:\n- name: ${user}\n  user: {}\n`;
}

/** Hex digits that are always the same for the same words. */
function digits(words: string): string {
  return createHash('sha256').update(words).digest('hex');
}

/** Containers of a node, one a line: id, name, sandbox id, pod. They run whatever the kubelet does. */
function containers(host: LabHost): string {
  const names = host.controlPlane ? ['etcd', 'kube-apiserver', 'kube-scheduler', 'kube-proxy'] : ['kube-proxy', 'coredns', 'web'];
  return names
    .map((name) => `${digits(`${host.name} ${name}`)} ${name} ${digits(`${host.name} pod ${name}`)} ${name}-${host.name}\n`)
    .join('');
}

/** All files that a practice host has of its own when it is new: those of a kubeadm node, with a kubelet that runs well. */
export function nodeFiles(host: LabHost): readonly NodeFile[] {
  const hosts = LAB_HOSTS.map((each, index) => `198.18.0.${index + 10} ${each.name}\n`).join('');
  const files: readonly NodeFile[] = [
    { path: '/etc/hostname', text: `${host.name}\n` },
    { path: '/etc/hosts', text: `127.0.0.1 localhost\n${hosts}` },
    { path: '/etc/machine-id', text: `${digits(`machine ${host.name}`).slice(0, 32)}\n`, mode: 0o444 },
    { path: '/etc/os-release', text: OS_RELEASE },
    { path: '/etc/passwd', text: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n' },
    { path: '/etc/group', text: 'root:x:0:\nnogroup:x:65534:\n' },
    { path: '/etc/systemd/system/kubelet.service', text: KUBELET_UNIT },
    { path: '/etc/systemd/system/kubelet.service.d/10-kubeadm.conf', text: KUBEADM_DROP_IN },
    { path: '/etc/default/kubelet', text: 'KUBELET_EXTRA_ARGS=\n' },
    { path: '/var/lib/kubelet/kubeadm-flags.env', text: KUBEADM_FLAGS },
    { path: '/var/lib/kubelet/config.yaml', text: KUBELET_CONFIG },
    { path: '/etc/kubernetes/kubelet.conf', text: kubeconfig(`system:node:${host.name}`), mode: 0o600 },
    { path: '/var/lib/containerd/practice-containers', text: containers(host) },
    packageUnit('containerd.service', 'containerd container runtime', '/usr/bin/containerd'),
    packageUnit('ssh.service', 'OpenBSD Secure Shell server', '/usr/bin/true'),
  ];
  if (!host.controlPlane) return files;
  return [...files, { path: '/etc/kubernetes/admin.conf', text: kubeconfig('kubernetes-admin'), mode: 0o600 }];
}
