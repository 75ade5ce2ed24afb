import type { LabelOf, RetiringVersion } from "../secret/labels.ts";
import type { Sighting } from "../secret/sighting.ts";
import type { Consumer, Problem, Promotion } from "./consumer.ts";

/** The next thing to do for one secret. */
export type Action =
  /** Nothing: no old credential is left. */
  | { readonly kind: "settled" }
  /** Have the fields of AWSCURRENT copied to their parameters; the answer goes into the next state. */
  | { readonly kind: "mirror"; readonly current: string }
  /** Write down when AWSCURRENT was seen to move; it goes into the next state. */
  | { readonly kind: "remember"; readonly sighting: Sighting }
  /** Find and judge the consumers, and decide again. */
  | { readonly kind: "look"; readonly promotion: Promotion }
  /** Start each of these anew. */
  | { readonly kind: "roll"; readonly consumers: readonly Consumer[] }
  /**
   * Look again at the next event or tick, or in seconds (`soon`; `until`: not before); nothing is wrong. `isLeft`: what is,
   * another pass tells.
   */
  | {
      readonly kind: "wait";
      readonly why: string;
      readonly soon?: boolean;
      readonly until?: Date;
      readonly isLeft?: boolean;
    }
  /** Alert on-call of what is new of these, and look again at the next event or tick. Nothing is retired. */
  | { readonly kind: "alert"; readonly problems: readonly Problem[] }
  /** Unless it is in use; `leaked`: in any case, and end its sessions. The answer goes into the next state. */
  | {
      readonly kind: "retire";
      readonly retiring: string;
      readonly leaked: boolean;
      /** AWSCURRENT has moved, and that is not remembered yet: no tag may be written before. */
      readonly isUnseen?: true;
    }
  /** Ask whether the credential of a version that AWSCURRENT has left still works; the answer goes into the next state. */
  | { readonly kind: "probe"; readonly version: string }
  /** It works: label the version as one to be retired. */
  | { readonly kind: "track"; readonly version: string; readonly current: string }
  /** Nothing of that version is to be retired: remove the labels by which it was found, and what a tag says of it. */
  | { readonly kind: "forget"; readonly labels: readonly LabelOf[]; readonly version?: string }
  /** The old credential is dead, or is none: remove the label that says that it has to be retired. */
  | { readonly kind: "removeLabel"; readonly retiring: RetiringVersion };
