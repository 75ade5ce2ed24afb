import middy from "@middy/core";
import { deadline } from "../lib/context/deadline.ts";
import { watch } from "../lib/watch/watch.ts";
import { type WatchFunctionPorts, watchPorts } from "./wiring/watch.ts";

/** Tells on-call of rotations that failed unreported; EventBridge invokes it, and it may read no value. */
export const createHandler = (ports: WatchFunctionPorts) =>
  middy<unknown>().handler((event, context) =>
    watch(event, ports(context), deadline(context.getRemainingTimeInMillis())),
  );

export const handler = createHandler(watchPorts);
