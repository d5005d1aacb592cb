import { defineConfig } from '@playwright/test';

import tests from './playwright.config';

/** `make test-clients`: Chaton beside programs of others, which `make test` does not need. */
export default defineConfig(tests, { testDir: 'clients', workers: 1 });
