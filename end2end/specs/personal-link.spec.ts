import { expect, hydrated, test } from '../support/test';

test.use({ serverOptions: { fixedKey: false } });

const LANGUAGES = [
  { locale: 'en-GB', message: 'Message', used: 'terminal' },
  { locale: 'fr-FR', message: 'Message', used: 'terminal' },
];

for (const { locale, message, used } of LANGUAGES) {
  for (const javaScriptEnabled of [true, false]) {
    const how = `${locale}, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`;
    test(`the printed link lets one browser in: ${how}`, async ({ server, stranger, expectNetworkErrors }) => {
      expectNetworkErrors();
      const link = server.lastLink();
      const page = await (await stranger({ locale, javaScriptEnabled })).newPage();
      await page.goto(link);
      await expect(page).toHaveURL(`${server.origin}/`);
      if (javaScriptEnabled) await hydrated(page);
      await expect(page.locator('html')).toHaveAttribute('lang', locale.slice(0, 2));
      await expect(page.getByRole('textbox', { name: message })).toBeVisible();
      const other = await (await stranger({ locale, javaScriptEnabled })).newPage();
      await other.goto(link);
      await expect(other.getByRole('paragraph')).toContainText(used);
      await expect(other.locator('html')).toHaveAttribute('lang', locale.slice(0, 2));
    });
  }
}
