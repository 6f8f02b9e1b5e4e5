import type { Io } from "../../command.ts";

/** The password that standard input gives, without the end of its line. */
export async function passwordFromInput(io: Io): Promise<string> {
  return (await io.stdin()).replace(/\n$/, "").replace(/\r$/, "");
}
