/** The permissions as boxes to tick, under what they are for, with a sentence each. */
import { useId } from "preact/hooks";
import type { Permission } from "../domain/permissions.ts";
import type { PermissionGroup } from "../domain/roles.ts";

interface PermissionBoxesProps {
  readonly groups: ReadonlyArray<PermissionGroup>;
  /** What the user may pass on; the rest cannot be ticked. */
  readonly held: ReadonlyArray<Permission>;
  readonly chosen: ReadonlyArray<Permission>;
  readonly change: (permissions: ReadonlyArray<Permission>) => void;
}

export function PermissionBoxes({ groups, held, chosen, change }: PermissionBoxesProps) {
  const id = useId();
  const tick = (name: Permission, on: boolean) =>
    change(on ? [...chosen, name] : chosen.filter((one) => one !== name));
  return (
    <div class="permissions wide">
      {groups.map((group) => (
        <fieldset key={group.name}>
          <legend>{group.name}</legend>
          {group.permissions.map(({ name, about }) => (
            <label key={name} class="permission">
              <input
                type="checkbox"
                checked={chosen.includes(name)}
                disabled={!held.includes(name)}
                aria-labelledby={`${id}-${name}`}
                aria-describedby={`${id}-${name}-about`}
                onChange={({ currentTarget }) => tick(name, currentTarget.checked)}
              />
              <span>
                <b id={`${id}-${name}`}>{name}</b>
                <small id={`${id}-${name}-about`}>
                  {held.includes(name) ? about : `${about}. You do not have it yourself.`}
                </small>
              </span>
            </label>
          ))}
        </fieldset>
      ))}
    </div>
  );
}
