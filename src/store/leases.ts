import type { Micros } from '../domain/time.ts';
import type { Engine } from './engine.ts';
import { compile } from './sql.ts';

/** Takes or prolongs a named lease of the installation. @returns whether the holder has it now */
export async function takeLease(
  engine: Engine,
  name: string,
  holder: string,
  until: Micros,
  at: Micros,
): Promise<boolean> {
  const statement = compile(
    engine.sql
      .insertInto('lease')
      .values({ name, holder, lease_until: until })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet({ holder, lease_until: until })
          .where((e) => e.or([e('lease.lease_until', '<=', at), e('lease.holder', '=', holder)])),
      ),
  );
  return (await engine.transaction((transaction) => transaction.run(statement))) > 0;
}

/** Gives a lease back, if it is still this holder's. */
export async function releaseLease(engine: Engine, name: string, holder: string): Promise<void> {
  const statement = compile(engine.sql.deleteFrom('lease').where('name', '=', name).where('holder', '=', holder));
  await engine.transaction((transaction) => transaction.run(statement));
}
