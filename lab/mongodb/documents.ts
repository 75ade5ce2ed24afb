import { Failure } from "./failure.ts";
import type { Fields } from "./wire.ts";

/** Documents of collections, as far as locks and applications of the lab need them. */
export class Documents {
  readonly #collections = new Map<string, Fields[]>();

  #of(namespace: string): Fields[] {
    const found = this.#collections.get(namespace) ?? [];
    this.#collections.set(namespace, found);
    return found;
  }

  drop(namespace: string): void {
    this.#collections.delete(namespace);
  }

  find(namespace: string, query: Fields): readonly Fields[] {
    return this.#of(namespace).filter((each) => matches(each, query));
  }

  insert(namespace: string, document: Fields): void {
    const has = this.#of(namespace).some((each) => each["_id"] === document["_id"]);
    if (has && document["_id"] !== undefined)
      throw new Failure("DuplicateKey", `E11000 duplicate key error: ${String(document["_id"])}`);
    this.#of(namespace).push(document);
  }

  /** @returns how many it concerned */
  update(namespace: string, query: Fields, set: Fields, upsert: boolean): number {
    const found = this.#of(namespace).find((each) => matches(each, query));
    if (found) Object.assign(found, set);
    else if (upsert) this.insert(namespace, { ...equalities(query), ...set });
    return found || upsert ? 1 : 0;
  }

  /** @returns how many it concerned */
  remove(namespace: string, query: Fields): number {
    const all = this.#of(namespace);
    const index = all.findIndex((each) => matches(each, query));
    if (index >= 0) all.splice(index, 1);
    return index >= 0 ? 1 : 0;
  }
}

const isPlain = (value: unknown) => typeof value !== "object" || value === null;

const equalities = (query: Fields): Fields =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => isPlain(value)));

/** By equality, and `$lte` of dates. */
function matches(document: Fields, query: Fields): boolean {
  return Object.entries(query).every(([key, wanted]) => {
    if (isPlain(wanted)) return document[key] === wanted;
    const [[operator, limit] = []] = Object.entries(wanted as Fields);
    if (operator !== "$lte") throw new Failure("BadValue", `unknown operator: ${operator}`);
    return (document[key] as Date) <= (limit as Date);
  });
}
