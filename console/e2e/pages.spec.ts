import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { join } from "node:path";
import { type Finding, groupOf, profile, torFinding } from "./support/api";
import { open } from "./support/page";

const SCREENSHOTS = join(import.meta.dirname, "../../target/screenshots");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const PAGES: [string, (finding: Finding) => string][] = [
  ["summary", () => "/#/"],
  ["findings", () => "/#/findings"],
  ["finding", (finding) => `/#/findings/${finding.id}`],
  ["instance", (finding) => profile(finding, `&details=scope&finding=${finding.id}&answer=permission&help=volume`)],
  ["address", (finding) => profile(finding).replace(`Ec2Instance/${finding.entity}`, `IpAddress/${finding.remote_addr}`)],
  ["groups", () => "/#/groups"],
  ["group", (finding) => `/#/groups/${groupOf(finding)}`],
  ["machines", () => "/#/entities"],
  ["search", (finding) => `/#/search?q=${finding.entity.slice(0, 6)}*`],
  ["sources", () => "/#/sources"],
  ["empty", () => `${process.env.EMPTY_CONSOLE_URL}/#/`],
];

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    for (const [name, path] of PAGES) {
      test(`${name}: axe finds nothing, and nothing is blocked or thrown`, async ({ page }) => {
        const said: string[] = [];
        page.on("console", (message) => message.type() === "error" && said.push(message.text()));
        page.on("pageerror", (error) => said.push(error.message));
        await open(page, path(await torFinding()));
        await page.screenshot({ path: join(SCREENSHOTS, `${name}-${colorScheme}.png`), fullPage: true });
        const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
        expect(violations.map((fault) => `${fault.id}: ${fault.nodes.map((node) => node.html.slice(0, 120)).join(" | ")}`)).toEqual([]);
        expect(said).toEqual([]);
      });
    }
  });
}
