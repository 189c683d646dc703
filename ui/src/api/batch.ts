interface Waiting<V> {
  key: string;
  done: (value: V | null) => void;
  failed: (error: unknown) => void;
}

/** Who asks within a moment of one another. */
const TOGETHER = 30;

/**
 * Asks about one thing at a time, and sends what is asked within a moment with one request, of at most so many things. A thing that the answer says
 * nothing of is null.
 */
export function batched<V>(most: number, ask: (keys: string[]) => Promise<ReadonlyMap<string, V>>): (key: string) => Promise<V | null> {
  let waiting: Waiting<V>[] = [];
  const send = async (part: Waiting<V>[]) => {
    try {
      const answers = await ask([...new Set(part.map(({ key }) => key))]);
      part.forEach(({ key, done }) => done(answers.get(key) ?? null));
    } catch (error) {
      part.forEach(({ failed }) => failed(error));
    }
  };
  const flush = () => {
    const all = waiting;
    waiting = [];
    for (let from = 0; from < all.length; from += most) void send(all.slice(from, from + most));
  };
  return (key) =>
    new Promise((done, failed) => {
      if (!waiting.length) setTimeout(flush, TOGETHER);
      waiting.push({ key, done, failed });
    });
}
