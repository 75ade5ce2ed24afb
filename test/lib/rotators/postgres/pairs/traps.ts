import type { Application } from "../../../../contracts/pair.ts";
import { literal, quote } from "./fixture.ts";

/**
 * What the owner of a database can put in the way of whoever looks a name up there: a function, operator,
 * relation or type in `public` for each one of the server's own, all ahead of them in the search_path of the
 * whole database. Each runs as whoever trips it, tells the server's log, and tries to get its owner rights.
 */
export async function plantTraps(
  owner: Application,
  names: { readonly owner: string; readonly database: string },
): Promise<{ functions: number; operators: number; relations: number; types: number }> {
  await owner.query("SET search_path TO pg_catalog");
  await owner.query(caught(names.owner));
  for (const plant of [functions, operators, relations, types]) await owner.query(plant);
  const [planted] = await owner.query(`
    SELECT (SELECT count(*)::int FROM pg_proc WHERE pronamespace = 'public'::regnamespace) AS functions,
           (SELECT count(*)::int FROM pg_operator WHERE oprnamespace = 'public'::regnamespace) AS operators,
           (SELECT count(*)::int FROM pg_class WHERE relnamespace = 'public'::regnamespace) AS relations,
           (SELECT count(*)::int FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'd') AS types`);
  const database = `ALTER DATABASE ${quote(names.database)} SET`;
  await owner.query(`${database} search_path TO public, pg_catalog`);
  return planted as Awaited<ReturnType<typeof plantTraps>>;
}

/** Users that tripped a trap, as the server's log has them. */
export function tripped(log: string): readonly string[] {
  return [...log.matchAll(/TRAP (\S+) tripped by (\S+)$/gm)].map(([, , user = ""]) => user);
}

const caught = (owner: string) => `
  CREATE FUNCTION public.caught(what pg_catalog.text) RETURNS pg_catalog.bool
  LANGUAGE plpgsql SET search_path TO pg_catalog AS $body$
  DECLARE attempt text;
  BEGIN
    RAISE LOG 'TRAP % tripped by %', what, session_user;
    FOREACH attempt IN ARRAY ARRAY['ALTER ROLE %1$I CREATEROLE', 'ALTER ROLE %1$I SUPERUSER',
                                   'GRANT %2$I TO %1$I', 'GRANT pg_signal_backend TO %1$I'] LOOP
      BEGIN EXECUTE format(attempt, ${literal(owner)}, session_user);
      EXCEPTION WHEN OTHERS THEN NULL;
      END;
    END LOOP;
    RETURN true;
  END $body$`;

/** With the server's own arguments, and with text in place of name: the better match for a literal. */
const functions = `
  DO $do$ DECLARE f record; BEGIN
    FOR f IN
      SELECT DISTINCT proname, format_type(prorettype, NULL) AS result, arguments
      FROM pg_proc, LATERAL (
        SELECT coalesce(string_agg(format_type(t, NULL), ', ' ORDER BY n), ''),
               coalesce(string_agg(format_type(CASE t WHEN 'name'::regtype THEN 'text'::regtype ELSE t END, NULL), ', ' ORDER BY n), '')
        FROM unnest(proargtypes) WITH ORDINALITY a(t, n)) s(own, other), LATERAL unnest(ARRAY[own, other]) arguments
      WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = 'f' AND NOT proretset
        AND prorettype = ANY (plain.types) AND proargtypes::oid[] <@ plain.types
    LOOP
      EXECUTE format('CREATE FUNCTION public.%I(%s) RETURNS %s LANGUAGE plpgsql AS %L', f.proname, f.arguments,
        f.result, format('BEGIN PERFORM public.caught(%L); RETURN NULL; END', f.proname));
    END LOOP;
    CREATE FUNCTION public.unnest(text[]) RETURNS SETOF text LANGUAGE plpgsql AS
      'BEGIN PERFORM public.caught(''unnest''); RETURN; END';
  END $do$`.replaceAll("plain.types", plainTypes());

const operators = `
  DO $do$ DECLARE o record; BEGIN
    FOR o IN
      SELECT oprname, format_type(oprleft, NULL) AS l, format_type(oprright, NULL) AS r,
             format_type(oprresult, NULL) AS result, oid
      FROM pg_operator WHERE oprnamespace = 'pg_catalog'::regnamespace AND oprkind = 'b'
        AND ARRAY[oprleft, oprright, oprresult] <@ plain.types
    LOOP
      EXECUTE format('CREATE FUNCTION public.operator_%s(%s, %s) RETURNS %s LANGUAGE plpgsql AS %L', o.oid, o.l, o.r,
        o.result, format('BEGIN PERFORM public.caught(%L); RETURN NULL; END', o.oprname));
      EXECUTE format('CREATE OPERATOR public.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = public.operator_%s)',
        o.oprname, o.l, o.r, o.oid);
    END LOOP;
  END $do$`.replaceAll("plain.types", plainTypes());

/** A few have a column of a type that no view can have. */
const relations = `
  DO $do$ DECLARE r record; BEGIN
    FOR r IN SELECT relname FROM pg_class
      WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'v')
    LOOP
      BEGIN
        EXECUTE format('CREATE VIEW public.%1$I AS SELECT * FROM pg_catalog.%1$I WHERE public.caught(%1$L)', r.relname);
      EXCEPTION WHEN invalid_table_definition THEN NULL;
      END;
    END LOOP;
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC;
  END $do$`;

/** Those that the grammar itself does not know. */
const types = `
  DO $do$ DECLARE t text; BEGIN
    FOREACH t IN ARRAY ARRAY['text', 'name', 'oid', 'regclass', 'regrole', 'int4', 'int8', 'bool'] LOOP
      EXECUTE format('CREATE DOMAIN public.%1$I AS pg_catalog.%1$I CHECK (public.caught(%1$L))', t);
    END LOOP;
  END $do$`;

function plainTypes(): string {
  const names = ["text", "name", "oid", "int4", "int8", "bool", "char", "regclass", "regrole"];
  const all = names.map((name) => `'pg_catalog."${name}"'::regtype::oid`);
  return `ARRAY[${all.join(", ")}]`;
}
