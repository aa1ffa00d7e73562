import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";

/** One thing that a client did. Times in milliseconds of `performance.now()`. */
export interface Sample {
  /** When the client wanted it. */
  readonly wanted: number;
  /** When a connection of the pool was free for it. */
  readonly started: number;
  readonly ended: number;
  readonly write: boolean;
}

export interface Load {
  readonly samples: Sample[];
  readonly errors: Map<string, number>;
  stop(): Promise<void>;
}

/**
 * As many clients as told, each of which does something, thinks for `think` milliseconds on average, and does the next. They share the
 * pool's connections, as behind a pooler in transaction mode: a client's wait counts from when it wants something, so that
 * waiting for a connection is part of it. Four of five read who somebody is; the others rename somebody or sign up.
 */
export function startLoad(pool: pg.Pool, clients: number, users: number, think: number): Load {
  const samples: Sample[] = [];
  const errors = new Map<string, number>();
  let going = true;
  const one = async (client: number) => {
    await sleep(Math.random() * think);
    for (let round = 0; going; round++) {
      const dice = Math.random();
      const wanted = performance.now();
      let started = wanted;
      try {
        const connection = await pool.connect();
        started = performance.now();
        try {
          await connection.query(transaction(dice, users, `${client}-${round}`));
        } catch (error) {
          await connection.query("ROLLBACK");
          throw error;
        } finally {
          connection.release();
        }
      } catch (error) {
        const message = (error as Error).message;
        errors.set(message, (errors.get(message) ?? 0) + 1);
      }
      samples.push({ wanted, started, ended: performance.now(), write: dice >= 0.8 });
      await sleep(think * (0.5 + Math.random()));
    }
  };
  const running = Array.from({ length: clients }, (_, client) => one(client));
  return {
    samples,
    errors,
    stop: async () => {
      going = false;
      await Promise.all(running);
    },
  };
}

/** In one message, as a driver that pipelines sends it. The session says who is signed in, as it must after the cutover. */
function transaction(dice: number, users: number, unique: string): string {
  const number = 1 + Math.floor(Math.random() * users);
  const user = `md5('user-${number}')::uuid`;
  const signedIn = `SELECT set_config('slipway.user_id', ${user}::text, true);`;
  const work =
    dice < 0.8
      ? `${signedIn} SELECT u.email, p.display_name FROM auth.users u JOIN public.profiles p ON p.id = u.id WHERE u.id = ${user}`
      : dice < 0.97
        ? `${signedIn} UPDATE public.profiles SET display_name = '${unique}', updated_at = now() WHERE id = ${user}`
        : `SET LOCAL slipway.authenticating = 'on'; INSERT INTO auth.users (email) VALUES ('new-${unique}@example.com')`;
  return `BEGIN; SET LOCAL ROLE slipway_application; ${work}; COMMIT`;
}
