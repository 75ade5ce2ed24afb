import { PutEventsCommand, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { expect } from "vitest";
import { letEventBridgeSend, TARGET } from "../../lab/conformance/event-inbox.ts";
import { eventually } from "../../lab/conformance/eventually.ts";
import { topic } from "./fact.ts";

const guide = (page: string) =>
  `https://docs.aws.amazon.com/eventbridge/latest/userguide/${page}.html`;

const transformer = {
  InputPathsMap: { text: "$.detail.text", all: "$.detail.all", action: "$.detail.event_action" },
  InputTemplate: '{"event_action": <action>, "payload": {"text": <text>, "all": <all>}}',
};

topic("Events of our own", (fact) => {
  fact(
    "reach a rule by source and type, and a transformer inserts what it copies as JSON",
    { source: guide("eb-transform-target-input"), minutes: 5 },
    async (account) => {
      const { events } = account.clients;
      const inbox = await account.inbox();
      await letEventBridgeSend(account.clients, inbox);
      const [Name, Source] = [account.name(), account.name()];
      const EventPattern = JSON.stringify({
        source: [Source],
        "detail-type": ["Quarterturn Alert"],
      });
      await events.send(new PutRuleCommand({ Name, EventPattern }));
      const Targets = [{ Id: TARGET, Arn: inbox.arn, InputTransformer: transformer }];
      await events.send(new PutTargetsCommand({ Rule: Name, Targets }));
      const text = '[error] "quoted" \\ <b> & é\nWhat happened: it.';
      const all = { what_happened: text, more: "yes" };
      const Detail = JSON.stringify({ event_action: "trigger", text, all });
      const put = (DetailType: string) =>
        events.send(new PutEventsCommand({ Entries: [{ Source, DetailType, Detail }] }));
      // A new rule misses the events of its first seconds.
      const [seen] = await eventually("an event", account.patience(4), async () => {
        expect(await put("Another Type")).toMatchObject({ FailedEntryCount: 0 });
        expect(await put("Quarterturn Alert")).toMatchObject({ FailedEntryCount: 0 });
        const received = await inbox.all<unknown>();
        return received.length > 0 && received;
      });
      expect(seen).toEqual({ event_action: "trigger", payload: { text, all } });
    },
  );

  fact(
    "are refused one by one, in an answer that succeeds",
    { source: "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html" },
    async (account) => {
      const Entries = [
        { Source: account.name(), DetailType: "Quarterturn Alert", Detail: "no JSON" },
      ];
      const answer = await account.clients.events.send(new PutEventsCommand({ Entries }));
      expect(answer.FailedEntryCount).toBe(1);
      expect(answer.Entries).toEqual([
        { ErrorCode: "MalformedDetail", ErrorMessage: expect.any(String) },
      ]);
    },
  );
});
