import type { RelayPorts } from "../../lib/alerts/relay.ts";
import { eventBridgeBus } from "../../lib/aws/event-bus.ts";
import { place } from "./place.ts";

/** What the function that publishes alerts on the event bus reaches the world through. */
export const ports: RelayPorts = { bus: eventBridgeBus(), ...place };
