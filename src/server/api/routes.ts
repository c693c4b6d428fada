import type { FastifyInstance } from 'fastify';
import type { ApiServices } from './services.ts';

/** The native API under `/stowage/v1`. */
export function registerApi(_app: FastifyInstance, _services: ApiServices): void {}
