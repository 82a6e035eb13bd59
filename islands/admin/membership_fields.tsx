/** What a person may do in an organization and until when: roles to start from, boxes to tick, a last day. */
import type { Signal } from "@preact/signals";
import type { Permission } from "../../domain/permissions.ts";
import type { PermissionGroup, Role } from "../../domain/roles.ts";
import { PermissionBoxes } from "../permission_boxes.tsx";
import { roleOf } from "./person.tsx";

export interface Wanted {
  readonly permissions: ReadonlyArray<Permission>;
  /** A day, `2026-11-30`; empty: no end. */
  readonly lastDay: string;
}

interface MembershipFieldsProps {
  readonly wanted: Signal<Wanted>;
  readonly roles: ReadonlyArray<Role>;
  readonly groups: ReadonlyArray<PermissionGroup>;
  /** What the administrator may pass on. */
  readonly held: ReadonlyArray<Permission>;
}

/** The end of the last day, in UTC; null: no end. */
export const endOf = ({ lastDay }: Wanted): string | null =>
  lastDay === "" ? null : `${lastDay}T23:59:59Z`;

export function MembershipFields({ wanted, roles, groups, held }: MembershipFieldsProps) {
  const { permissions, lastDay } = wanted.value;
  const change = (changed: Partial<Wanted>) => wanted.value = { ...wanted.value, ...changed };
  return (
    <>
      <div class="roles wide" role="group" aria-label="Roles to start from">
        {roles.map(({ name, about, permissions: all }) => {
          const given = all.filter((permission) => held.includes(permission));
          return (
            <button
              key={name}
              type="button"
              class="plain"
              title={about}
              disabled={given.length < all.length}
              aria-pressed={roleOf(permissions, roles) === name}
              onClick={() => change({ permissions: all })}
            >
              {name}
            </button>
          );
        })}
      </div>
      <p class="muted wide" role="status">{roleOf(permissions, roles)}</p>
      <PermissionBoxes
        {...{ groups, held }}
        chosen={permissions}
        change={(permissions) => change({ permissions })}
      />
      <label class="labelled">
        <span>Last day, UTC; empty: no end</span>
        <input
          type="date"
          value={lastDay}
          onInput={({ currentTarget }) => change({ lastDay: currentTarget.value })}
        />
      </label>
    </>
  );
}
