import { fileURLToPath } from 'node:url';
import type { HostWish } from './fleet.ts';

const STUB = fileURLToPath(new URL('../../src/lab/host', import.meta.url));

export const FLAGS_FILE = '/var/lib/kubelet/kubeadm-flags.env';
export const DEFAULT_FILE = '/etc/default/kubelet';
export const DROP_IN = '/etc/systemd/system/kubelet.service.d/20-tuning.conf';

const UNIT = `[Unit]
Description=kubelet: The Kubernetes Node Agent
Documentation=https://kubernetes.io/docs/
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=/usr/bin/kubelet
Restart=always
StartLimitInterval=0
RestartSec=2
TimeoutStopSec=5

[Install]
WantedBy=multi-user.target
`;

const KUBEADM = `# Note: This dropin only works with kubeadm and kubelet v1.11+
[Service]
Environment="KUBELET_KUBECONFIG_ARGS="
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
# This is a file that "kubeadm init" and "kubeadm join" generates at runtime, populating the KUBELET_KUBEADM_ARGS variable dynamically
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
# This is a file that the user can use for overrides of the kubelet args as a last resort.
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
`;

/** kubeadm's flags file with further arguments: what `kubeadm init` writes on a v1.20 node. */
export function flagsFile(more = ''): string {
  const own =
    '--container-runtime=remote --container-runtime-endpoint=/run/containerd/containerd.sock --pod-infra-container-image=registry.k8s.io/pause:3.10.1';
  return `KUBELET_KUBEADM_ARGS="${own}${more === '' ? '' : ` ${more}`}"\n`;
}

/** A kubeadm node with a stand-in kubelet under real systemd; `files` are added or replace its own. */
export function kubeletNode(files: HostWish['files'] = {}): HostWish {
  return {
    enabled: ['kubelet.service'],
    files: {
      '/usr/bin/kubelet': { from: `${STUB}/kubelet`, mode: 0o755 },
      '/usr/share/kubelet-stub/kubelet-flags': { from: `${STUB}/kubelet-flags` },
      '/etc/systemd/system/kubelet.service': { text: UNIT },
      '/etc/systemd/system/kubelet.service.d/10-kubeadm.conf': { text: KUBEADM },
      '/var/lib/kubelet/config.yaml': { text: 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n' },
      [FLAGS_FILE]: { text: flagsFile() },
      ...files,
    },
  };
}

/** A `kubectl` that knows the given nodes, all Ready with a heartbeat of this moment. */
export function stubKubectl(nodes: readonly string[]): NonNullable<HostWish['files']> {
  const node = (name: string) =>
    `{"metadata":{"name":"${name}"},"status":{"conditions":[{"type":"Ready","status":"True","reason":"KubeletReady","lastHeartbeatTime":"'"$now"'"}]}}`;
  const lease = (name: string) => `{"metadata":{"name":"${name}"},"spec":{"renewTime":"'"$now"'"}}`;
  const script = `#!/bin/sh
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
case $* in
*leases*|*lease*) echo '{"kind":"List","items":[${nodes.map(lease).join(',')}]}' ;;
*nodes*) echo '{"kind":"List","items":[${nodes.map(node).join(',')}]}' ;;
esac
`;
  return { '/usr/bin/kubectl': { text: script, mode: 0o755 } };
}
