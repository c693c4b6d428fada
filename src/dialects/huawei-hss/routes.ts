import type { FastifyInstance, FastifyRequest } from 'fastify';
import { randomId } from '../../domain/id.ts';
import { and, eq, not } from '../../query/predicate.ts';
import type { DialectServices, OnRepeat } from '../dialect.ts';
import { createGate, requireProject } from './auth.ts';
import { ERRORS, HssError, sendError } from './errors.ts';
import { ALL_ENTERPRISE_PROJECTS, DEFAULT_ENTERPRISE_PROJECT } from './fields.ts';
import { ORDER, readWindow } from './paging.ts';
import { parseParameters, toPredicate } from './parse.ts';
import { containerInfo } from './rows.ts';
import { domainList, projectList } from './wire/projects.ts';

/** Requests a second from one credential before 429: far above what a client sends, low enough to stop a runaway. */
export const REQUESTS_PER_SECOND = 50_000;

const CONTAINERS = '/v5/:project_id/image/local/containers';

const REQUEST_IDS = new WeakMap<FastifyRequest, string>();

/** Registers `/v5` and the two identity calls that signing SDKs make before it. */
export function registerRoutes(
  app: FastifyInstance,
  services: DialectServices,
  requestsPerSecond = REQUESTS_PER_SECOND,
): void {
  const { store } = services;
  const admit = createGate(services);

  app.addHook('onRequest', (request, reply, done) => {
    const id = randomId();
    REQUEST_IDS.set(request, id);
    reply.header('x-request-id', id);
    done();
  });
  app.setErrorHandler((error, request, reply) => sendError(error, REQUEST_IDS.get(request) ?? randomId(), reply));

  const route = { onRequest: services.pages.arrive };
  app.get<{ Params: { project_id: string } }>(CONTAINERS, route, async (request, reply) => {
    const { principal, signed } = await admit(request);
    if (!take(principal.credentialId)) throw ERRORS.throttled();
    requireProject(principal, request.params.project_id, request.headers['x-project-id']);
    if (!request.headers['region']) throw ERRORS.missingHeader('region');
    const parameters = parseParameters(queryOf(request));
    const window = readWindow(parameters);
    const { project } = principal;
    const render = async () => {
      const enterprise = parameters.get('enterprise_project_id') ?? DEFAULT_ENTERPRISE_PROJECT;
      const everywhere = enterprise === ALL_ENTERPRISE_PROJECTS;
      if (!everywhere && enterprise !== DEFAULT_ENTERPRISE_PROJECT) {
        const { value } = await store.count(project, 'container', eq('enterprise_project', enterprise));
        if (value === 0)
          throw ERRORS.badParameter(
            `Invalid parameter enterprise_project_id: there is no enterprise project ${enterprise.slice(0, 64)}`,
          );
      }
      const filters = toPredicate(new Map([...parameters, ['enterprise_project_id', enterprise]]));
      const where = and(not(eq('state', 'gone')), filters);
      const [total, page] = await Promise.all([
        store.count(project, 'container', where),
        services.rows.list(project, { entity: 'container', where, sort: ORDER, ...window }, 'huawei-hss', (row) =>
          JSON.stringify(containerInfo(row)),
        ),
      ]);
      return { body: `{"total_num":${total.value},"data_list":[${page.texts.join(',')}]}` };
    };
    // A signature is good for minutes, so it is checked each time.
    const onRepeat = signed ? undefined : countRepeats(principal.credentialId);
    return services.pages.send(request, reply, principal, `hss ${request.raw.url}`, render, { onRepeat });
  });

  app.get(
    '/v3/projects',
    identity(async (request, signed, project) =>
      projectList(project, parseParameters(queryOf(request)).get('name'), signed, services.baseUrl(request)),
    ),
  );
  app.get(
    '/v3/auth/domains',
    identity(async (request) => domainList(services.baseUrl(request))),
  );

  app.all('/v5', async () => {
    throw ERRORS.unknownApi();
  });
  app.all('/v5/*', async () => {
    throw ERRORS.unknownApi();
  });

  function countRepeats(credentialId: string): OnRepeat {
    return () => (take(credentialId) ? ['x-request-id', randomId()] : undefined);
  }

  function take(credentialId: string): boolean {
    return services.limits.take('huawei-hss', credentialId, requestsPerSecond, 1).allowed;
  }

  /** A call of the identity service: refusals take its form, not the gateway's. */
  function identity(
    answer: (
      request: FastifyRequest,
      signed: boolean,
      project: Awaited<ReturnType<typeof admit>>['principal']['project'],
    ) => Promise<unknown>,
  ) {
    return async (request: FastifyRequest) => {
      try {
        const { principal, signed } = await admit(request);
        return await answer(request, signed, principal.project);
      } catch (error) {
        if (!(error instanceof HssError)) throw error;
        throw new HssError('iam', error.status, error.status === 401 ? 'Unauthorized' : 'Bad Request', error.message);
      }
    };
  }
}

function queryOf(request: FastifyRequest): string {
  const url = request.raw.url ?? '';
  const start = url.indexOf('?');
  return start < 0 ? '' : url.slice(start + 1);
}
