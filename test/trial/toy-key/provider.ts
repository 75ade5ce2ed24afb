import { Secret } from "../../../lib/secret/secret.ts";
import { ToyKeyRefused, ToyProviderFailed } from "./errors.ts";

/** A service that issues keys to whoever has one. */
export class ToyProvider {
  readonly #url: string;
  readonly #key: Secret<string>;

  constructor(url: string, key: Secret<string>) {
    this.#url = url;
    this.#key = key;
  }

  async accepts(signal: AbortSignal): Promise<boolean> {
    return (await this.#call("GET", "/me", signal)).status === 200;
  }

  async issue(signal: AbortSignal): Promise<Secret<string>> {
    const answer = await this.#call("POST", "/keys", signal);
    if (answer.status === 401) throw new ToyKeyRefused(this.#url);
    const { key } = Object(await answer.json());
    return new Secret(String(key));
  }

  async remove(key: Secret<string>, signal: AbortSignal): Promise<void> {
    const answer = await this.#call("DELETE", `/keys/${key.reveal()}`, signal);
    if (answer.status === 401) throw new ToyKeyRefused(this.#url);
  }

  async #call(method: string, path: string, signal: AbortSignal): Promise<Response> {
    const headers = { authorization: `Bearer ${this.#key.reveal()}` };
    return fetch(this.#url + path, { method, headers, signal }).catch(() => {
      throw new ToyProviderFailed(this.#url);
    });
  }
}
