/** The pages of who may do what: administration, and one's own account. */
import { type Context, Hono } from "hono";
import type { AppEnv } from "../env.ts";
import { Account, accountSections } from "./account.tsx";
import { Admin, adminSections } from "./admin.tsx";
import { type Framing, secured } from "./framing.tsx";

export function accessPages(framing: Framing): Hono<AppEnv> {
  const { personal, refused, read } = framing;
  return new Hono<AppEnv>()
    .get("/admin", secured, (c) =>
      personal(c, async (session, organization) => {
        const named = organization !== undefined || c.req.query("org") === undefined;
        const sections = named ? adminSections(session, organization) : [];
        const section = chosen(c, sections);
        if (section === undefined) {
          return refused(c, organization, "ManageSettings or ManageUsers");
        }
        const asked = section.asks(organization, c.req.query());
        const loaded = await read(c, asked.path, asked.parameters);
        return {
          head: { title: `${section.name} · Administration`, islands: ["admin"] },
          body: (
            <Admin
              {...{ session, organization, sections, section, loaded }}
              query={c.req.query()}
            />
          ),
        };
      }))
    .get("/account", secured, (c) =>
      personal(c, async (session, organization) => {
        const section = chosen(c, accountSections)!;
        const loaded = section.path === undefined ? undefined : await read(c, section.path, {});
        return {
          head: { title: `${section.name} · Your account`, islands: ["account"] },
          body: <Account {...{ session, organization, section, loaded }} />,
        };
      }));
}

/** The section that the address names, or the first. */
const chosen = <Section extends { readonly key: string }>(
  c: Context<AppEnv>,
  sections: ReadonlyArray<Section>,
): Section | undefined => sections.find(({ key }) => key === c.req.query("section")) ?? sections[0];
