import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DialectServices } from '../../dialect.ts';
import type { Caller } from '../auth.ts';
import type { Flavour } from './flavour.ts';
import type { Markers } from './markers.ts';

/** What one call of the image API is asked with. */
export interface Call {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly caller: Caller;
  readonly services: DialectServices;
  readonly flavour: Flavour;
  readonly markers: Markers;
  /** What the path names: an image id, a schema. */
  readonly name: string;
}
