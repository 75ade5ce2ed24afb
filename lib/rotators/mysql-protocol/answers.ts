import { errorNumber } from "./packets.ts";

/** The server answers with an error. Its text may quote the statement, so only its number is kept. */
export class ServerAnswer extends Error {
  readonly number: number;

  constructor(packet: Buffer) {
    super("");
    this.number = errorNumber(packet);
  }
}

/** The server asks for the password in a way that we do not give it. */
export class MethodUnknown extends Error {
  /** Empty where its name is none. */
  readonly plugin: string;

  constructor(plugin: string) {
    super("");
    this.plugin = plugin;
  }
}
