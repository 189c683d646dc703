import type { Page } from "@playwright/test";

/** Watches a page for long tasks and frames from its first script on. */
export async function gauge(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const long: number[] = [];
    const frames: number[] = [];
    Object.assign(window, { long, frames });
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => long.push(Math.round(entry.duration)))).observe({ entryTypes: ["longtask"] });
    const tick = (now: number) => {
      frames.push(now);
      if (frames.length > 10_000) frames.splice(0, 5_000);
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
}

interface Gauged {
  long: number[];
  frames: number[];
}

/** What happened on a page while something was done to it. */
export interface Felt {
  /** Tasks of 50 ms and more, and the longest in milliseconds. */
  long_tasks: number;
  longest_ms: number;
  frames_per_second: number;
  /** The longest time between two frames. */
  longest_frame_ms: number;
}

/** Does something to a page and says how that went. */
export async function felt(page: Page, act: () => Promise<void>): Promise<Felt> {
  await page.evaluate(() => {
    const { long, frames } = window as unknown as Gauged;
    long.splice(0);
    frames.splice(0);
  });
  await act();
  // the observer hears of a task after it ended
  await page.waitForTimeout(300);
  const { long, frames } = await page.evaluate(() => {
    const { long, frames } = window as unknown as Gauged;
    return { long: [...long], frames: [...frames] };
  });
  const steps = frames.slice(1).map((at, index) => at - (frames[index] ?? at));
  const seconds = ((frames.at(-1) ?? 0) - (frames[0] ?? 0)) / 1000;
  return {
    long_tasks: long.length,
    longest_ms: Math.max(0, ...long),
    frames_per_second: seconds > 0 ? Math.round(steps.length / seconds) : 0,
    longest_frame_ms: Math.round(Math.max(0, ...steps)),
  };
}

/** The heap in MB after everything that nobody holds is gone. */
export async function heap(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.enable");
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return Math.round(usedSize / 1e5) / 10;
}

/** The value below which a share of all lies. */
export const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN);
};
