import { Chat } from '../support/chat';
import { exchange } from '../support/seed';
import { expect, open, reload, test } from '../support/test';

test.use({ serverOptions: { seed: [exchange('Hello', 'Good day.')] } });

test('a French browser gets a French page', async ({ visitor, server }) => {
  const { page } = await visitor({ locale: 'fr-FR' });
  await expect(page.locator('html')).toHaveAttribute('lang', 'fr');
  await expect(page.getByRole('heading', { name: 'Ajoutez une image. Posez votre question.' })).toBeVisible();
  await expect(page.getByText('Tout reste sur cet ordinateur.')).toBeVisible();
  await expect(page.getByText('Démo : dessins, mots imprimés, graphiques, icônes et horloges.')).toBeVisible();
  const box = page.getByRole('textbox', { name: 'Message' });
  await box.fill('Bonjour !');
  await page.getByRole('button', { name: 'Envoyer' }).click();
  await expect(page.getByRole('article', { name: 'Vous' })).toContainText('Bonjour !');
  await expect(page.getByRole('article', { name: 'Assistant' }).getByRole('button', { name: 'Copier' })).toBeVisible();
  await open(page, `${server.origin}/settings`);
  await expect(page.getByRole('heading', { name: 'Réglages' })).toBeVisible();
});

test('the language changes in the settings and stays', async ({ page, server }) => {
  await page.getByRole('link', { name: 'Settings' }).click();
  await expect(page).toHaveURL(/\/settings$/);
  await page.getByLabel('Français').check();
  await expect(page.locator('html')).toHaveAttribute('lang', 'fr');
  await open(page, server.origin);
  await expect(page.getByRole('heading', { name: 'Ajoutez une image. Posez votre question.' })).toBeVisible();
  await open(page, `${server.origin}/settings`);
  await page.getByLabel('English').check();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
});

test('dark by choice, dark by the system, and light in spite of it', async ({ page, server, visitor }) => {
  const brightness = (of: typeof page) =>
    of.evaluate(() => {
      const canvas = document.createElement('canvas').getContext('2d')!;
      canvas.fillStyle = getComputedStyle(document.body).backgroundColor;
      canvas.fillRect(0, 0, 1, 1);
      const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
      return red + green + blue;
    });
  const LIGHT = 600;
  const DARK = 200;
  expect(await brightness(page)).toBeGreaterThan(LIGHT);
  await open(page, `${server.origin}/settings`);
  await page.getByLabel('Dark').check();
  await expect.poll(() => brightness(page)).toBeLessThan(DARK);
  await reload(page);
  expect(await brightness(page), 'it stays').toBeLessThan(DARK);

  const { page: night } = await visitor({ colorScheme: 'dark' });
  expect(await brightness(night)).toBeLessThan(DARK);
  await open(night, `${server.origin}/settings`);
  await night.getByLabel('Light').check();
  await expect.poll(() => brightness(night)).toBeGreaterThan(LIGHT);
});

test('the settings name the licence of the name', async ({ page, server }) => {
  await open(page, `${server.origin}/settings`);
  await expect(page.getByText('Not affiliated with Mistral AI')).toBeVisible();
  await expect(new Chat(page).row('Hello')).toBeVisible();
});

test('what is said after a click is in French, too', async ({ visitor }) => {
  const { page } = await visitor({ locale: 'fr-FR' });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('textbox', { name: 'Message' }).fill('Bonjour');
  await page.keyboard.press('Enter');
  const answer = page.getByRole('article', { name: 'Assistant' });
  await answer.getByRole('button', { name: 'Copier' }).click();
  await expect(page.getByText('Copié', { exact: false })).toBeVisible();
});

test('the browsers that are signed in are listed, and this one can be signed out', async ({
  page,
  server,
  expectNetworkErrors,
}) => {
  await open(page, `${server.origin}/settings`);
  const browsers = page.getByRole('region', { name: 'Signed-in browsers' });
  const mine = browsers.getByRole('listitem').filter({ hasText: 'this one' });
  await expect(mine).toHaveCount(1);
  await expect(mine).toContainText('Chrome on Linux');
  await expect(mine).toContainText('used today');
  // The page that it leads to is refused, which says where the link is.
  expectNetworkErrors();
  await mine.getByRole('button', { name: 'Sign out Chrome on Linux' }).click();
  await expect(page.getByRole('heading', { name: 'Open Chaton with its link' })).toBeVisible();
});
