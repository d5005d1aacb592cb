import { Chat, control } from '../support/chat';
import { exchange } from '../support/seed';
import { expect, open, reload, test } from '../support/test';

test.use({ serverOptions: { seed: [exchange('Hello', 'Good day.'), exchange('Again', 'Yes.')] } });

test('two tabs that write into one conversation make branches', async ({ page, context, server }) => {
  const url = server.conversationUrl(0);
  const tab = await context.newPage();
  await open(page, url);
  await open(tab, url);
  const [left, right] = [new Chat(page), new Chat(tab)];
  await Promise.all([left.ask('From the left tab'), right.ask('From the right tab')]);
  await Promise.all([left.answered(), right.answered()]);
  await expect(left.questions.last(), 'each stays with its own').toContainText('From the left tab');
  await expect(right.questions.last()).toContainText('From the right tab');

  await reload(page);
  await expect(left.questions).toHaveCount(2);
  const question = left.questions.last();
  await expect(question).toContainText('of 2');
  const isFirst = (await question.textContent())?.includes('1 of 2');
  const seen = [await question.textContent()];
  await control(question, isFirst ? 'Next version' : 'Previous version').click();
  await expect(question).toContainText(isFirst ? '2 of 2' : '1 of 2');
  seen.push(await question.textContent());
  expect(seen.some(text => text?.includes('From the left tab'))).toBe(true);
  expect(seen.some(text => text?.includes('From the right tab'))).toBe(true);
  await left.answered();
});

test('another browser of the same person sees the same conversations', async ({ visitor, server }) => {
  const { page } = await visitor();
  const chat = new Chat(page);
  await chat.row('Again').click();
  await expect(page).toHaveURL(server.conversationUrl(1));
  await expect(chat.lastAnswer).toContainText('Yes.');
});
