import type { FastifyInstance } from 'fastify';
import { StowageError } from '../../domain/error.ts';
import { translate } from '../../query/translate.ts';
import { authenticate } from './authenticate.ts';
import { languageOf, languagesOf } from './question.ts';
import { AnyObject, CheckBody, Problem } from './schemas.ts';
import type { ApiServices } from './services.ts';

/** `me`, `query/check` and `query/translate`. */
export function registerQueries(app: FastifyInstance, services: ApiServices): void {
  app.get(
    '/stowage/v1/me',
    { schema: { summary: 'Who asks', response: { 200: AnyObject, default: Problem } } },
    async (request, reply) => {
      const principal = await authenticate(request, services, 'reader');
      return reply.send({
        credential: principal.credentialId,
        role: principal.role,
        project: { id: principal.project.id, name: principal.project.name },
        languages: languagesOf(services).map((language) => language.id),
      });
    },
  );

  app.post<{ Body: CheckBody }>(
    '/stowage/v1/query/translate',
    {
      schema: {
        summary: 'A query in every language, and what each cannot say',
        body: CheckBody,
        response: { 200: AnyObject, default: Problem },
      },
    },
    async (request, reply) => {
      await authenticate(request, services, 'reader');
      const { text, lang } = request.body;
      const { languages } = translate(languageOf(services, lang), text, languagesOf(services), { now: services.now() });
      return reply.send({ from: lang ?? 'native', text, languages: Object.fromEntries(languages) });
    },
  );

  app.post<{ Body: CheckBody }>(
    '/stowage/v1/query/check',
    {
      schema: {
        summary: 'Whether a query is good, where it is not, and the same in all languages',
        body: CheckBody,
        response: { 200: AnyObject, default: Problem },
      },
    },
    async (request, reply) => {
      await authenticate(request, services, 'reader');
      const { text, lang } = request.body;
      const language = languageOf(services, lang);
      try {
        const { where, languages } = translate(language, text, languagesOf(services), { now: services.now() });
        return reply.send({ ok: true, errors: [], tree: where, languages: Object.fromEntries(languages) });
      } catch (error) {
        if (!(error instanceof StowageError) || error.kind !== 'invalid') throw error;
        return reply.send({
          ok: false,
          errors: [{ code: error.code, message: error.message, at: error.at ?? 0 }],
          tree: null,
          languages: {},
        });
      }
    },
  );
}
