import type { Page } from '@playwright/test';

import { Chat } from '../support/chat';
import { blueCircle, grey, redCircle, veryTall } from '../support/pictures';
import { expect, open, reload, test } from '../support/test';

test.use({ serverOptions: {} });

const COSTS = '**/api/fn/get_reading_costs*';
const WITH_SECONDS = /\(\d+ tokens, about \d+ s to read\)$/;

const choiceOf = (page: Page) => page.getByRole('combobox', { name: 'Picture detail' });
const optionOf = (page: Page, name: string) => choiceOf(page).getByRole('option', { name: new RegExp(`^${name}\\b`) });

test('the detail of pictures is chosen with its cost, kept with the draft, and goes with the message', async ({ page }) => {
  const chat = new Chat(page);
  const choice = choiceOf(page);
  await expect(choice, 'no pictures, no choice').toHaveCount(0);
  const picture = veryTall();
  await chat.drag([picture]);
  await chat.uploaded(picture.name);
  await expect(choice).toHaveValue('auto');
  const tokens = async (name: string) => {
    const option = optionOf(page, name);
    await expect(option).toHaveText(WITH_SECONDS);
    return Number(/(\d+) tokens/.exec((await option.textContent()) ?? '')?.[1]);
  };
  expect(await tokens('Low')).toBeLessThanOrEqual(await tokens('High'));
  await choice.selectOption('low');

  await reload(page);
  await expect(choice, 'a reload keeps it').toHaveValue('low');
  const low = await tokens('Low');
  await chat.ask('What is in this picture?');
  await chat.answered();
  await chat.answers.last().getByRole('button', { name: 'Details' }).click();
  await expect(chat.answers.last().getByRole('definition').filter({ hasText: 'for pictures' })).toContainText(
    `${low} of them for pictures`,
  );

  await chat.attachAll([redCircle()]);
  await expect(choice, 'it holds for the pictures that come next').toHaveValue('low');
  await chat.remove('red-circle.png').click();
  await reload(page);
  await chat.attachAll([redCircle()]);
  await expect(choice, 'also after a reload').toHaveValue('low');
  await chat.sideBar.getByRole('link', { name: 'New chat' }).click();
  await chat.attachAll([blueCircle()]);
  await expect(choice, 'another conversation has its own').toHaveValue('auto');
});

test('figures are those of the pictures that are there', async ({ page }) => {
  const chat = new Chat(page);
  await chat.attachAll([redCircle()]);
  await expect(optionOf(page, 'Low')).toHaveText(WITH_SECONDS);
  const one = await optionOf(page, 'Low').textContent();
  let release = () => {};
  const released = new Promise<void>(resolve => (release = resolve));
  await page.route(COSTS, async route => {
    await released;
    await route.continue();
  });
  await chat.attachAll([blueCircle()]);
  await expect(optionOf(page, 'Low'), 'those of one picture are gone').toHaveText('Low');
  release();
  await expect(optionOf(page, 'Low')).toHaveText(WITH_SECONDS);
  expect(await optionOf(page, 'Low').textContent()).not.toBe(one);
});

test('seconds appear once the server knows them', async ({ page }) => {
  const chat = new Chat(page);
  let asked = 0;
  await page.route(COSTS, async route => {
    asked += 1;
    const response = await route.fetch();
    const costs = (await response.json()) as { tokens: number; seconds: number | null }[];
    await route.fulfill({ response, json: asked > 1 ? costs : costs.map(cost => ({ ...cost, seconds: null })) });
  });
  await chat.attachAll([redCircle()]);
  await expect(optionOf(page, 'High')).toHaveText(/\(\d+ tokens\)$/);
  await expect(optionOf(page, 'High')).toHaveText(WITH_SECONDS);
  // Longer than it waits between two tries.
  await page.waitForTimeout(4000);
  expect(asked, 'then nobody asks any more').toBe(2);
});

test('an answer tells how it came about, and what was known from before', async ({ page }) => {
  const chat = new Chat(page);
  await chat.drag([redCircle()]);
  await chat.uploaded('red-circle.png');
  await chat.ask('What is in this picture?');
  await chat.answered(/red circle/i);
  const details = chat.answers.last().getByRole('button', { name: 'Details' });
  await expect(details).toHaveAttribute('aria-expanded', 'false');
  await details.click();
  await expect(details).toHaveAttribute('aria-expanded', 'true');
  const first = chat.answers.last();
  for (const [term, value] of [
    ['Model', /mini/],
    ['Read', /\d+ tokens, \d+ of them for pictures/],
    ['Saw', /\d+ × \d+ pixels/],
    ['First word after', /^\d+ ms$|^\d+\.\d s$/],
    ['Wrote', /\d+ tokens, [\d.]+ a second/],
  ] as const) {
    await expect(first.getByRole('term').filter({ hasText: term })).toBeVisible();
    await expect(first.getByRole('definition').filter({ hasText: value })).toBeVisible();
  }
  await expect(first.getByText('already known from before')).toHaveCount(0);

  await chat.ask('What color is the background?');
  await chat.answered(/white/i);
  await chat.answers.last().getByRole('button', { name: 'Details' }).click();
  await expect(chat.answers.last().getByText(/\d+ already known from before/)).toBeVisible();
  await page.screenshot({ path: 'test-results/details.png' });

  const list = await chat.answers.last().getByRole('button', { name: 'Details' }).getAttribute('aria-controls');
  const id = list!.replace('details-', '');
  await open(page, `${page.url()}?details=${id}`);
  await expect(chat.answers.last().getByText(/\d+ already known from before/), 'the address asked for them').toBeVisible();
  await expect(chat.answers.first().getByRole('definition')).toHaveCount(0);
  await chat.answers.last().getByRole('button', { name: 'Details' }).click();
  await expect(chat.answers.last().getByRole('definition')).toHaveCount(0);
});

test('of two pictures one was known from before', async ({ page }) => {
  const chat = new Chat(page);
  await chat.attachAll([redCircle()]);
  await chat.ask('What is in this picture?');
  await chat.answered();
  await chat.sideBar.getByRole('link', { name: 'New chat' }).click();
  await chat.attachAll([grey(), redCircle()]);
  await chat.ask('What is in these pictures?');
  await chat.answered();
  await chat.answers.last().getByRole('button', { name: 'Details' }).click();
  const seen = chat.answers.last().getByRole('definition').filter({ hasText: 'pixels' });
  await expect(seen).toHaveText(/^\d+ × \d+, \d+ × \d+ pixels \(1 of 2 kept from before\)$/);
});

test('the same in French', async ({ visitor }) => {
  const { page } = await visitor({ locale: 'fr-FR' });
  const files = page.locator('input[type=file]');
  await expect(page.getByRole('button', { name: 'Envoyer', exact: true })).toBeVisible();
  await files.setInputFiles(redCircle());
  const choice = page.getByRole('combobox', { name: 'Détail des images' });
  await expect(choice).toHaveValue('auto');
  await expect(choice.getByRole('option', { name: /^Élevé \(\d+ jetons/ })).toBeAttached();
});

test('what a picture takes is known again right after a restart', async ({ page, server }) => {
  await server.restart();
  await open(page, `${server.origin}/`);
  const chat = new Chat(page);
  await chat.attachAll([redCircle('once-more.png')]);
  for (const name of ['Low', 'Automatic', 'High']) {
    await expect(optionOf(page, name)).toHaveText(WITH_SECONDS);
  }
});
