import type { FastifyInstance } from 'fastify';
import type { Project } from '../../domain/credential.ts';
import { StowageError } from '../../domain/error.ts';
import { type Id, parseId } from '../../domain/id.ts';
import { authenticate } from './authenticate.ts';
import { jobItem, problemGroup, runItem, sourceItem } from './render.ts';
import { AnyObject, IdParams, JobsQuery, Problem, SourceBody } from './schemas.ts';
import type { ApiServices } from './services.ts';

const ANSWERS = { 200: AnyObject, default: Problem };

/** `sources`, their runs and errors, and `jobs`. */
export function registerSources(app: FastifyInstance, services: ApiServices): void {
  const { store } = services;

  app.get(
    '/stowage/v1/sources',
    { schema: { summary: 'Sources with their last run', response: ANSWERS } },
    async (request, reply) => {
      const { project } = await authenticate(request, services, 'reader');
      return reply.send({ items: (await store.sources(project)).map(sourceItem) });
    },
  );

  app.post<{ Body: SourceBody }>(
    '/stowage/v1/sources',
    {
      schema: {
        summary: 'Add a source and collect it',
        body: SourceBody,
        response: { 201: AnyObject, default: Problem },
      },
    },
    async (request, reply) => {
      const { project, credentialId } = await authenticate(request, services, 'admin');
      const source = await control().addSource(project, request.body.uri);
      services.audit(
        {
          projectId: project.id,
          actor: credentialId,
          action: 'source.add',
          outcome: 'done',
          object: source.id,
          detail: { uri: source.uri },
        },
        request,
      );
      return reply.code(201).send(sourceItem(source));
    },
  );

  app.get<{ Params: IdParams }>('/stowage/v1/sources/:id', one('One source'), async (request, reply) => {
    const { project } = await authenticate(request, services, 'reader');
    return reply.send(sourceItem(await find(project, request.params.id)));
  });

  app.delete<{ Params: IdParams }>(
    '/stowage/v1/sources/:id',
    one('Forget a source; what it found stays'),
    async (request, reply) => {
      const { project, credentialId } = await authenticate(request, services, 'admin');
      const source = await find(project, request.params.id);
      await store.removeSource(project, source.id);
      services.audit(
        {
          projectId: project.id,
          actor: credentialId,
          action: 'source.remove',
          outcome: 'done',
          object: source.id,
          detail: {},
        },
        request,
      );
      return reply.send({ removed: true });
    },
  );

  app.post<{ Params: IdParams }>(
    '/stowage/v1/sources/:id/collect',
    one('Collect a source now'),
    async (request, reply) => {
      const { project } = await authenticate(request, services, 'operator');
      const source = await find(project, request.params.id);
      return reply.send({ job: (await control().collect(project, source.id)) ?? null });
    },
  );

  app.get<{ Params: IdParams }>('/stowage/v1/sources/:id/runs', one('Its last 50 runs'), async (request, reply) => {
    const { project } = await authenticate(request, services, 'reader');
    const source = await find(project, request.params.id);
    return reply.send({ items: (await store.runs(project, source.id, 50)).map(runItem) });
  });

  app.get<{ Params: IdParams }>(
    '/stowage/v1/sources/:id/errors',
    one('What its last run could not read, by reason'),
    async (request, reply) => {
      const { project } = await authenticate(request, services, 'reader');
      const source = await find(project, request.params.id);
      const groups = source.lastRun ? await store.runProblems(project, source.lastRun.id) : [];
      return reply.send({ items: groups.map(problemGroup) });
    },
  );

  app.get<{ Querystring: JobsQuery }>(
    '/stowage/v1/jobs',
    { schema: { summary: 'Jobs of this project', querystring: JobsQuery, response: ANSWERS } },
    async (request, reply) => {
      const { project } = await authenticate(request, services, 'reader');
      const { state, limit = 100 } = request.query;
      const jobs = await store.jobs({ projectId: project.id, limit, ...(state ? { state: state as 'dead' } : {}) });
      return reply.send({ items: jobs.map(jobItem) });
    },
  );

  app.post<{ Params: IdParams }>('/stowage/v1/jobs/:id/retry', one('Put a dead job back'), async (request, reply) => {
    const { project } = await authenticate(request, services, 'operator');
    const job = await store.job(idOf(request.params.id));
    if (job?.projectId !== project.id) throw unknown('job', request.params.id);
    return reply.send({ retried: await store.retryJob(job.id, services.now()) });
  });

  function one(summary: string) {
    return { schema: { summary, params: IdParams, response: ANSWERS } };
  }

  async function find(project: Project, text: string) {
    const source = await store.source(project, idOf(text));
    if (!source) throw unknown('source', text);
    return source;
  }

  function idOf(text: string): Id {
    const id = parseId(text);
    if (!id) throw unknown('id', text);
    return id;
  }

  function control(): NonNullable<ApiServices['control']> {
    if (services.control) return services.control;
    throw new StowageError(
      'unavailable',
      'sources.off',
      'This server does not collect; ask one that runs the workers.',
    );
  }
}

function unknown(what: string, text: string): StowageError {
  return new StowageError('not-found', `${what}.unknown`, `There is no ${what} ${text} in this project.`);
}
