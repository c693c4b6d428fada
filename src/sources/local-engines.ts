import { connect } from 'node:net';
import { join } from 'node:path';

/** Source URIs of Docker-compatible engines that answer on this machine's usual sockets. */
export async function localEngines(environment: NodeJS.ProcessEnv = process.env): Promise<readonly string[]> {
  const runtime = environment['XDG_RUNTIME_DIR'];
  const candidates = ['/var/run/docker.sock', '/run/podman/podman.sock'];
  if (runtime) candidates.push(join(runtime, 'docker.sock'), join(runtime, 'podman', 'podman.sock'));
  const answers = await Promise.all(candidates.map(answersAt));
  return candidates.filter((_, index) => answers[index]).map((path) => `docker://${path}`);
}

function answersAt(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => settle(false));
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
