/** What stands in place of a page whose organization the user cannot see. */
import type { Membership } from "../env.ts";

interface NoticeProps {
  /** The organization asked for, if one was. */
  readonly code: string | undefined;
  readonly organization: Membership | undefined;
}

export function Notice({ code, organization }: NoticeProps) {
  return (
    <section class="notice">
      <h1>{organization ? "You cannot read these records" : "No organization to show"}</h1>
      <p>{sentence({ code, organization })}</p>
    </section>
  );
}

function sentence({ code, organization }: NoticeProps): string {
  if (organization) {
    return `Your membership of ${organization.name} lacks the permission Read. An administrator can grant it.`;
  }
  return code
    ? `There is no organization ${code} among yours. Choose one in the bar above.`
    : "You do not belong to an organization yet. An administrator can add you to one.";
}
