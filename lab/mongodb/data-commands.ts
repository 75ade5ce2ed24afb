import { Long } from "mongodb";
import { type Command, dbOf, listOf, type Right, text } from "./command.ts";
import { Failure } from "./failure.ts";
import type { Fields } from "./wire.ts";

/** Only `$currentOp`, and what the lab asks behind it. */
const aggregate: Command = {
  fields: ["pipeline", "cursor"],
  rights: (fields) => {
    const [first] = listOf<Fields>(fields["pipeline"]);
    return (first?.["$currentOp"] as Fields)?.["allUsers"] ? [[["inprog", "cluster"]]] : [];
  },
  run(fields, session, { sessions }) {
    const [first, match, project, ...more] = listOf<Fields>(fields["pipeline"]);
    const { effectiveUsers } = (match?.["$match"] ?? {}) as {
      effectiveUsers?: { $elemMatch: { user: string; db: string } };
    };
    const { user, db } = effectiveUsers?.$elemMatch ?? {};
    if (
      !first?.["$currentOp"] ||
      !project?.["$project"] ||
      more.length > 0 ||
      dbOf(fields) !== "admin"
    )
      throw new Failure("UnrecognizedPipelineStage", "Unrecognized pipeline stage name");
    const found = [...sessions].filter((each) => each.user?.user === user && each.user?.db === db);
    const firstBatch = found.map((each) => ({
      connectionId: each.id,
      active: each === session,
      ...(each === session && { opid: each.id }),
    }));
    return { cursor: { id: Long.ZERO, ns: "admin.$cmd.aggregate", firstBatch } };
  },
};

const onCollection = (
  name: string,
  action: string,
  fields: readonly string[],
  run: Command["run"],
): Command => ({
  fields,
  ...(action !== "find" && { writes: true as const }),
  rights: (given) => [[[action, { db: dbOf(given), collection: text(given[name]) }]]],
  run,
});

const place = (name: string, fields: Fields) => `${dbOf(fields)}.${text(fields[name])}`;

/** Refused writes are told beside the answer. */
function each(list: readonly Fields[], write: (one: Fields) => number): Fields {
  let n = 0;
  try {
    for (const one of list) n += write(one);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { n, writeErrors: [{ index: n, code: error.code, errmsg: error.message }] };
  }
  return { n };
}

/** Collections and their documents, and operations that are under way. */
export const dataCommands: Readonly<Record<string, Command>> = {
  aggregate,
  killOp: {
    fields: ["op"],
    rights: () => [[["killop", "cluster"]]],
    run: () => ({ info: "attempting to kill op" }),
  },
  create: onCollection("create", "createCollection", [], () => ({})),
  createIndexes: onCollection("createIndexes", "createIndex", ["indexes"], () => ({})),
  drop: onCollection("drop", "dropCollection", [], (fields, _, { documents }) => {
    documents.drop(place("drop", fields));
    return {};
  }),
  find: onCollection(
    "find",
    "find",
    ["filter", "limit", "singleBatch", "batchSize"],
    (fields, _, { documents }) => {
      const ns = place("find", fields);
      return {
        cursor: {
          id: Long.ZERO,
          ns,
          firstBatch: documents.find(ns, (fields["filter"] ?? {}) as Fields),
        },
      };
    },
  ),
  insert: onCollection("insert", "insert", ["documents", "ordered"], (fields, _, { documents }) =>
    each(listOf<Fields>(fields["documents"]), (one) => {
      documents.insert(place("insert", fields), one);
      return 1;
    }),
  ),
  update: {
    ...onCollection("update", "update", ["updates", "ordered"], (fields, _, { documents }) =>
      each(listOf<Fields>(fields["updates"]), ({ q, u, upsert }) => {
        const { $set } = u as Fields;
        return documents.update(
          place("update", fields),
          q as Fields,
          $set as Fields,
          Boolean(upsert),
        );
      }),
    ),
    rights(fields) {
      const on = { db: dbOf(fields), collection: text(fields["update"]) };
      const upserts = listOf<Fields>(fields["updates"]).some(({ upsert }) => upsert);
      return [[["update", on]], ...(upserts ? [[["insert", on]] as Right[]] : [])];
    },
  },
  delete: onCollection("delete", "remove", ["deletes", "ordered"], (fields, _, { documents }) =>
    each(listOf<Fields>(fields["deletes"]), ({ q }) =>
      documents.remove(place("delete", fields), q as Fields),
    ),
  ),
};
