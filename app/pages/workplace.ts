/** A membership as islands see it. */
import type { Workplace } from "../../islands/field.ts";
import type { Membership } from "../env.ts";

export const workplaceOf = ({ id, code, name, permissions }: Membership): Workplace => ({
  organizationId: id,
  organizationCode: code,
  organizationName: name,
  mayEdit: permissions.includes("SaveDraft"),
  mayDelete: permissions.includes("Delete"),
  maySync: permissions.includes("Sync"),
  mayManage: permissions.includes("ManageSettings"),
  mayExport: permissions.includes("Export"),
  mayImport: permissions.includes("Import"),
});
