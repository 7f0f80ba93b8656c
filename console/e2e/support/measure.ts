import type { Page } from "@playwright/test";

/** How long the page did not answer while something was done, and how long it took until it stood still. */
export async function measure(page: Page, name: string, action: () => Promise<void>): Promise<{ longest: number; whole: number }> {
  await page.evaluate(() => {
    const seen: number[] = [];
    (window as unknown as { tasks: number[] }).tasks = seen;
    new PerformanceObserver((list) => seen.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: "longtask" });
  });
  const from = Date.now();
  await action();
  // Two frames without anything left to draw, as an idle callback tells.
  await page.evaluate(() => new Promise<void>((done) => requestAnimationFrame(() => requestIdleCallback(() => done(), { timeout: 10_000 }))));
  const whole = Date.now() - from;
  const tasks = await page.evaluate(() => (window as unknown as { tasks: number[] }).tasks);
  const longest = Math.max(0, ...tasks);
  console.log(`${name}: ${whole} ms, ${tasks.length} long tasks, the longest ${Math.round(longest)} ms, together ${Math.round(tasks.reduce((sum, task) => sum + task, 0))} ms`);
  return { longest, whole };
}
