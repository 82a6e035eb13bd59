/** The product's own processes, started as its users start them, and stopped by their pid. */

export interface Running {
  /** The line that said it was ready. */
  readonly line: string;
  readonly pid: number;
  /** Every line of its standard output so far. */
  readonly said: ReadonlyArray<string>;
  /** Settles when it, and whoever inherited its output, is gone. */
  readonly ended: Promise<void>;
  /** Ends it by the signal, SIGTERM unless told otherwise, and waits until it is gone. */
  stop(signal?: Deno.Signal): Promise<void>;
}

const root = new URL("../../", import.meta.url);

/** Starts `deno run -A <script>` and waits for a line that matches. Throws with what it said when it ends before. */
export function startScript(
  script: string,
  options: {
    readonly args?: string[];
    readonly env?: Record<string, string>;
    readonly ready: RegExp;
  },
): Promise<Running> {
  return startDeno(["run", "-A", script, ...options.args ?? []], options);
}

/** What its task lets the role do, as flags: production's permissions, and no more. */
export async function permissionsOf(role: "app" | "worker"): Promise<ReadonlyArray<string>> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "ops/permissions.ts", role],
    cwd: root,
  }).output();
  return new TextDecoder().decode(stdout).trim().split(" ");
}

/** Starts `deno` with these arguments, and waits for a line that matches. */
export function startDeno(
  args: string[],
  options: { readonly env?: Record<string, string>; readonly ready: RegExp },
): Promise<Running> {
  const command = new Deno.Command(Deno.execPath(), {
    args,
    cwd: root,
    env: options.env ?? {},
    stdout: "piped",
    stderr: "inherit",
  });
  return untilReady(command.spawn(), options.ready);
}

/** Reads on after the line, so that a full pipe never stops the process. */
export async function untilReady(child: Deno.ChildProcess, ready: RegExp): Promise<Running> {
  const said: string[] = [];
  const found = Promise.withResolvers<string>();
  const reading = (async () => {
    let rest = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        said.push(line);
        if (ready.test(line)) found.resolve(line);
      }
    }
    found.reject(new Error(`The process ended before it was ready:\n${said.join("\n")}`));
  })();
  const line = await found.promise;
  return {
    line,
    pid: child.pid,
    said,
    ended: reading,
    stop: async (signal = "SIGTERM") => {
      child.kill(signal);
      await child.status;
      await reading;
    },
  };
}

/** A port that was free a moment ago. */
export function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return (listener.addr as Deno.NetAddr).port;
}

/** Resident memory of a process in MiB; 0 where the system does not tell. */
export async function residentMb(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
  return Number(status.match(/VmRSS:\s+(\d+)/)?.[1] ?? 0) / 1024;
}
