import { Chat } from '../support/chat';
import { redCircle } from '../support/pictures';
import { expect, test } from '../support/test';

test.use({ serverOptions: { model: 'text', answerTokens: 20 } });

test('a model that reads text only says so, and nothing is lost', async ({ page, expectNetworkErrors }) => {
  expectNetworkErrors();
  const chat = new Chat(page);
  await expect(page.getByRole('list', { name: 'Pictures to try' })).toHaveCount(0);
  await chat.attachAll([redCircle()]);
  await expect(page.getByRole('combobox', { name: 'Picture detail' }), 'nothing to choose').toHaveCount(0);
  await chat.box.fill('What is it?');
  await chat.send.click();
  await expect(page.getByRole('alert').filter({ hasText: 'reads text only' })).toBeVisible();
  await expect(chat.box).toHaveValue('What is it?');
  await chat.remove(redCircle().name).click();
  await chat.send.click();
  await chat.answered();
});
