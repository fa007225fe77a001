import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { expect } from "vitest";
import { htmlReport } from "../../../src/scenarios/report/html-report.ts";
import { needs } from "../../needs.ts";
import { sampleRun } from "./sample-run.ts";

const onChromium = needs("chromium");

/** Opens the report as a file, in a browser that is offline, and closes everything afterwards. */
async function withReport(
  look: { readonly width: number; readonly dark: boolean },
  body: (page: Page, asked: readonly string[]) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "fieldtape-report-"));
  const path = join(folder, "report.html");
  writeFileSync(path, htmlReport(sampleRun()));
  let browser: Browser | undefined;
  try {
    browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
    const context = await browser.newContext({
      viewport: { width: look.width, height: 900 },
      colorScheme: look.dark ? "dark" : "light",
      offline: true,
    });
    const page = await context.newPage();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    page.on("console", (message) => asked.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => asked.push(`error: ${error.message}`));
    await page.goto(pathToFileURL(path).href);
    await body(page, asked);
  } finally {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

for (const width of [400, 1600]) {
  for (const dark of [false, true]) {
    onChromium(
      `the report is read at ${width} pixels, ${dark ? "dark" : "light"}, without scrolling sideways`,
      () =>
        withReport({ width, dark }, async (page, asked) => {
          expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
          expect(asked).toEqual([page.url()]);
          const [text, background] = await page.evaluate<[string, string]>(
            "(() => { const style = getComputedStyle(document.body); return [style.color, style.backgroundColor]; })()",
          );
          expect(brightness(background) < 128).toBe(dark);
          expect(Math.abs(brightness(text) - brightness(background))).toBeGreaterThan(120);
        }),
      60_000,
    );
  }
}

onChromium(
  "a timeline shows its lanes at their full width, with the first divergence as a line through each",
  () =>
    withReport({ width: 1600, dark: false }, async (page) => {
      const lanes = page.locator(".lane svg");
      expect(await lanes.count()).toBe(4);
      expect(await page.locator(".lane svg rect.diverged").count()).toBe(4);
      const box = await lanes.first().boundingBox();
      expect(box?.width).toBeGreaterThan(800);
      expect(await page.title()).toBe("corpora");
    }),
  60_000,
);

onChromium(
  "what is folded away opens with a click",
  () =>
    withReport({ width: 400, dark: false }, async (page) => {
      const around = page.locator(".records").first();
      expect(await around.isVisible()).toBe(false);
      await page.getByText("the records around it").first().click();
      expect(await around.isVisible()).toBe(true);
    }),
  60_000,
);

/** Of "rgb(r, g, b)", from 0 to 255. */
function brightness(color: string): number {
  const [red = 0, green = 0, blue = 0] = (color.match(/\d+/g) ?? []).map(Number);
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}
