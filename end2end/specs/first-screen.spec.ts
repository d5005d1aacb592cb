import { Chat } from '../support/chat';
import { expect, test } from '../support/test';

test.use({ serverOptions: {} });

test('the first screen says what this is, what the demo knows and how to get more', async ({ page }) => {
  await expect(page.getByRole('heading', { name: 'Add a picture. Ask about it.' })).toBeVisible();
  await expect(page.getByText('Everything stays on this computer.')).toBeVisible();
  await expect(page.getByText('Demo: drawings, printed words, charts, icons and clocks only.')).toBeVisible();
  await page.getByRole('link', { name: /Pixtral 12B/ }).click();
  await expect(page).toHaveURL(/\/models$/);
  await expect(page.getByText(/Pixtral 12B/).first()).toBeVisible();
  await expect(page.getByText(/--model/).first(), 'with the command to type').toBeVisible();
});

test('each of the three examples is answered after one click', async ({ page, server }) => {
  const chat = new Chat(page);
  const examples = page.getByRole('main').getByRole('button').filter({ has: page.getByRole('img') })
    .or(page.getByRole('main').getByRole('button', { name: /\?$/ }));
  await expect(examples).toHaveCount(3);
  const answers = [];
  for (let i = 0; i < 3; i++) {
    await page.goto(server.origin);
    await page.locator('[data-hydrated]').first().waitFor({ state: 'attached' });
    await examples.nth(i).click();
    await expect(chat.questions).toHaveCount(1);
    await expect(chat.questions.getByRole('img')).toBeVisible();
    await chat.answered(/\w{3}/);
    answers.push(await chat.lastAnswer.textContent());
  }
  expect(new Set(answers).size, 'three different answers').toBe(3);
});

test('an unknown address says so and leads back', async ({ page, server, expectNetworkErrors }) => {
  expectNetworkErrors();
  for (const path of ['/no-such-page', '/c/no-such-conversation']) {
    const reply = await page.goto(server.origin + path);
    expect(reply?.status()).toBe(404);
    await page.getByRole('main').getByRole('link').first().click();
    await expect(page).toHaveURL(`${server.origin}/`);
  }
});
