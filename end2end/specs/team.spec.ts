import type { BrowserContextOptions, Page } from '@playwright/test';
import { AxeBuilder } from '@axe-core/playwright';

import { Chat } from '../support/chat';
import { ChatonServer } from '../support/server';
import { exchange } from '../support/seed';
import { Watch } from '../support/watch';
import { expect, hydrated, test as base } from '../support/test';

const PASSWORD = 'an otter on a bicycle';

const ENGLISH = {
  locale: 'en-GB',
  setUp: 'Set up Chaton',
  mine: 'The conversation on this computer is mine',
  name: 'Name',
  password: 'Password',
  again: 'Password again',
  create: 'Create the account',
  setPassword: 'Set the password',
  signIn: 'Sign in',
  wrong: /open nothing here/,
  weak: /easy to guess/,
  expired: 'This link no longer works',
  haveCode: 'I have a code on paper',
  code: 'Code',
  goOn: 'Continue',
  settings: 'Settings',
  signedInAs: (name: string) => `Signed in as ${name}.`,
  administration: 'Administration',
  makeLink: 'Make a link',
  link: 'Link',
  listText: 'Or write the names here, one a line',
  makeCodes: 'Make codes',
  disable: 'Disable',
  newChat: 'New chat',
  signOut: /^Sign out/,
};

const FRENCH: typeof ENGLISH = {
  locale: 'fr-FR',
  setUp: 'Configurer Chaton',
  mine: 'La conversation qui est sur cet ordinateur est à moi',
  name: 'Nom',
  password: 'Mot de passe',
  again: 'Mot de passe, encore une fois',
  create: 'Créer le compte',
  setPassword: 'Enregistrer le mot de passe',
  signIn: 'Se connecter',
  wrong: /n'ouvrent rien ici/,
  weak: /se devine facilement/,
  expired: 'Ce lien ne fonctionne plus',
  haveCode: "J'ai un code sur papier",
  code: 'Code',
  goOn: 'Continuer',
  settings: 'Réglages',
  signedInAs: (name: string) => `Connecté en tant que ${name}.`,
  administration: 'Administration',
  makeLink: 'Créer un lien',
  link: 'Lien',
  listText: 'Ou écrivez les noms ici, un par ligne',
  makeCodes: 'Créer les codes',
  disable: 'Désactiver',
  newChat: 'Nouvelle discussion',
  signOut: /^Déconnecter/,
};

type Words = typeof ENGLISH;

interface Fixtures {
  team: ChatonServer;
  /** A browser that knows nobody yet, watched. */
  newcomer: (options: BrowserContextOptions) => Promise<Page>;
}

/** A team of its own for every test: a set-up link works once. */
const test = base.extend<Fixtures>({
  team: async ({}, use) => {
    const server = await ChatonServer.start({ team: true, seed: [exchange('From before', 'It was here.')] });
    await use(server);
    await server.dispose();
  },
  newcomer: async ({ browser, team }, use) => {
    const watch = new Watch(team.origin);
    // Wrong passwords and used links are answered with 4xx.
    watch.expectNetworkErrors();
    const contexts: { close(): Promise<void> }[] = [];
    await use(async options => {
      const context = await browser.newContext(options);
      contexts.push(context);
      await watch.follow(context);
      return await context.newPage();
    });
    for (const context of contexts) await context.close();
    expect(watch.found(), 'the browser complained').toEqual([]);
  },
});

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(violation => `${violation.id}: ${violation.nodes.map(node => node.html).join(' ')}`)).toEqual([]);
}

async function choosePassword(page: Page, words: Words, password = PASSWORD, repeated = password): Promise<void> {
  await page.getByLabel(words.password, { exact: true }).fill(password);
  await page.getByLabel(words.again).fill(repeated);
}

async function signIn(page: Page, words: Words, name: string, password = PASSWORD): Promise<void> {
  await page.getByLabel(words.name, { exact: true }).fill(name);
  await page.getByLabel(words.password, { exact: true }).fill(password);
  await page.getByRole('button', { name: words.signIn, exact: true }).click();
}

async function inTheChat(page: Page, javaScriptEnabled: boolean): Promise<void> {
  await expect(page.locator('#message')).toBeVisible();
  if (javaScriptEnabled) await hydrated(page);
}

