/** What stands in place of a page whose organization the user cannot see. */
import type { Membership } from "../env.ts";

interface NoticeProps {
  /** The organization asked for, if one was. */
  readonly code: string | undefined;
  readonly organization: Membership | undefined;
  /** What the page needs and the membership lacks. */
  readonly permission?: string;
}

export function Notice(props: NoticeProps) {
  const { organization, permission = "Read" } = props;
  return (
    <section class="notice">
      <h1>
        {!organization
          ? "No organization to show"
          : permission === "Read"
          ? "You cannot read these records"
          : "This page is not for you"}
      </h1>
      <p>{sentence(props)}</p>
    </section>
  );
}

function sentence({ code, organization, permission = "Read" }: NoticeProps): string {
  if (organization) {
    return `Your membership of ${organization.name} lacks the permission ${permission}. An administrator can grant it.`;
  }
  return code
    ? `There is no organization ${code} among yours. Choose one in the bar above.`
    : "You do not belong to an organization yet. An administrator can add you to one.";
}
