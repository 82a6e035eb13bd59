/** The two organizations the generator writes records for: their units, contracts and people. */

export interface Site {
  readonly organizationCode: string;
  readonly count: number;
  /** Number of the first record. */
  readonly first: number;
  readonly areas: ReadonlyArray<string>;
  readonly contracts: ReadonlyArray<string>;
  readonly people: ReadonlyArray<string>;
}

export const SITES: ReadonlyArray<Site> = [
  {
    organizationCode: "RIO",
    count: 3500,
    first: 10001,
    areas: [
      "Crude Unit 1",
      "Crude Unit 2",
      "Delayed Coker",
      "FCC Unit",
      "Hydrocracker",
      "Alkylation",
      "Sulfur Recovery",
      "Tank Farm North",
      "Utilities & Offsites",
      "Laydown Yard B",
    ],
    contracts: ["RIO-TA26-0114", "RIO-TA26-0127", "RIO-MSA-2209", "RIO-EQ-5501", "RIO-EQ-5508"],
    people: [
      "maria.fontes@rio-energia.example",
      "carlos.azevedo@rio-energia.example",
      "helena.prado@rio-energia.example",
      "tom.brandt@rio-energia.example",
    ],
  },
  {
    organizationCode: "PORTARTHUR",
    count: 1500,
    first: 50001,
    areas: [
      "LNG Train 1",
      "LNG Train 2",
      "Feed Gas Pretreatment",
      "LNG Tank 101",
      "Marine Berth",
      "Power Island",
      "Flare & Relief",
      "Module Yard",
    ],
    contracts: ["PAX-EPC-0031", "PAX-EPC-0044", "PAX-RENT-118", "PAX-RENT-126"],
    people: [
      "james.whitlock@palng.example",
      "denise.thibodeaux@palng.example",
      "ravi.menon@palng.example",
    ],
  },
];
