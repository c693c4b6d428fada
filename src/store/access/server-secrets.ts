import { randomBytes } from 'node:crypto';
import type { Engine } from '../engine.ts';
import { compile } from '../sql.ts';
import type { AccessStore } from '../store.ts';

/** Secrets of the installation: whoever asks first makes one, everybody else gets the same. */
export function serverSecrets(engine: Engine): Pick<AccessStore, 'serverSecret'> {
  const { sql: db } = engine;

  return {
    async serverSecret(name, bytes) {
      const select = compile(db.selectFrom('server_secret').select('secret').where('name', '=', name));
      const [known] = await engine.all<{ secret: string }>(select);
      if (known) return Buffer.from(known.secret, 'base64');
      const insert = compile(
        db
          .insertInto('server_secret')
          .values({ name, secret: randomBytes(bytes).toString('base64') })
          .onConflict((on) => on.column('name').doNothing()),
      );
      return engine.transaction(async (transaction) => {
        await transaction.run(insert);
        const [stored] = await transaction.all<{ secret: string }>(select);
        return Buffer.from(stored!.secret, 'base64');
      });
    },
  };
}
