import type { AdminSecret, DatabaseSecret } from "../../lab/database-secret.ts";

type Change = (value: DatabaseSecret, canary: string) => object | string | Uint8Array;

/** What AWSCURRENT may hold that no rotation can use, with a canary where a message could quote it. */
export const badDocuments: readonly (readonly [string, Change])[] = [
  ["is not JSON", (value, canary) => `${JSON.stringify({ ...value, password: canary })}}`],
  ["breaks off", (_, canary) => `{"password": ${JSON.stringify(canary)}, `],
  ["is the password alone", (_, canary) => JSON.stringify(canary)],
  ["is not even JSON", (_, canary) => canary],
  ["is binary", (_, canary) => Buffer.from(canary)],
  ["has a password that is no text", (value, canary) => ({ ...value, password: [canary] })],
  ["has two passwords", (value, canary) => twice(value, canary)],
  ["has no password", ({ password: _, ...rest }, canary) => ({ ...rest, pasword: canary })],
  ["has the password as port", (value, canary) => ({ ...value, port: canary })],
  ["has the password as user name", (value, canary) => ({ ...value, username: canary.repeat(3) })],
  ["has the password as host", (value, canary) => ({ ...value, host: canary })],
  ["has the URL as host", (value) => ({ ...value, host: value.connection_string })],
  ["has a URL of another host", (value, canary) => ({ ...value, connection_string: url(canary) })],
  ["has the password for a URL", (value, canary) => ({ ...value, connection_string: canary })],
  ["is of another engine", (value, canary) => ({ ...value, engine: "oracle", password: canary })],
  ["is as large as can be", (value, canary) => ({ ...value, note: canary + "x".repeat(65_000) })],
];

function url(password: string): string {
  return `postgresql://user:${encodeURIComponent(password)}@elsewhere.example.com:5432/db`;
}

function twice(value: DatabaseSecret, canary: string): string {
  return JSON.stringify(value).replace("{", `{"password":${JSON.stringify(canary)},`);
}

type AdminChange = (value: AdminSecret, canary: string) => object | string;

/** The same of the administrator's secret. */
export const badAdmins: readonly (readonly [string, AdminChange])[] = [
  ["is not JSON", (value, canary) => `${JSON.stringify({ ...value, password: canary })}}`],
  ["has a wrong password", (value, password) => ({ ...value, password })],
  ["belongs elsewhere", (value) => ({ ...value, host: "elsewhere.example.com" })],
  ["is the rotated user's", (value) => ({ ...value, username: "leak_user" })],
  ["has the password as host", (value, canary) => ({ ...value, host: canary })],
];
