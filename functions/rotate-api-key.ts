/**
 * The rotation function of credentials that are reached over the internet, or nowhere: the same as rotate-database, but
 * outside the VPC, with the permissions of its own secrets, and without the drivers of databases.
 */
export { handler } from "./rotate-database.ts";
