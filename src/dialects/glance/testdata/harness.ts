import type { Project } from '../../../domain/credential.ts';
import { testApp } from '../../../../test/support/app.ts';
import type { TestEngine } from '../../../../test/support/stores.ts';
import { glance } from '../index.ts';
import { observe, type VmImage } from './vm-images.ts';

/** A server with this dialect alone, and short ways to fill and ask it. */
export async function glanceApp(engine: TestEngine) {
  const server = await testApp({ engine, dialects: [glance] });

  async function fill(images: readonly VmImage[], project: Project = server.project): Promise<void> {
    const source = await server.store.upsertSource(project, { kind: 'glance', uri: 'glance://test', settings: {} });
    await server.store.ingestImages(
      project,
      { id: source.id, kind: source.kind },
      images.map((image) => observe(image, project.id)),
    );
  }

  /** GET with a credential as a fixed token; the answer with its JSON read. */
  async function ask(path: string, options: { as?: { id: string; secret: string } | string; accept?: string } = {}) {
    const { as = server.reader, accept = 'application/json' } = options;
    const token = typeof as === 'string' ? as : `${as.id}:${as.secret}`;
    const answer = await server.app.inject({ url: path, headers: { 'x-auth-token': token, accept } });
    const json = answer.headers['content-type'] === 'application/json' ? JSON.parse(answer.body) : undefined;
    return { status: answer.statusCode, headers: answer.headers, body: answer.body, json };
  }

  /** A token of the identity calls. */
  async function token(as: { id: string; secret: string }, scoped: boolean): Promise<string> {
    const user = { id: as.id, password: as.secret };
    const scope = scoped ? { project: { id: server.project.id } } : undefined;
    const answer = await server.app.inject({
      method: 'POST',
      url: '/v3/auth/tokens',
      payload: { auth: { identity: { methods: ['password'], password: { user } }, scope } },
    });
    return String(answer.headers['x-subject-token']);
  }

  return { ...server, fill, ask, token };
}

/** An id that tells its number. */
export function numbered(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}
