import type { Container } from '../../domain/container.ts';

/** One row of `data_list`, keys in the documented order; unknown values are empty texts (contract 1.2). */
export function containerInfo(container: Container) {
  return {
    agent_id: container.agentId,
    container_name: container.name,
    container_id: container.id,
    host_id: container.hostId,
    host_name: container.hostName,
    pod_id: container.podId,
    pod_name: container.podName,
    private_ip: container.privateIp,
    public_ip: container.publicIp,
    entry_point: container.entryPoint,
  };
}
