import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import type { Row } from "../../../lab/examples/rows.ts";
import { tableOf } from "../../../lab/examples/table.ts";

const row: Row = {
  system: "MueJam",
  secret: "database/primary",
  credential: "password",
  type: "postgres",
  strategy: "in-place",
  fieldsChanged: 4,
  fields: 7,
  failed: 12,
  consumersRolled: 0,
  seconds: 5,
  status: "failed",
};
const blank: Row = {
  ...row,
  credential: "api_key",
  type: "Resend key",
  strategy: null,
  fieldsChanged: null,
  fields: null,
  failed: null,
  consumersRolled: null,
  seconds: null,
  status: "ok",
};

describe("the table", () => {
  it("has a line for each row, and tells nothing from 0", () => {
    expect(tableOf([row, blank]).map(stripVTControlCharacters)).toEqual([
      "system  secret            credential  type        strategy  fields  failed  rolled  seconds  status",
      "MueJam  database/primary  password    postgres    in-place  4 of 7      12       0      5.0  failed",
      "MueJam  database/primary  api_key     Resend key  –              –       –       –        –  ok",
    ]);
  });
});