for (const words of [ENGLISH, FRENCH]) {
  for (const javaScriptEnabled of [true, false]) {
    const options = { locale: words.locale, javaScriptEnabled };
    const how = `${words.locale}, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`;

    test(`every way in: ${how}`, async ({ team, newcomer }) => {
      const ada = await newcomer(options);
      await test.step('the set-up link makes the first administrator, who takes over what was there', async () => {
        const link = await team.setUpLink();
        await ada.goto(link);
        await expect(ada.getByRole('heading', { name: words.setUp })).toBeVisible();
        if (javaScriptEnabled) await expectAccessible(ada);
        await expect(ada.getByLabel(words.mine)).toBeChecked();
        await ada.getByLabel(words.name, { exact: true }).fill('Ada');
        await choosePassword(ada, words, 'password1');
        await ada.getByRole('button', { name: words.create }).click();
        await expect(ada.getByRole('alert')).toContainText(words.weak);
        await expect(ada.getByLabel(words.name, { exact: true })).toHaveValue('Ada');
        await choosePassword(ada, words);
        await ada.getByRole('button', { name: words.create }).click();
        await expect(ada).toHaveURL(`${team.origin}/`);
        await inTheChat(ada, javaScriptEnabled);
        await expect(ada.getByRole('link', { name: 'From before' })).toBeVisible();
        const late = await newcomer(options);
        await late.goto(link);
        await expect(late.getByRole('heading', { name: words.expired })).toBeVisible();
      });

      let invitation = '';
      await test.step('an administrator makes a link', async () => {
        await ada.getByRole('link', { name: words.settings }).click();
        await expect(ada.getByText(words.signedInAs('Ada'))).toBeVisible();
        await ada.getByRole('link', { name: words.administration }).click();
        await expect(ada.getByRole('heading', { name: words.administration, level: 1 })).toBeVisible();
        if (javaScriptEnabled) await expectAccessible(ada);
        await ada.getByRole('button', { name: words.makeLink }).click();
        invitation = await ada.getByLabel(words.link, { exact: true }).inputValue();
        expect(invitation).toContain(`${team.origin}/join?token=`);
      });

      const olga = await newcomer(options);
      await test.step('an invitation makes an account, once', async () => {
        await olga.goto(invitation);
        await olga.getByLabel(words.name, { exact: true }).fill('Olga');
        await choosePassword(olga, words);
        await olga.getByRole('button', { name: words.create }).click();
        await inTheChat(olga, javaScriptEnabled);
        await expect(olga.getByText('From before')).toHaveCount(0);
        const late = await newcomer(options);
        await late.goto(invitation);
        await expect(late.getByRole('heading', { name: words.expired })).toBeVisible();
      });

      await test.step('a name and a password let in, and lead where one wanted to go', async () => {
        const page = await newcomer(options);
        await page.goto(`${team.origin}/settings`);
        await expect(page.getByRole('heading', { name: words.signIn })).toBeVisible();
        if (javaScriptEnabled) await expectAccessible(page);
        await signIn(page, words, 'Olga', 'something else');
        await expect(page.getByRole('alert')).toContainText(words.wrong);
        await signIn(page, words, 'olga');
        await expect(page).toHaveURL(`${team.origin}/settings`);
        await expect(page.getByText(words.signedInAs('Olga'))).toBeVisible();
        await expect(page.getByRole('link', { name: words.administration })).toHaveCount(0);
      });

      let code = '';
      await test.step('a class list becomes codes to print', async () => {
        await ada.goto(`${team.origin}/administration`);
        await ada.getByLabel(words.listText).fill('Anna Müller\nBen');
        await ada.getByRole('button', { name: words.makeCodes }).click();
        await expect(ada.getByRole('heading', { name: 'Anna Müller' })).toBeVisible();
        const cards = await ada.getByText(/^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$/).allInnerTexts();
        expect(cards).toHaveLength(2);
        code = cards[0]!;
        if (javaScriptEnabled) await expectAccessible(ada);
      });

      await test.step('a code from paper opens the account', async () => {
        const page = await newcomer(options);
        await page.goto(team.origin);
        await page.getByRole('link', { name: words.haveCode }).click();
        await page.getByLabel(words.code, { exact: true }).fill(code.toLowerCase());
        await page.getByRole('button', { name: words.goOn }).click();
        await expect(page.getByText('Anna Müller')).toBeVisible();
        await choosePassword(page, words);
        await page.getByRole('button', { name: words.setPassword }).click();
        await inTheChat(page, javaScriptEnabled);
      });

      await test.step('who is disabled is out at once', async () => {
        await ada.goto(`${team.origin}/administration`);
        await ada.getByRole('button', { name: `${words.disable} Olga` }).click();
        await olga.goto(`${team.origin}/settings`);
        await expect(olga.getByRole('heading', { name: words.signIn })).toBeVisible();
        await signIn(olga, words, 'Olga');
        await expect(olga.getByRole('alert')).toContainText(words.wrong);
      });

      await test.step('signing out leads to the sign-in page', async () => {
        await ada.goto(`${team.origin}/settings`);
        await ada.getByRole('button', { name: words.signOut }).first().click();
        await expect(ada.getByRole('heading', { name: words.signIn })).toBeVisible();
      });
    });
  }
}

test('a team answers questions, each person for themselves', async ({ team, newcomer }) => {
  const ada = await newcomer({});
  await ada.goto(await team.setUpLink());
  await ada.getByLabel('Name', { exact: true }).fill('Ada');
  await choosePassword(ada, ENGLISH);
  await ada.getByRole('button', { name: 'Create the account' }).click();
  await inTheChat(ada, true);
  const chat = new Chat(ada);
  await chat.box.fill('What can you see?');
  await chat.send.click();
  await expect(ada).toHaveURL(/\/c\/[\w-]+$/);
  await expect(chat.lastAnswer).not.toBeEmpty();
  await ada.goto(`${team.origin}/administration`);
  await ada.getByRole('button', { name: 'Make a link' }).click();
  const link = await ada.getByLabel('Link', { exact: true }).inputValue();
  const ben = await newcomer({});
  await ben.goto(link);
  await ben.getByLabel('Name', { exact: true }).fill('Ben');
  await choosePassword(ben, ENGLISH);
  await ben.getByRole('button', { name: 'Create the account' }).click();
  await inTheChat(ben, true);
  await expect(ben.getByText('What can you see?')).toHaveCount(0);
});

test('a folder that was a team\'s stays one', async ({ team, newcomer }) => {
  await team.restart({ CHATON_TEAM: 'false' });
  const page = await newcomer({});
  await page.goto(`${team.origin}/`);
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
});
