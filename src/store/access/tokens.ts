import { storable } from '../../domain/text.ts';
import type { Micros } from '../../domain/time.ts';
import type { Engine } from '../engine.ts';
import { compile } from '../sql.ts';
import type { AccessStore } from '../store.ts';
import type { AccessGeneration } from './generation.ts';

/** Tokens taken back before their time. An entry is of no use once the token would have ended anyway. */
export function tokenRevocations(
  engine: Engine,
  generation: AccessGeneration,
  now: () => Micros,
): Pick<AccessStore, 'revokeToken' | 'isTokenRevoked'> {
  const { sql: db } = engine;

  return {
    async revokeToken(tokenId, expiresAt) {
      const forget = compile(db.deleteFrom('revoked_token').where('expires_at', '<', now()));
      const insert = compile(
        db
          .insertInto('revoked_token')
          .values({ token_id: storable(tokenId), expires_at: expiresAt })
          .onConflict((on) => on.column('token_id').doNothing()),
      );
      await generation.change(async (transaction) => {
        await transaction.run(forget);
        await transaction.run(insert);
      });
    },

    async isTokenRevoked(tokenId) {
      const query = db.selectFrom('revoked_token').select('expires_at').where('token_id', '=', storable(tokenId));
      return (await engine.all(compile(query))).length > 0;
    },
  };
}
