import { CommandError, type Io } from "../../command.ts";

/** The password that standard input gives, without the end of its line. */
export async function passwordFromInput(io: Io): Promise<string> {
  return (await io.stdin()).replace(/\n$/, "").replace(/\r$/, "");
}

/** Asks for a secret; where nobody can be asked, throws CommandError that says what to do instead. */
export async function askSecret(prompt: string, io: Io, instead: string): Promise<string> {
  if (io.ask === undefined) throw new CommandError(`cannot ask for a secret without a terminal: ${instead}`);
  return await io.ask({ prompt, secret: true });
}
