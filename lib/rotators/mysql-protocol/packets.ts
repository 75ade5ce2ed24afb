/** The capabilities that we ask for: no others, so neither compression nor local files nor several statements at once. */
const capability = {
  longPassword: 0x1,
  connectWithDatabase: 0x8,
  protocol41: 0x200,
  tls: 0x800,
  transactions: 0x2000,
  secureConnection: 0x8000,
  pluginAuthentication: 0x80000,
} as const;

const wanted = Object.values(capability).reduce((all, each) => all | each, 0);

/** In bytes: the server may send packets of at most this size. */
const maxPacket = 0xff_ff_ff;

/** `utf8mb4_general_ci`, which every version has. */
const collation = 45;

/** The server's first packet. */
export interface Greeting {
  readonly offersTls: boolean;
  /** How the server would like a user to authenticate, e.g. `mysql_native_password`. */
  readonly plugin: string;
  /** 20 bytes, different in every connection. */
  readonly challenge: Buffer;
}

/** Bytes up to the next NUL, which is left out. */
export function untilNul(bytes: Buffer, from: number): Buffer {
  const end = bytes.indexOf(0, from);
  return bytes.subarray(from, end < 0 ? bytes.length : end);
}

/** `undefined` for another protocol than version 10, which all servers since 1998 speak. */
export function readGreeting(packet: Buffer): Greeting | undefined {
  if (packet[0] !== 10) return undefined;
  // Behind the version: 4 bytes of connection id, 8 of the challenge, 1 unused, then the capabilities' lower half.
  const at = 1 + untilNul(packet, 1).length + 1;
  const start = packet.subarray(at + 4, at + 12);
  const rest = packet.subarray(at + 31, at + 43);
  if (rest.length < 12) return undefined;
  return {
    offersTls: (packet.readUInt16LE(at + 13) & capability.tls) !== 0,
    plugin: untilNul(packet, at + 44).toString("latin1"),
    challenge: Buffer.concat([start, rest]),
  };
}

/** Asks for TLS; also the start of a login. */
export function tlsRequest(): Buffer {
  const head = Buffer.alloc(32);
  head.writeUInt32LE(wanted, 0);
  head.writeUInt32LE(maxPacket, 4);
  head.writeUInt8(collation, 8);
  return head;
}

export function loginRequest(login: {
  readonly username: string;
  readonly database: string;
  readonly plugin: string;
  readonly answer: Buffer;
}): Buffer {
  const text = (value: string) => Buffer.from(`${value}\0`);
  const { username, answer, database, plugin } = login;
  return Buffer.concat([
    tlsRequest(),
    text(username),
    Buffer.from([answer.length]),
    answer,
    text(database),
    text(plugin),
  ]);
}

/** During a login: the server has something to say about its method. */
export const saysMore = (packet: Buffer): boolean => packet[0] === 0x01;
/** During a login: the server asks for another method. */
export const asksForAnother = (packet: Buffer): boolean => packet[0] === 0xfe;
export const isOk = (packet: Buffer): boolean => packet[0] === 0x00;
export const isError = (packet: Buffer): boolean => packet[0] === 0xff;
export const isEnd = (packet: Buffer): boolean => packet[0] === 0xfe && packet.length < 9;

/** The server's number of its error. Its text may quote the statement, and stays behind. */
export const errorNumber = (packet: Buffer): number => packet.readUInt16LE(1);

/** A row of a text result: each value as the server prints it, or `null`. */
export function readRow(packet: Buffer): readonly (string | null)[] {
  const values: (string | null)[] = [];
  for (let at = 0; at < packet.length; ) {
    const { length, size } = lengthAt(packet, at);
    const start = at + size;
    values.push(length === null ? null : packet.toString("utf8", start, start + length));
    at = start + (length ?? 0);
  }
  return values;
}

/** A number of variable size (`size` bytes); `null` stands for NULL. */
export function lengthAt(packet: Buffer, at: number): { length: number | null; size: number } {
  const first = packet.readUInt8(at);
  if (first === 0xfb) return { length: null, size: 1 };
  if (first === 0xfc) return { length: packet.readUInt16LE(at + 1), size: 3 };
  if (first === 0xfd) return { length: packet.readUIntLE(at + 1, 3), size: 4 };
  if (first === 0xfe) return { length: Number(packet.readBigUInt64LE(at + 1)), size: 9 };
  return { length: first, size: 1 };
}
