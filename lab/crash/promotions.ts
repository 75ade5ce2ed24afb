import type { World } from "../world.ts";

/** Which versions become AWSCURRENT. */
export class Promotions implements Disposable {
  readonly #made = new Set<string>();
  readonly #hook: Disposable;

  constructor({ aws }: World) {
    this.#hook = aws.intercept({
      after: ({ operation, input }) => {
        const to = input["MoveToVersionId"];
        const isPromotion = operation === "UpdateSecretVersionStage" && to !== undefined;
        if (isPromotion && input["VersionStage"] === "AWSCURRENT") this.#made.add(String(to));
        return undefined;
      },
    });
  }

  /** One emergency promotes once. @param old what was AWSCURRENT when it began, and comes back where a switch is undone */
  problems(old: string): string[] {
    const leaked = [...this.#made].filter((version) => version !== old);
    const most = leaked.filter((version) => version.startsWith("leaked-")).length;
    return most > 1 ? [`${most} promotions of one emergency`] : [];
  }

  [Symbol.dispose](): void {
    this.#hook[Symbol.dispose]();
  }
}
