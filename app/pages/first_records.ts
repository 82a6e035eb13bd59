/** The request for the first page of records, as the islands that show them will make it. */
export const firstRecords = (organizationId: string): string =>
  `/api/pfa-data?organizationId=${organizationId}&limit=1000`;
