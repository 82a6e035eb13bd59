/** The live socket's route. */
import { Hono } from "hono";
import type { AppEnv } from "./env.ts";
import { type Guard, requireOwnOrigin, sessionOf } from "./guard.ts";
import type { Live } from "./live.ts";
import { Problem } from "./problem.ts";
import { Seat } from "./seat.ts";
import { GUARDED, parameters, told } from "./shape.ts";

/** Deno pings an idle socket this often, and drops one that does not answer. */
const IDLE_SECONDS = 60;

export const socket = (live: Live, { allow }: Guard, trustProxy: boolean) =>
  new Hono<AppEnv>().get(
    "/sync/:organizationId",
    told("Live", "WebSocket of what happens in the organization", {
      101:
        "Messages of type SNAPSHOT, DRAFT_SAVED, SYNC_*, MIRROR_UPDATED, HEALTH, each with `seq`",
    }, GUARDED),
    parameters({ since: "`seq` of the last message received: what was missed is sent again" }),
    allow("path", "Read"),
    (c) => {
      if (c.get("credential")?.kind === "cookie") requireOwnOrigin(c, trustProxy);
      if (c.req.header("upgrade")?.toLowerCase() !== "websocket") {
        throw new Problem("malformed", "This address is for WebSockets");
      }
      const { socket, response } = Deno.upgradeWebSocket(c.req.raw, { idleTimeout: IDLE_SECONDS });
      const { id: organizationId, permissions } = c.get("organization");
      const seat = new Seat({
        socket,
        organizationId,
        userId: sessionOf(c).user.id,
        credentialId: c.get("credential")!.id,
        permissions,
      });
      socket.onopen = () => live.join(seat, c.req.query("since"));
      return response;
    },
  );
