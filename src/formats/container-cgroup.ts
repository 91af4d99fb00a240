/**
 * The container that a control group's name speaks of: `cri-containerd-ID.scope`, `crio-ID.scope`, `docker-ID.scope` (systemd
 * driver), or the bare id (cgroupfs driver). Undefined for pods, slices and a runtime's own monitors (`crio-conmon-ID.scope`).
 */
export function containerIdOf(name: string): string | undefined {
  const found = /^(?:(?:cri-containerd|crio|docker)-)?(?<id>[0-9a-f]{64})(?:\.scope)?$/.exec(name);
  return found?.groups?.['id'];
}
