/**
 * Loaded ahead of a program (`node --import`), it plays the internet: the hosts that PLAYED_HOSTS lists have a public
 * address, at which the port PLAYED_PORT of loopback answers. PLAYED_CA is the authority of the providers that are played;
 * or NODE_EXTRA_CA_CERTS names its file. The program itself knows nothing of it.
 */
import dns from "node:dns/promises";
import { syncBuiltinESMExports } from "node:module";
import tls from "node:tls";
import { leading } from "./internet.ts";

const { PLAYED_HOSTS: hosts = "", PLAYED_PORT: port, PLAYED_CA: ca } = process.env;
const { lookup, connect } = leading({
  hosts: hosts.split(","),
  port: Number(port),
  ...(ca !== undefined && { ca }),
});

Object.assign(dns, { lookup });
Object.assign(tls, { connect });
syncBuiltinESMExports();
