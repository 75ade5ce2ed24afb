import type { Command } from "./command.ts";
import { dataCommands } from "./data-commands.ts";
import { loginCommands } from "./login-commands.ts";
import { userCommands } from "./user-commands.ts";

export const commands: Readonly<Record<string, Command>> = {
  ...loginCommands,
  ...userCommands,
  ...dataCommands,
};
