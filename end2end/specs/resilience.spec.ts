import { Chat, shownLetters } from '../support/chat';
import { ChatonServer, type ServerOptions } from '../support/server';
import { expect, hydrated, open, reload, test } from '../support/test';

/** Long enough to be in its middle for many seconds. */
const options: ServerOptions = { model: 'endless', answerTokens: 1500 };
const QUESTION = 'Tell me everything you know.';
const WHOLE_ANSWER_MS = 90_000;

test.use({ serverOptions: options });
test.setTimeout(180_000);

test('a reload in mid-answer shows what was there, and the answer goes on', async ({ page }) => {
  const chat = new Chat(page);
  await chat.ask(QUESTION);
  const before = await chat.growing(60);
  await reload(page);
  const after = await chat.growing(before.length + 60);
  expect(after.startsWith(before)).toBe(true);
  await chat.stop.click();
  await chat.answered();
});

test('who closes the tab and comes back finds the answer further on', async ({ page, context }) => {
  const chat = new Chat(page);
  await chat.ask(QUESTION);
  const before = await chat.growing(60);
  const address = page.url();
  await page.close();

  const returned = await context.newPage();
  await open(returned, address);
  const again = new Chat(returned);
  const after = await again.growing(before.length + 60);
  expect(after.startsWith(before)).toBe(true);
  await again.stop.click();
  await again.answered();
});

test('a second tab shows the same answer growing, and Stop works from there', async ({ page, context }) => {
  const chat = new Chat(page);
  await chat.ask(QUESTION);
  await chat.growing(60);
  const tab = await context.newPage();
  await open(tab, page.url());
  const other = new Chat(tab);
  const early = await other.growing(60);
  await other.growing(early.length + 60);
  await other.stop.click();
  await other.answered();
  await chat.answered();
  expect(await shownLetters(chat.lastAnswer)).toBe(await shownLetters(other.lastAnswer));
});

test('while the answer is made another conversation can be looked at', async ({ page }) => {
  const chat = new Chat(page);
  await chat.ask(QUESTION);
  const before = await chat.growing(60);
  const address = page.url();
  await chat.sideBar.getByRole('link', { name: 'New chat' }).click();
  await expect(page.getByRole('heading', { name: 'Add a picture. Ask about it.' })).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL(address);
  const after = await chat.growing(before.length + 60);
  expect(after.startsWith(before)).toBe(true);
  await chat.stop.click();
  await chat.answered();
});

test('a lost connection is announced, nothing is lost, and the answer resumes by itself', async ({ page, context, expectNetworkErrors }) => {
  const chat = new Chat(page);
  await chat.ask(QUESTION);
  const before = await chat.growing(60);
  expectNetworkErrors();
  // Going offline cuts no stream that is open: a page that is loaded anew meets the dead line.
  const address = page.url();
  await context.setOffline(true);
  await chat.box.fill('Are you there?');
  await chat.stop.click();
  await expect(page.getByText(/could not be reached|Connection lost|not reach/i).first()).toBeVisible();
  await context.setOffline(false);
  await expect(page).toHaveURL(address);
  const after = await chat.growing(before.length);
  expect(after.startsWith(before)).toBe(true);
  await expect(chat.box).toHaveValue('Are you there?');
  if (await chat.stop.isVisible()) await chat.stop.click();
  await chat.answered();
});

test('killed in mid-answer and started again, the server ends the answer as it would have', async ({ page, server, expectNetworkErrors, browser }) => {
  const undisturbed = await ChatonServer.start(options);
  try {
    const chat = new Chat(page);
    await chat.ask(QUESTION);
    const before = await chat.growing(150);
    expectNetworkErrors();
    await server.kill();
    await expect(page.getByText('Connection lost. What you see is saved; the answer resumes by itself.')).toBeVisible();
    const frozen = await shownLetters(chat.lastAnswer);
    expect(frozen.startsWith(before)).toBe(true);

    await server.startAgain();
    const after = await chat.growing(frozen.length + 60);
    expect(after.startsWith(frozen), 'nothing shown is lost').toBe(true);
    await expect(page.getByText('Connection lost.')).toBeHidden();
    await expect(chat.send).toBeVisible({ timeout: WHOLE_ANSWER_MS });
    await chat.answered();

    const context = await browser.newContext();
    const other = await context.newPage();
    await other.goto(undisturbed.link);
    await hydrated(other);
    const reference = new Chat(other);
    await reference.ask(QUESTION);
    await expect(reference.send).toBeVisible({ timeout: WHOLE_ANSWER_MS });
    await reference.answered();
    const whole = await reference.copy(reference.lastAnswer);
    expect(whole.length).toBeGreaterThan(after.length);
    expect(await chat.copy(chat.lastAnswer)).toBe(whole);
    expect(await shownLetters(chat.lastAnswer)).toBe(await shownLetters(reference.lastAnswer));
    await context.close();
  } finally {
    await undisturbed.dispose();
  }
});

test('an answer that nobody watched while the server died goes on, too', async ({ page, server, context, expectNetworkErrors }) => {
  const chat = new Chat(page);
  await chat.ask(QUESTION);
  const before = await chat.growing(100);
  const address = page.url();
  await page.close();
  expectNetworkErrors();
  await server.kill();
  await server.startAgain();
  const returned = await context.newPage();
  await open(returned, address);
  const again = new Chat(returned);
  const after = await again.growing(before.length + 60);
  expect(after.startsWith(before)).toBe(true);
  await again.stop.click();
  await again.answered();
});

test('an answer that was given up goes on with Continue, and all of it is shown', async ({ page, server, expectNetworkErrors }) => {
  expectNetworkErrors();
  const chat = new Chat(page);
  await chat.ask(QUESTION);
  const shown = await chat.growing(60);
  for (let crash = 0; crash < 3; crash++) {
    await server.kill();
    await server.startAgain();
  }
  const goOn = chat.lastAnswer.getByRole('button', { name: 'Continue' });
  await expect(goOn).toBeVisible({ timeout: 30_000 });
  await reload(page);
  const givenUp = await shownLetters(chat.lastAnswer);
  await goOn.dblclick();
  const later = await chat.growing(givenUp.length + 60);
  expect(later.startsWith(shown)).toBe(true);
  await chat.stop.click();
  await chat.answered();
  const end = await shownLetters(chat.lastAnswer);
  await reload(page);
  expect(await shownLetters(chat.lastAnswer)).toBe(end);
});
