import type { FastifyInstance } from 'fastify';
import type { DialectServices } from '../dialect.ts';
import { admit, admitApiKey, presentsOnce } from './auth.ts';
import { sendError, sendNotFound } from './errors.ts';
import { answer } from './wire/answer.ts';
import { CONTAINER_LISTING, IMAGE_LISTING, type Listing } from './wire/listing.ts';
import { type Allowance, countRepeats } from './wire/rate-limit.ts';

/** Puts the dialect's calls, its errors and its 404 onto an instance of its own. */
export function registerRoutes(app: FastifyInstance, services: DialectServices, allowance: Allowance): void {
  app.setErrorHandler(sendError);
  // No call here reads a body: whatever is sent along is dropped, so that a wrong path is a 404 and not a 415.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', async (_request: unknown, payload: NodeJS.ReadableStream) => {
    payload.resume();
  });

  list(IMAGE_LISTING);
  list(CONTAINER_LISTING);
  app.get('/api/v1/validate', async (request, reply) => {
    await admitApiKey(request, reply, services, 'validate', allowance);
    return reply.header('content-type', 'application/json').send('{"valid":true}');
  });
  app.all('/api/v1/*', sendNotFound);
  app.all('/api/v2/*', sendNotFound);

  function list<E extends 'placement' | 'container'>(listing: Listing<E>): void {
    app.get(listing.path, { onRequest: services.pages.arrive }, async (request, reply) => {
      const principal = await admit(request, reply, services, listing.bucket, allowance);
      const baseUrl = services.baseUrl(request);
      const url = request.raw.url ?? listing.path;
      const render = () => answer(listing, { principal, services, baseUrl, url });
      const onRepeat = presentsOnce(request)
        ? countRepeats(services.limits, listing.bucket, principal.credentialId, allowance)
        : undefined;
      return services.pages.send(request, reply, principal, `datadog ${baseUrl}${url}`, render, {
        etag: true,
        onRepeat,
      });
    });
  }
}
