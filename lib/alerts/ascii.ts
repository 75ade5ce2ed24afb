import { cut } from "./cut.ts";

/** Of a subject (SNS API reference, Publish), and of an SMS that is one part. */
export const [subjectLength, smsLength] = [99, 140];

/** SNS rejects other characters in subjects, and an SMS with other characters fits only 70 of them. */
export function ascii(text: string, length: number): string {
  return cut(text.replace(/[^\x20-\x7e]/gu, "?"), length);
}
