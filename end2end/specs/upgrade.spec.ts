import { Chat } from '../support/chat';
import { exchange } from '../support/seed';
import { expect, open, test } from '../support/test';

test.use({ serverOptions: { seed: [exchange('Hello', 'Good day.')] } });

/** As the browser does when the person comes back to the tab. */
const comeBack = () => {
  window.dispatchEvent(new Event('focus'));
  document.dispatchEvent(new Event('visibilitychange'));
};

test('a page older than the server offers to reload, and keeps the draft', async ({ page, server }) => {
  const chat = new Chat(page);
  await open(page, server.conversationUrl(0));
  const reloadButton = page.getByRole('button', { name: 'Reload' });
  await page.evaluate(comeBack);
  await chat.box.fill('Not yet sent');
  await expect(reloadButton).toHaveCount(0);

  await server.restart({ CHATON_BUILD_ID: 'a newer one' });
  await page.evaluate(comeBack);
  await reloadButton.click();
  await page.waitForLoadState();
  await expect(reloadButton).toHaveCount(0);
  await expect(chat.box).toHaveValue('Not yet sent');
  await expect(chat.lastAnswer).toContainText('Good day.');
});
