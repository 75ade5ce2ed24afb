/** Retires the old credentials of rotate-api-key's secrets: the same as retire-database, but outside the VPC. */
export { handler } from "./retire-database.ts";
