import type { BrowserContext, ConsoleMessage, Request } from '@playwright/test';

/** What a browser says when a request fails; whether that is wrong depends on the spec. */
const NETWORK = /^Failed to load resource|net::ERR_|ERR_CONNECTION|NetworkError/;

/**
 * Collects everything that must not happen in a browser: exceptions, console errors and warnings (hydration's are
 * among them), violations of the content security policy, dialogs, requests to elsewhere, failed requests.
 */
export class Watch {
  private readonly problems: string[] = [];
  private networkErrorsExpected = false;

  constructor(private readonly origin: string) {}

  /** From here on the spec makes requests fail: the server is down, or refuses what it is sent. */
  expectNetworkErrors(): void {
    this.networkErrorsExpected = true;
  }

  async follow(context: BrowserContext): Promise<void> {
    // The browser reports violations on the console as well, but not all of them on every page.
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', event =>
        console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ''}`),
      );
    });
    context.on('console', message => this.onConsole(message));
    context.on('weberror', error => this.add('exception', error.error().stack ?? String(error.error())));
    context.on('dialog', dialog => {
      this.add('dialog', dialog.message());
      void dialog.dismiss();
    });
    context.on('request', request => this.onRequest(request));
    context.on('requestfailed', request => this.onFailed(request));
    context.on('response', response => {
      if (response.status() >= 400) this.network(`${response.status()} ${response.request().method()} ${response.url()}`);
    });
  }

  private onConsole(message: ConsoleMessage): void {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    const text = `${message.text()} (${message.location().url})`;
    if (NETWORK.test(message.text())) this.network(text);
    else this.add(`console ${message.type()}`, text);
  }

  private onRequest(request: Request): void {
    const url = new URL(request.url());
    const isLocal = ['blob:', 'data:', 'about:'].includes(url.protocol) || url.origin === this.origin;
    if (!isLocal) this.add('outside request', request.url());
  }

  private onFailed(request: Request): void {
    const reason = request.failure()?.errorText ?? '';
    // A page that is left, or closes an event stream, gives up its own requests.
    if (!reason.includes('ERR_ABORTED')) this.network(`${request.method()} ${request.url()}: ${reason}`);
  }

  private network(text: string): void {
    if (!this.networkErrorsExpected) this.add('network', text);
  }

  private add(kind: string, text: string): void {
    this.problems.push(`${kind}: ${text}`);
  }

  /** Empty unless something happened that must not. */
  found(): string[] {
    return this.problems;
  }
}
