import { expect, type Locator, type Page } from "@playwright/test";

/** Opens a place and waits until nothing is loading. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await settled(page);
}

export async function settled(page: Page, timeout = 60_000): Promise<void> {
  await expect(page.locator("h1").first()).toBeVisible();
  await expect(page.locator(".skeleton")).toHaveCount(0, { timeout });
  // A table says by itself that it waits for its rows.
  await expect(page.getByText(/^Loading /)).toHaveCount(0, { timeout });
}

/** A panel by the name of its help topic. */
export function panel(page: Page, topic: string): Locator {
  return page.locator(`[data-panel="${topic}"]`).first();
}

export function parameters(page: Page): URLSearchParams {
  return new URLSearchParams(page.url().split("?")[1] ?? "");
}

/** The place of an interval on a chart, in pixels of the page. */
export async function placeOf(chart: Locator, share: number): Promise<{ x: number; y: number }> {
  const over = chart.locator(".u-over");
  await over.scrollIntoViewIfNeeded();
  const box = await over.boundingBox();
  if (!box) throw new Error("the chart is not on screen");
  return { x: box.x + box.width * share, y: box.y + box.height / 2 };
}
